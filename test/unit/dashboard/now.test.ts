import { createIntl } from 'react-intl'
import { describe, expect, test } from 'vitest'
import en from '#dashboard/src/i18n/en.json' with { type: 'json' }
import { createFormatters } from '#dashboard/src/i18n/formatters.ts'
import { incidentMarks } from '#dashboard/src/now/incident-marks.ts'
import { affectedText, durationText, lastedSeconds, valueText } from '#dashboard/src/now/incident-text.ts'
import type { Incident } from '#model/api/alerts.ts'
import type { ZoneFeatures } from '#model/api/city.ts'

const i18n = createFormatters(createIntl({ locale: 'en', messages: en }), 'UTC')
/** The page isolates inserted texts from the direction around them (U+2068, U+2069). */
const plain = (text: string | null): string | null => text?.replaceAll(/[\u2068\u2069]/g, '') ?? null

const incident = {
  id: '7',
  rule: { id: '1', name: 'PM2.5 above 50', kind: 'value' },
  subject: { kind: 'thing', id: 'air-001', name: 'Harbour', nameCode: null, nameKey: '' },
  zone: 'old-harbour',
  location: null,
  severity: 'critical',
  property: 'pm2_5',
  unit: 'ug/m3',
  value: 73.2,
  threshold: 50,
  affectedThings: 60,
  affectedPeople: 4100,
  startedAt: '2026-06-01T10:00:00Z',
  endedAt: null,
  durationSeconds: 0,
} as unknown as Incident

const zones = {
  type: 'FeatureCollection',
  features: [
    {
      type: 'Feature',
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [2, 0],
            [2, 2],
            [0, 2],
            [0, 0],
          ],
        ],
      },
      properties: { key: 'old-harbour', name: 'Old Harbour' },
    },
  ],
} as unknown as ZoneFeatures

describe('an incident in words', () => {
  test('value with unit and threshold', () => {
    const text = plain(valueText(incident, i18n))
    expect(text).toContain('PM2.5')
    expect(text).toMatch(/73\.2.+threshold 50/)
    expect(valueText({ ...incident, value: null }, i18n)).toBeNull()
  })

  test('of silence: how many expected intervals, where a bare number would say nothing', () => {
    const rule = { ...incident.rule, kind: 'silence' }
    const silent = { ...incident, rule, property: null, unit: null, value: 4.000000004, threshold: 4 }
    expect(plain(valueText(silent, i18n))).toBe('Nothing received for 4 expected intervals (threshold 4)')
  })
  test('whom it affects: residents where they are known, else devices', () => {
    expect(plain(affectedText(incident, i18n))).toBe('60 devices, 4,100 residents in the districts affected')
    expect(plain(affectedText({ ...incident, affectedPeople: null, affectedThings: 1 }, i18n))).toBe('1 device')
  })
  test.each([
    [0, '0 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [3599, '59 min'],
    [3600, '1 h 0 min'],
    [86_399, '23 h 59 min'],
    [90_000, '1 d 1 h'],
  ])('%s seconds are %s', (seconds, text) => {
    expect(plain(durationText(seconds, i18n))).toBe(text)
  })
  test('an open one lasts until now, one that has ended does not grow', () => {
    const now = Date.parse('2026-06-01T10:05:00Z')
    expect(lastedSeconds(incident, now)).toBe(300)
    const ended = { ...incident, endedAt: '2026-06-01T10:01:00Z', durationSeconds: 60 }
    expect(lastedSeconds(ended, now)).toBe(60)
  })
})

describe('incidents on the map', () => {
  test('at their own place, else in the middle of their district; what concerns the entire city has no mark', () => {
    const own = { ...incident, id: '8', location: [1.5, 0.5] as [number, number] }
    const everywhere = { ...incident, id: '9', zone: null }
    const { points } = incidentMarks([incident, own, everywhere], zones, i18n)
    expect(points.map(({ id, position }) => [id, position])).toEqual([
      ['incident:7', [1, 1]],
      ['incident:8', [1.5, 0.5]],
    ])
    expect(points[0]).toMatchObject({ label: '60', shape: 'square', name: 'Harbour' })
  })
  test('a severity has a shape of its own, not only a colour', () => {
    const shapes = (['info', 'warning', 'critical'] as const).map(
      (severity) => incidentMarks([{ ...incident, severity }], zones, i18n).points[0]?.shape,
    )
    expect(new Set(shapes).size).toBe(3)
  })
})
