import { createIntl } from 'react-intl'
import { describe, expect, test } from 'vitest'
import ar from '#dashboard/src/i18n/ar.json' with { type: 'json' }
import en from '#dashboard/src/i18n/en.json' with { type: 'json' }
import { createFormatters } from '#dashboard/src/i18n/formatters.ts'
import { comparedTable } from '#dashboard/src/map/playback/compared-table.ts'
import type { Cell } from '#dashboard/src/ui/table/table-model.ts'

const i18n = createFormatters(createIntl({ locale: 'en', messages: en }), 'UTC')
const columns = [
  { id: 'name', label: 'Device', numeric: false },
  { id: 'value', label: 'PM2.5 (µg/m³)', numeric: true },
  { id: 'trust', label: 'State', numeric: false },
  { id: 'time', label: 'Measured', numeric: true },
]
const amount = (value: number | null): Cell => ({ text: value === null ? 'no value' : String(value), sort: value })
const row = (key: string, value: Cell, state = 'past') => ({
  ...{ id: `thing:${key}`, key },
  cells: { name: amount(1), value, trust: { text: state, sort: state }, time: amount(0) },
})
const compare = (first: ReturnType<typeof row>[], second: ReturnType<typeof row>[], formatters = i18n) => {
  const table = (rows: ReturnType<typeof row>[]) => ({
    columns,
    rows,
    compared: { column: 'value', show: formatters.number },
  })
  return comparedTable({ table: table(first), moment: '08:00' }, { table: table(second), moment: '17:00' }, formatters)
}

describe('the table of two moments', () => {
  test('has both values under their moments, and the difference, second minus first', () => {
    const { columns, rows } = compare([row('a', amount(20))], [row('a', amount(44.5))])
    expect(columns.map(({ label }) => label)).toEqual([
      ...['Device', 'PM2.5 (µg/m³): 08:00', 'PM2.5 (µg/m³): 17:00', 'PM2.5 (µg/m³): difference', 'State'],
    ])
    expect(rows[0]?.cells).toMatchObject({
      value: { sort: 20 },
      valueOther: { sort: 44.5 },
      difference: { text: '+24.5', sort: 24.5 },
    })
  })

  test.each<[string, Cell, Cell]>([
    ['the first is missing', amount(null), amount(5)],
    ['the second is missing', amount(5), amount(null)],
    ['both are missing', amount(null), amount(null)],
    ['one is a lower bound', amount(5), { text: '≥ 3', sort: 3, atLeast: true }],
  ])('has no difference where %s: never zero', (_, a, b) => {
    expect(compare([row('a', a)], [row('a', b)]).rows[0]?.cells['difference']).toEqual({ text: '–', sort: null })
  })

  test.each([
    [30, 10, '−20', -20],
    [10, 10, '0', 0],
    // in binary 0.3 - 0.1 is 0.19999999999999998
    [0.1, 0.3, '+0.2', 0.2],
  ])('from %d to %d it is %s', (a, b, text, sort) => {
    expect(compare([row('a', amount(a))], [row('a', amount(b))]).rows[0]?.cells['difference']).toEqual({ text, sort })
  })

  test('a place that only one of the moments has is listed, without a difference', () => {
    const { rows } = compare([row('gone', amount(1))], [row('new', amount(2))])
    expect(rows.map(({ key, cells }) => [key, cells['value']?.sort, cells['valueOther']?.sort])).toEqual([
      ['gone', 1, null],
      ['new', null, 2],
    ])
    expect(rows.map(({ cells }) => cells['difference']?.sort)).toEqual([null, null])
  })

  test('what else changes is there for both moments, what does not is there once', () => {
    const { columns, rows } = compare(
      [row('a', amount(1)), row('b', amount(1))],
      [row('a', amount(1), 'suspect'), row('b', amount(1))],
    )
    expect(columns.map(({ id }) => id)).toEqual(['name', 'value', 'valueOther', 'difference', 'trust', 'trustOther'])
    expect(rows.map(({ cells }) => cells['trustOther']?.text)).toEqual(['suspect', 'past'])
  })

  test('in Arabic the sign stays before the number: it is isolated', () => {
    const arabic = createFormatters(createIntl({ locale: 'ar-u-nu-latn', messages: ar }), 'UTC')
    const { rows } = compare([row('a', amount(1))], [row('a', amount(3))], arabic)
    expect(rows[0]?.cells['difference']?.text).toBe('\u2068+2\u2069')
  })
})
