import { expect, test } from 'vitest'
import { ladderOf, rowsOf, startsPollutant, type WhoPlace, zonesByLevel } from '#dashboard/src/air-quality/who-rows.ts'

const place = (level: WhoPlace['level'], key: string, value: number | null, people: number | null = 100): WhoPlace => ({
  ...{ level, key, pollutant: 'pm2_5', stations: 1, people, dataCapture: 1 },
  verdicts: (['annual', 'day'] as const).map((rule) => ({
    ...{ rule, level: 5, interim: [35, 25, 15, 10], value, exceeded: null, reached: null, days: 365, daysAbove: null },
  })),
})
const PLACES = [place('city', '', 9), place('zone', 'a', 6, 300), place('zone', 'b', null), place('zone', 'c', 12)]

test('the city has a row for each level, and its pollutant is named once', () => {
  const rows = rowsOf(PLACES, 'city')
  expect(rows.map((row, index) => [row.verdict.rule, startsPollutant(row, rows[index - 1])])).toEqual([
    ['annual', true],
    ['day', false],
  ])
  expect(rowsOf(PLACES, 'zone', 'nowhere')).toEqual([])
})

test('zones stand the worst first, what has no value last; 12 in c is twice the 6 in a', () => {
  const { rows, spread } = zonesByLevel(PLACES, 'pm2_5', 'annual')
  expect(rows.map(({ place: { key } }) => key)).toEqual(['c', 'a', 'b'])
  expect(spread).toMatchObject({ highest: { zone: 'c' }, lowest: { zone: 'a' }, ratio: 2, mean: 7.5 })
  expect(zonesByLevel(PLACES, 'no2', 'annual')).toEqual({ rows: [], spread: undefined })
})

test('a bar ends a tenth beyond its highest mark: of 38.5 the guideline of 5 is 13 %, a value of 7.7 is 20 %', () => {
  const bar = ladderOf({ value: 7.7, level: 5, interim: [35, 25, 15, 10] })
  expect(bar.fill).toBeCloseTo(0.2, 9)
  expect(bar.guideline).toBeCloseTo(5 / 38.5, 9)
  expect(ladderOf({ value: 70, level: 5, interim: [35] }).fill).toBeCloseTo(1 / 1.1, 9)
})
