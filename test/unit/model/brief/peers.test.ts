import { expect, test } from 'vitest'
import type { Pair } from '#model/brief/changes.ts'
import { peersOf } from '#model/brief/peers.ts'
import type { DataPointValue, Direction } from '#model/indicators/catalogue/schema.ts'

const value = (of: number | null): DataPointValue => ({
  ...{ dataPoint: '', name: '', value: of, unit: '%', interval: null, standardError: null, score: null, own: null },
  ...{ origin: 'reported', simulated: false, dataCapture: null, n: null, missing: null, evidence: null },
})
const pair = (before: number | null, now: number | null, direction: Direction = 'higher'): Pair => ({
  indicator: { code: 'A', name: 'A', direction, dataPoints: [] },
  point: { id: '', name: '', benchmark: null },
  ...{ before: value(before), now: value(now), partial: false },
})
const peer = (city: string, year: string, of: number) => ({
  code: 'A',
  dataPoint: '',
  city,
  year,
  value: of,
  source: 's',
})
const years = { period: '2026', before: '2025' }

test('values of one year only: those of 2025 stand next to the city of 2025', () => {
  const peers = [peer('X', '2025', 10), peer('Y', '2025', 30), peer('Z', '2026', 99)]
  expect(peersOf([pair(20, 50)], peers, years)).toMatchObject([
    { period: '2025', value: 20, median: 20, better: 1, peers: [{ city: 'X' }, { city: 'Y' }] },
  ])
})

test('the year of the period comes first; lower may be better; where neither way is, nobody is worse', () => {
  const peers = ['2025', '2026'].flatMap((year) => [peer('X', year, 10), peer('Y', year, 30), peer('Z', year, 80)])
  expect(peersOf([pair(20, 50, 'lower')], peers, years)).toMatchObject([{ period: '2026', median: 30, better: 1 }])
  expect(peersOf([pair(20, 50, 'none')], peers, years)).toMatchObject([{ better: null }])
})

test('one city is no peer group, and a city without a value has no peers', () => {
  expect(peersOf([pair(20, 50)], [peer('X', '2025', 10)], years)).toEqual([])
  expect(peersOf([pair(null, null)], [peer('X', '2025', 10), peer('Y', '2025', 30)], years)).toEqual([])
})
