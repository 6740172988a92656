import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gapItems, incidentItems, placeOf } from '#dashboard/src/map/ribbon/ribbon-items.ts'
import type { Incident } from '#model/api/alerts.ts'

const seed = 20261130
const HOUR = 3_600_000
const at = (hour: number): string => new Date(hour * HOUR).toISOString()
const subject = (kind: Incident['subject']['kind'], name: string): Incident['subject'] => ({
  ...{ kind, id: name, name, nameCode: null, nameKey: '' },
})
const incident = (id: string, from: number, to: number | null, more: Partial<Incident> = {}): Incident =>
  ({
    ...{ id, rule: { id: 'r', name: 'Too loud', nameCode: null }, subject: subject('thing', 'Meter') },
    ...{ condition: 'firing', maxSeverity: 'warning', property: 'sound_level', causeId: null },
    ...{ startedAt: at(from), endedAt: to === null ? null : at(to) },
    ...more,
  }) as Incident
const I18N = {
  named: (prefix: string, code: string) => `${prefix}.${code}`,
  t: (id: string, values: object = {}) => `${id} ${Object.values(values)}`,
}
const DAY = { from: 0, to: 24 * HOUR }

describe('incidents on the ribbon', () => {
  test('those that lasted into the window, oldest first; one that has its cause among them is left out', () => {
    const items = incidentItems(
      [
        incident('lasts', 20, null),
        incident('before', -3, -1),
        incident('into', -2, 1),
        incident('after', 25, 26),
        incident('merged', 3, 4, { causeId: 'lasts' }),
      ],
      DAY,
      I18N,
    )
    expect(items.map(({ id, end }) => [id, end])).toEqual([
      ['into', HOUR],
      ['lasts', null],
    ])
    expect(items.map((item) => placeOf(item, DAY))).toEqual([
      { at: 0, length: 1 / 24 },
      { at: 20 / 24, length: expect.closeTo(4 / 24, 12) },
    ])
  })

  test.each<[string, Partial<Incident>, string]>([
    ['a value', {}, 'event'],
    ['silence', { condition: 'no_data' }, 'outage'],
    ['a broker', { subject: subject('source', 'Broker') }, 'outage'],
    ['a device that says it is offline', { property: 'online' }, 'outage'],
  ])('%s: %o is an %s', (_, more, kind) => {
    expect(incidentItems([incident('i', 1, 2, more)], DAY, I18N)[0]?.kind).toBe(kind)
  })
})

test('the name of a rule that every city has is translated, one that somebody gave is not', () => {
  const named = (nameCode: string | null) =>
    incident('i', 1, 2, { rule: { id: 'r', name: 'Given', nameCode, kind: 'silence' } })
  const names = incidentItems([named('default-silence'), named(null)], DAY, I18N).map(({ name }) => name)
  expect(names).toEqual(['rule.default-silence: Meter', 'Given: Meter'])
})

test('what is no device and no district is called by a word of the language', () => {
  const gateway = { ...subject('source', 'Gateway g-1'), nameCode: 'gateway' as const, nameKey: 'g-1' }
  const [item] = incidentItems([incident('i', 1, 2, { subject: gateway })], DAY, I18N)
  expect(item?.name).toBe('Too loud: subject.gateway g-1')
})

describe('gaps on the ribbon', () => {
  test('frames with less than half of the fullest, joined; one that has not ended is none', () => {
    const edges = [0, 1, 2, 3, 4, 5, 6].map((hour) => hour * HOUR)
    const gaps = gapItems(edges, [0.8, 0.3, 0, 0.8, 0.39, 0.1], 5.5 * HOUR)
    expect(gaps.map(({ start, end }) => [start / HOUR, (end ?? 0) / HOUR])).toEqual([
      [1, 3],
      [4, 5],
    ])
    expect(gapItems(edges, [0, 0, 0, 0, 0, 0], 9 * HOUR)).toEqual([])
  })

  test('gaps are in order, apart from each other and inside of the frames', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (filled) => {
        const edges = Array.from({ length: filled.length + 1 }, (_, k) => k * HOUR)
        let last = -1
        for (const { start, end } of gapItems(edges, filled, Number.POSITIVE_INFINITY)) {
          expect(start).toBeGreaterThan(last)
          expect(end).toBeGreaterThan(start)
          last = end ?? 0
        }
      }),
      { seed },
    )
  })
})
