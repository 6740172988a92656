import { describe, expect, test } from 'vitest'
import { toCsv } from '#dashboard/src/ui/table/csv.ts'
import { sortRows } from '#dashboard/src/ui/table/sort.ts'
import type { Row } from '#dashboard/src/ui/table/table-model.ts'

const row = (key: string, value: number | string | null): Row => ({
  id: `thing:${key}`,
  key,
  cells: { value: { text: String(value), sort: value } },
})
const keys = (rows: readonly Row[]): string[] => rows.map(({ key }) => key)

describe('sorting', () => {
  const rows = [row('b', 10), row('none', null), row('a', 9), row('c', -1)]

  test('orders numbers as numbers, with what is missing last either way', () => {
    expect(keys(sortRows(rows, { column: 'value', descending: false }, 'en'))).toEqual(['c', 'a', 'b', 'none'])
    expect(keys(sortRows(rows, { column: 'value', descending: true }, 'en'))).toEqual(['b', 'a', 'c', 'none'])
  })

  test('orders texts as people do: 2 before 10', () => {
    const named = [row('x', 'Station 10'), row('y', 'Station 2')]
    expect(keys(sortRows(named, { column: 'value', descending: false }, 'en'))).toEqual(['y', 'x'])
  })
})

describe('CSV', () => {
  const columns = [{ id: 'value', label: 'PM2.5 (µg/m³)', numeric: true }]

  test('quotes by RFC 4180 and ends lines with CR LF', () => {
    expect(toCsv(columns, [row('a', 'say "hi", twice')])).toBe('\ufeffkey,PM2.5 (µg/m³)\r\na,"say ""hi"", twice"\r\n')
  })

  test('keeps full precision and leaves what is missing empty', () => {
    expect(toCsv(columns, [row('a', 12.3456789), row('b', null)])).toContain('a,12.3456789\r\nb,\r\n')
  })

  test.each(['=1+1', '@SUM(A1)', '+cmd', '-cmd'])('a text like %s does not become a formula', (text) => {
    expect(toCsv(columns, [row('a', text)])).toContain(`a,'${text}`)
  })

  test('a negative number stays a number', () => {
    expect(toCsv(columns, [row('a', -97.5)])).toContain('a,-97.5')
  })

  test('writes a time as an instant', () => {
    const time = { id: 'time', label: 'Measured', numeric: true }
    const at = Date.UTC(2026, 4, 1, 10)
    const csv = toCsv([time], [{ id: null, key: 'a', cells: { time: { text: '1 h ago', sort: at } } }])
    expect(csv).toContain('a,2026-05-01T10:00:00.000Z')
  })

  test('an interval is two columns with its bounds, whatever the column is ordered by', () => {
    const interval = { id: 'interval', label: '95% interval', numeric: true, bounds: ['lower', 'upper'] as const }
    const cells = { interval: { text: '12% to 34%', sort: 0.22, bounds: [0.12, 0.34] as const } }
    const none = { interval: { text: 'none', sort: null } }
    const csv = toCsv(
      [interval],
      [
        { id: null, key: 'a', cells },
        { id: null, key: 'b', cells: none },
      ],
    )
    expect(csv).toBe('\ufeffkey,lower,upper\r\na,0.12,0.34\r\nb,,\r\n')
  })
})
