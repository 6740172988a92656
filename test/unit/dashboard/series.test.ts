import { describe, expect, test } from 'vitest'
import { seriesOf, summarise, windowOf } from '#dashboard/src/map/series/series.ts'
import type { ObservationsResponse } from '#model/api/city.ts'

const minute = (at: number): string => new Date(Date.UTC(2026, 4, 1, 10, at)).toISOString()
const response = (part: Partial<ObservationsResponse>, kind: 'gauge' | 'counter' = 'gauge'): ObservationsResponse => ({
  datastream: { id: 1, thing: 'air-001', property: 'pm2_5', channel: '', unit: 'ug/m3', kind },
  from: minute(0),
  to: minute(59),
  every: null,
  next: null,
  ...part,
})
const raw = (at: number, result: number, quality: 1 | 3 = 1) => ({ time: minute(at), result, quality, reasons: [] })
const bucket = (time: string, mean: number | null, total: number | null = null) => ({
  time,
  n: mean === null && total === null ? 0 : 60,
  good: mean === null && total === null ? 0 : 60,
  mean,
  min: mean === null ? null : mean - 1,
  max: mean === null ? null : mean + 1,
  total,
  dataCapture: mean === null && total === null ? 0 : 1,
  suspect: null,
})

describe('raw series', () => {
  test('a pause is a gap, not a line across it', () => {
    const { points } = seriesOf(response({ observations: [0, 1, 2, 3, 30, 31].map((at) => raw(at, at)) }))
    expect(points.map(({ value }) => value)).toEqual([0, 1, 2, 3, null, 30, 31])
  })

  test('comes in order of time, whatever order it was sent in', () => {
    const { points } = seriesOf(response({ observations: [raw(2, 2), raw(0, 0), raw(1, 1)] }))
    expect(points.map(({ value }) => value)).toEqual([0, 1, 2])
  })

  test('counts suspect values apart', () => {
    const series = seriesOf(response({ observations: [raw(0, 4), raw(1, 90, 3), raw(2, 5)] }))
    expect(summarise(series)).toMatchObject({ n: 3, suspect: 1, min: 4, max: 90, first: 4, last: 5 })
  })
})

describe('buckets', () => {
  const hours = ['2026-05-01T10:00:00Z', '2026-05-01T11:00:00Z', '2026-05-01T14:00:00Z']

  test('an hour that is left out was not measured: a gap, never a zero', () => {
    const { points } = seriesOf(response({ every: '1h', buckets: hours.map((time) => bucket(time, 10)) }))
    expect(points.map(({ value }) => value)).toEqual([10, 10, null, 10])
  })

  test('a meter shows its amounts, not the mean of its readings', () => {
    const series = seriesOf(response({ every: '1h', buckets: hours.map((time) => bucket(time, 5000, 12)) }, 'counter'))
    expect(series.statistic).toBe('total')
    expect(summarise(series)).toMatchObject({ sum: 36, min: 12, max: 12 })
  })

  test('the range reaches from the lowest minimum to the highest maximum', () => {
    const buckets = [bucket('2026-05-01T10:00:00Z', 10), bucket('2026-05-01T11:00:00Z', 20)]
    expect(summarise(seriesOf(response({ every: '1h', buckets })))).toMatchObject({ min: 9, max: 21, mean: 15, n: 120 })
  })

  test('directions are averaged as vectors: 350, 350 and 20 degrees, by sums of sines and cosines', () => {
    const wind = response({ every: '1h', buckets: [350, 350, 20].map((mean, i) => bucket(hours[i] ?? '', mean)) })
    const series = seriesOf({ ...wind, datastream: { ...wind.datastream, property: 'wind_direction' } })
    expect(series.statistic).toBe('direction')
    const radians = [350, 350, 20].map((degrees) => (degrees * Math.PI) / 180)
    const sum = (part: (angle: number) => number) => radians.reduce((all, angle) => all + part(angle), 0)
    expect(summarise(series)?.mean).toBeCloseTo((Math.atan2(sum(Math.sin), sum(Math.cos)) * 180) / Math.PI + 360, 6)
  })

  test('sound levels are averaged as energies: 60 and 70 dB are 10 lg((10^6 + 10^7) / 2) = 67.40 dB', () => {
    const buckets = [bucket('2026-05-01T10:00:00Z', 60), bucket('2026-05-01T11:00:00Z', 70)]
    const sound = response({ every: '1h', buckets })
    const series = seriesOf({ ...sound, datastream: { ...sound.datastream, property: 'sound_level' } })
    expect(summarise(series)?.mean).toBeCloseTo(67.404, 3)
  })

  test('nothing measured has no summary', () => {
    expect(summarise(seriesOf(response({ every: '1h', buckets: [bucket(hours[0] ?? '', null)] })))).toBeNull()
    expect(summarise(seriesOf(response({ observations: [] })))).toBeNull()
  })
})

test('what is asked for: 24 hours raw, 7 days by the hour, 30 days by the day', () => {
  const now = Date.parse('2026-05-31T10:00:30Z')
  expect(windowOf('24h', now)).toEqual({ from: '2026-05-30T10:01:00.000Z', to: '2026-05-31T10:01:00.000Z' })
  expect(windowOf('7d', now)).toMatchObject({ from: '2026-05-24T10:01:00.000Z', every: '1h' })
  expect(windowOf('30d', now)).toMatchObject({ from: '2026-05-01T10:01:00.000Z', every: '1d' })
})
