import { createIntl } from 'react-intl'
import { describe, expect, test } from 'vitest'
import en from '#dashboard/src/i18n/en.json' with { type: 'json' }
import { coarse, createFormatters } from '#dashboard/src/i18n/formatters.ts'
import { LAYERS } from '#dashboard/src/map/layers/index.ts'
import { periodChoices } from '#dashboard/src/ui/periods.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { REASONS } from '#model/observation/quality.ts'

const i18n = createFormatters(createIntl({ locale: 'en', messages: en }), 'Europe/Lisbon')

describe('numbers', () => {
  test.each([
    [0.424, '0.42'],
    [4.26, '4.26'],
    [42.26, '42.3'],
    [424.6, '425'],
    [4246, '4,246'],
    [7, '7'],
    [-97.5, '−97.5'],
  ])('%d is written %s', (value, text) => {
    expect(i18n.number(value)).toBe(text)
  })

  test.each([
    [145_337, 'W', '145\u202fkW'],
    [12, 'W', '12\u202fW'],
    [3_898_698, 'kW.h', '3,899\u202fMWh'],
    [11.3, 'ug/m3', '11.3\u202fµg/m³'],
    [5, '{count}', '5'],
    [-97, 'dB{mW}', '−97\u202fdBm'],
  ])('%d %s is shown as "%s"', (value, unit, text) => {
    expect(i18n.quantity(value, unit)).toBe(text)
  })
})

describe('times', () => {
  test('are those of the city: 23:30 UTC on 30 June is 00:30 on 1 July in Lisbon', () => {
    expect(i18n.dateTime('2026-06-30T23:30:00Z')).toBe('Jul 1, 00:30')
    expect(i18n.date('2026-06-30T23:30:00Z')).toBe('Jul 1, 2026')
  })

  test.each([
    [-30, [-30, 'second']],
    [-600, [-10, 'minute']],
    [-7200, [-2, 'hour']],
    [-200_000, [-2, 'day']],
  ] as const)('%i s is %j', (seconds, expected) => {
    expect(coarse(seconds)).toEqual(expected)
  })

  test('periods follow the calendar of the city: 1 January in Lisbon has last December before it', () => {
    const ids = periodChoices('last-30d', new Date('2027-01-01T00:10:00Z'), i18n).map(({ id }) => id)
    expect(ids).toEqual(
      expect.arrayContaining(['last-24h', 'last-365d', '2027-01', '2026-12', '2027-Q1', '2027', '2026']),
    )
  })

  test('a period that only the address knows can be chosen, too', () => {
    expect(periodChoices('2019-03', new Date('2026-05-01T00:00:00Z'), i18n).at(-1)?.id).toBe('2019-03')
  })
})

describe('the catalogue', () => {
  const ids = new Set(Object.keys(en))
  test('names every observed property, quality reason, layer and measure', () => {
    const wanted = [
      ...[...PROPERTIES.keys()].map((name) => `property.${name}`),
      ...Object.keys(REASONS).map((name) => `reason.${name}`),
      ...LAYERS.map(({ id }) => `layer.${id}`),
      ...LAYERS.filter(({ id }) => id !== 'survey').flatMap(({ id, measures }) =>
        measures.map((measure) => `measure.${id}.${measure}`),
      ),
    ]
    expect(wanted.filter((id) => !ids.has(id))).toEqual([])
  })

  test('shows a name it does not know as it is, without underscores', () => {
    expect(i18n.name('kind', 'tide_gauge')).toBe('tide gauge')
  })
})
