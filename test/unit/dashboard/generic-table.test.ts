import { expect, test } from 'vitest'
import { csvOf } from '#dashboard/src/ui/table/csv.ts'
import { nextOrder, sortBy } from '#dashboard/src/ui/table/sort.ts'

test('a heading sorts numbers from the highest, text from A, and turns round at the second click', () => {
  const value = { id: 'value', numeric: true }
  const name = { id: 'name' }
  expect(nextOrder(null, value)).toEqual({ column: 'value', descending: true })
  expect(nextOrder({ column: 'value', descending: true }, value)).toEqual({ column: 'value', descending: false })
  expect(nextOrder({ column: 'value', descending: true }, name)).toEqual({ column: 'name', descending: false })
})

test('rows of any type sort by a value, and rows without one come last in both directions', () => {
  const rows = [{ share: 0.2 }, { share: null }, { share: 0.1 }]
  const shares = (descending: boolean) => sortBy(rows, ({ share }) => share, descending, 'en').map(({ share }) => share)
  expect(shares(false)).toEqual([0.1, 0.2, null])
  expect(shares(true)).toEqual([0.2, 0.1, null])
})

test('a file keeps full precision, quotes by RFC 4180 and disarms formulas', () => {
  expect(
    csvOf([
      ['Name', 'Value, share'],
      ['=1+1', 0.123456789],
      ['b', null],
    ]),
  ).toBe('\ufeffName,"Value, share"\r\n\'=1+1,0.123456789\r\nb,\r\n')
})
