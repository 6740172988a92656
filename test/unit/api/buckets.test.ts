import { describe, expect, test } from 'vitest'
import { bucketEdges, composeBuckets, type Hour, stepFor } from '#api/measurements/buckets.ts'

const at = (iso: string) => new Date(iso)
const isos = (edges: number[]) => edges.map((edge) => new Date(edge).toISOString())
const HOUR = 3_600_000

/** An hour of a counter, from its readings in the order of time. */
function hourOf(time: string, readings: number[]): Hour {
  return {
    time: at(time),
    n: readings.length,
    good: readings.length,
    total: readings.reduce((a, b) => a + b, 0),
    low: Math.min(...readings),
    high: Math.max(...readings),
    first: readings[0] ?? null,
    last: readings.at(-1) ?? null,
    suspect: 0,
    suspectTotal: null,
  }
}
const nothingGood = (time: string): Hour => ({
  time: at(time),
  n: 2,
  good: 0,
  total: null,
  low: null,
  high: null,
  first: null,
  last: null,
  suspect: 0,
  suspectTotal: null,
})

describe('edges', () => {
  test('hours are widened to whole ones', () => {
    const edges = bucketEdges('1h', at('2026-05-01T10:20:00Z'), at('2026-05-01T12:05:00Z'), 'Europe/Lisbon')
    expect(isos(edges)).toEqual([
      '2026-05-01T10:00:00.000Z',
      '2026-05-01T11:00:00.000Z',
      '2026-05-01T12:00:00.000Z',
      '2026-05-01T13:00:00.000Z',
    ])
  })

  test('six hours are UTC', () => {
    const edges = bucketEdges('6h', at('2026-05-01T00:00:00Z'), at('2026-05-01T12:00:00Z'), 'Europe/Lisbon')
    expect(isos(edges)).toEqual(['2026-05-01T00:00:00.000Z', '2026-05-01T06:00:00.000Z', '2026-05-01T12:00:00.000Z'])
  })

  // Portugal left summer time on 25 October 2026 at 01:00 UTC and began it on 29 March 2026 at 01:00 UTC.
  test('the day on which Lisbon leaves summer time has 25 hours', () => {
    const edges = bucketEdges('1d', at('2026-10-25T12:00:00Z'), at('2026-10-25T13:00:00Z'), 'Europe/Lisbon')
    expect(isos(edges)).toEqual(['2026-10-24T23:00:00.000Z', '2026-10-26T00:00:00.000Z'])
  })

  test('the day on which Lisbon begins summer time has 23 hours', () => {
    const edges = bucketEdges('1d', at('2026-03-29T12:00:00Z'), at('2026-03-29T13:00:00Z'), 'Europe/Lisbon')
    expect(isos(edges)).toEqual(['2026-03-29T00:00:00.000Z', '2026-03-29T23:00:00.000Z'])
  })

  test('a clock that is off by half an hour asks for quarters', () => {
    const edges = bucketEdges('1d', at('2026-05-01T12:00:00Z'), at('2026-05-01T13:00:00Z'), 'Asia/Kolkata')
    expect(isos(edges)).toEqual(['2026-04-30T18:30:00.000Z', '2026-05-01T18:30:00.000Z'])
    expect(stepFor(edges)).toBe(HOUR / 4)
    expect(stepFor(bucketEdges('1d', at('2026-05-01T12:00:00Z'), at('2026-05-02T12:00:00Z'), 'Europe/Lisbon'))).toBe(
      HOUR,
    )
  })

  test('a day begins when midnight is skipped: Beirut, 29 March 2026, 00:00 -> 01:00', () => {
    const edges = bucketEdges('1d', at('2026-03-29T12:00:00Z'), at('2026-03-29T13:00:00Z'), 'Asia/Beirut')
    expect(isos(edges)).toEqual(['2026-03-28T22:00:00.000Z', '2026-03-29T21:00:00.000Z'])
  })
})

describe('composed buckets', () => {
  const from = at('2026-05-01T00:00:00Z')
  const to = at('2026-05-01T02:00:00Z')
  const edges = bucketEdges('1h', from, to, 'UTC')
  const base = {
    average: 'arithmetic' as const,
    edges,
    expectedIntervalSeconds: 900,
    now: at('2026-05-02T00:00:00Z'),
  } as const

  test('an hour with three of four promised observations has a data capture of 75 %', () => {
    const [first] = composeBuckets([hourOf('2026-05-01T00:00:00Z', [1, 2, 6])], { ...base, kind: 'gauge' })
    expect(first).toEqual({
      time: '2026-05-01T00:00:00.000Z',
      n: 3,
      good: 3,
      mean: 3,
      min: 1,
      max: 6,
      total: null,
      suspect: null,
      dataCapture: 0.75,
    })
  })

  test('a bucket without data is there and empty', () => {
    const [, second] = composeBuckets([hourOf('2026-05-01T00:00:00Z', [1])], { ...base, kind: 'interval' })
    expect(second).toEqual({
      time: '2026-05-01T01:00:00.000Z',
      n: 0,
      good: 0,
      mean: null,
      min: null,
      max: null,
      total: null,
      suspect: null,
      dataCapture: 0,
    })
  })

  test('a burst does not make up for an outage: 8 of 4 and 0 of 4 are half', () => {
    const burst = hourOf('2026-05-01T00:00:00Z', [1, 1, 1, 1, 1, 1, 1, 1])
    const six = bucketEdges('6h', from, at('2026-05-01T06:00:00Z'), 'UTC')
    const [bucket] = composeBuckets([burst], { ...base, edges: six, kind: 'interval' })
    expect(bucket).toMatchObject({ n: 8, total: 8 })
    expect(bucket?.dataCapture).toBeCloseTo(4 / 24, 12)
  })

  test('an hour that has not ended is measured against what has passed of it', () => {
    const now = at('2026-05-01T00:30:00Z')
    const [first, second] = composeBuckets([hourOf('2026-05-01T00:00:00Z', [1, 1])], { ...base, kind: 'gauge', now })
    expect(first?.dataCapture).toBe(1)
    expect(second?.dataCapture).toBeNull()
  })

  test('suspect observations are counted and stay out of the statistics', () => {
    const [first] = composeBuckets([nothingGood('2026-05-01T00:00:00Z')], { ...base, kind: 'gauge' })
    expect(first).toMatchObject({ n: 2, good: 0, mean: null, min: null, dataCapture: 0, suspect: null })
  })

  test('suspect observations stand next to the good: (900 + 30 + 90) / 3 = 340; readings of a counter have no mean', () => {
    const spiked = { ...hourOf('2026-05-01T00:00:00Z', [1, 1]), n: 4, suspect: 2, suspectTotal: 930 }
    const again = { ...nothingGood('2026-05-01T01:00:00Z'), suspect: 1, suspectTotal: 90 }
    const six = bucketEdges('6h', at('2026-05-01T00:00:00Z'), at('2026-05-01T06:00:00Z'), 'UTC')
    const bucket = (kind: 'gauge' | 'counter') => composeBuckets([spiked, again], { ...base, edges: six, kind })[0]
    expect(bucket('gauge')).toMatchObject({ n: 6, good: 2, mean: 1, max: 1, suspect: { n: 3, mean: 340, counted: 0 } })
    expect(bucket('counter')?.suspect).toEqual({ n: 3, mean: null, counted: 0 })
  })

  test('a Thing that promised nothing has no data capture', () => {
    const how = { ...base, kind: 'gauge', expectedIntervalSeconds: null } as const
    expect(composeBuckets([hourOf('2026-05-01T00:00:00Z', [1])], how)[0]?.dataCapture).toBeNull()
  })
})
