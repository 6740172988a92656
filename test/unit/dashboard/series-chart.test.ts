import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { align } from '#dashboard/src/map/series/align.ts'
import { axesOf } from '#dashboard/src/map/series/axes.ts'
import { moveCursor, NO_CURSOR, selectedBy, timeByKey } from '#dashboard/src/map/series/chart-cursor.ts'
import { rangesOf } from '#dashboard/src/map/series/drawn-range.ts'
import { spreadLabels } from '#dashboard/src/map/series/line-style.ts'
import { readingAt } from '#dashboard/src/map/series/reading.ts'
import { type Series, type SeriesPoint, seriesOf, windowWithin } from '#dashboard/src/map/series/series.ts'
import type { ObservationsResponse } from '#model/api/city.ts'

const seed = 20261201
const point = (time: number, value: number | null): SeriesPoint => ({
  ...{ time, value, min: null, max: null, capture: null, n: value === null ? 0 : 1, suspect: false, limit: null },
  ...{ censored: null, suspects: null, quality: value === null ? null : 1, reasons: [] },
})
const series = (points: readonly SeriesPoint[], part: Partial<Series> = {}): Series => ({
  ...{ points, statistic: 'raw', average: 'arithmetic', bucketSeconds: null },
  ...part,
})
/** Ascending times, some of them holes. */
const anyPoints = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.option(fc.integer({ min: -9, max: 9 }), { freq: 4 })), {
    selector: ([time]) => time,
    maxLength: 25,
  })
  .map((all) => all.toSorted(([a], [b]) => a - b).map(([time, value]) => point(time, value)))

describe('series on common times', () => {
  test('of a minute and of five minutes: each value once, nothing in between, a gap for the others in it', () => {
    const fast = [0, 1, 2, 3].map((time) => point(time, time))
    const slow = [point(0, 10), point(2, null), point(5, 20)]
    const { times, points } = align([fast, slow])
    expect(times).toEqual([0, 1, 2, 3, 5])
    expect(points[0]?.map((one) => one?.value)).toEqual([0, 1, 2, 3, undefined])
    // from the value before the hole to the value after it
    expect(points[1]?.map((one) => (one === null ? null : one?.value))).toEqual([10, null, null, null, 20])
  })

  test('no value is moved, repeated or lost, and every gap stays a gap', () => {
    fc.assert(
      fc.property(fc.array(anyPoints, { maxLength: 5 }), (all) => {
        const { times, points } = align(all)
        expect(times).toEqual([...new Set(all.flat().map(({ time }) => time))].sort((a, b) => a - b))
        for (const [k, own] of all.entries()) {
          const row = points[k] ?? []
          expect(row).toHaveLength(times.length)
          // what is drawn is what is there
          expect(row.filter((one) => one)).toEqual(own.filter(({ value }) => value !== null))
          // between two neighbouring values there is a null exactly where the series has a hole
          const values = own.flatMap((one, at) => (one.value === null ? [] : [at]))
          for (const [at, next] of values.slice(1).map((next, i) => [values[i] ?? 0, next] as const)) {
            const [from, to] = [times.indexOf(own[at]?.time ?? -1), times.indexOf(own[next]?.time ?? -1)]
            const between = row.slice(from + 1, to)
            expect(between.every((one) => one === (next - at > 1 ? null : undefined))).toBe(true)
          }
        }
      }),
      { seed },
    )
  })
})

describe('the axes', () => {
  test.each([
    [
      ['ug/m3', 'ug/m3', 'Cel', 'ug/m3', '%'],
      ['y', 'y', 'y2', 'y', null],
    ],
    [['Cel'], ['y']],
    [[], []],
  ])('of %j are %j', (units, axes) => expect(axesOf(units)).toEqual(axes))

  test('never hold two units, and only a third unit has none', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 8 }), (units) => {
        const axes = axesOf(units)
        for (const axis of ['y', 'y2'] as const)
          expect(new Set(units.filter((_, k) => axes[k] === axis)).size).toBeLessThanOrEqual(1)
        expect(axes[0]).toBe('y')
        expect(new Set(units.filter((_, k) => axes[k] !== null)).size).toBe(Math.min(2, new Set(units).size))
      }),
      { seed },
    )
  })

  test('have room for what is usual in each series: 1 to 16 with 100 far out (R: quantile), and 30 to 45', () => {
    const of = (values: readonly number[]) => series(values.map((value, time) => point(time, value)))
    const low = of([...Array.from({ length: 16 }, (_, i) => i + 1), 100])
    const high = of(Array.from({ length: 16 }, (_, i) => i + 30))
    expect(
      rangesOf([
        { axis: 'y', series: low },
        { axis: 'y', series: high },
      ]),
    ).toEqual({
      y: { low: 1, high: 45, outside: 1 },
    })
    expect(
      rangesOf([
        { axis: 'y', series: low },
        { axis: 'y2', series: high },
      ]),
    ).toEqual({
      y: { low: 1, high: 16, outside: 1 },
      y2: { low: 30, high: 45, outside: 0 },
    })
  })
})

describe('what a series says of an instant', () => {
  const raw = series([point(0, 1), point(60, 2), point(120, null), point(600, 3), point(660, 4)])
  test.each([
    [-59, 1],
    [-61, null],
    [29, 1],
    [31, 2],
    [119, 2],
    // within the gap, but for the value that ends it
    [120, null],
    [599, null],
    [600, 3],
    [719, 4],
    [721, null],
  ])('single values at %i: %s', (at, value) => expect(readingAt(raw, at)?.value ?? null).toBe(value))

  test('of a bucket: from its beginning to the next, with an hour that was left out as a gap', () => {
    const hours = series([point(0, 1), point(3600, 2), point(7200, null), point(10_800, 4)], {
      ...{ statistic: 'mean', bucketSeconds: 3600 },
    })
    const at = [-1, 0, 3599, 3600, 7199, 7200, 10_799, 10_800, 14_399, 14_400]
    expect(at.map((time) => readingAt(hours, time)?.value ?? null)).toEqual([
      ...[null, 1, 1, 2, 2, null, null, 4, 4, null],
    ])
  })

  test('a bucket whose values are all suspect is said to be there, without a value', () => {
    const doubtful = { ...point(0, null), n: 3, suspect: true }
    expect(readingAt(series([doubtful], { statistic: 'mean', bucketSeconds: 3600 }), 10)).toBe(doubtful)
  })

  test('at the time of a value it is that value', () => {
    fc.assert(
      fc.property(anyPoints, (points) => {
        for (const one of points) if (one.value !== null) expect(readingAt(series(points), one.time)).toBe(one)
      }),
      { seed },
    )
  })
})

describe('what is pointed at', () => {
  const pinned = moveCursor(NO_CURSOR, { kind: 'press', at: 5 })

  test('a click pins it, the pointer does not move it, and a click, Escape or the button releases it', () => {
    expect(moveCursor(pinned, { kind: 'point', at: 9 })).toBe(pinned)
    expect(moveCursor(pinned, { kind: 'leave' })).toBe(pinned)
    for (const action of [{ kind: 'press', at: 9 }, { kind: 'escape' }, { kind: 'clear' }] as const)
      expect(moveCursor(pinned, action)).toEqual(NO_CURSOR)
  })

  test('what only was pointed at ends with the pointer', () => {
    const pointed = moveCursor(NO_CURSOR, { kind: 'point', at: 9 })
    expect(pointed.at).toBe(9)
    expect(moveCursor(pointed, { kind: 'leave' })).toEqual(NO_CURSOR)
  })

  test('a period is selected by Shift and arrows, by dragging, or by its two ends, in any direction', () => {
    const move = (cursor: typeof NO_CURSOR, to: number, extend = true) =>
      moveCursor(cursor, { kind: 'move', to, extend })
    expect(selectedBy(move(move(pinned, 4), 3))).toEqual([3, 5])
    expect(selectedBy(move(move(pinned, 4), 3, false))).toBeNull()
    expect(selectedBy(moveCursor(NO_CURSOR, { kind: 'drag', from: 8, to: 2 }))).toEqual([2, 8])
    const begun = moveCursor(pinned, { kind: 'begin' })
    expect(selectedBy(begun)).toBeNull()
    expect(selectedBy(moveCursor(begun, { kind: 'press', at: 7 }))).toEqual([5, 7])
  })

  test('Escape leaves the period first, then the pin', () => {
    const selecting = moveCursor(pinned, { kind: 'move', to: 9, extend: true })
    const once = moveCursor(selecting, { kind: 'escape' })
    expect(once).toEqual({ at: 9, isPinned: true, anchor: null })
    expect(moveCursor(once, { kind: 'escape' })).toEqual(NO_CURSOR)
  })

  test('keys go from value to value, and stay within them', () => {
    const times = [10, 20, 40, 80]
    const by = (key: string, at: number | null) => timeByKey(key, at, times)
    expect([by('ArrowRight', 10), by('ArrowLeft', 40), by('Home', 40), by('End', 10)]).toEqual([20, 20, 10, 80])
    expect([by('ArrowRight', 80), by('ArrowLeft', 10), by('PageUp', 20), by('PageDown', 20)]).toEqual([80, 10, 40, 10])
    // the first key begins at the newest value
    expect(by('ArrowLeft', null)).toBe(80)
    expect(by('Tab', 10)).toBeUndefined()
    expect(timeByKey('ArrowRight', null, [])).toBeUndefined()
  })
})

test('labels at the ends of lines keep their order, their distance and, where there is room, the chart', () => {
  const heights = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(heights, (all) => {
      const placed = spreadLabels(all, 12, 0, 100)
      const order = all.map((_, k) => k).sort((a, b) => (all[a] ?? 0) - (all[b] ?? 0))
      const sorted = order.map((k) => placed[k] ?? 0)
      for (const [k, height] of sorted.slice(1).entries())
        expect(height - (sorted[k] ?? 0)).toBeGreaterThanOrEqual(12 - 1e-9)
      for (const height of placed) expect(height >= -1e-9 && height <= 100 + 1e-9).toBe(true)
    }),
    { seed },
  )
  expect(spreadLabels([10, 50, 90], 12, 0, 100)).toEqual([10, 50, 90])
})

describe('a selected period is asked for', () => {
  const now = Date.UTC(2026, 4, 31)
  const hours = (n: number, back = 0) => ({ from: now - (n + back) * 3_600_000, to: now - back * 3_600_000 })
  test.each([
    ['a day, a value a minute', hours(24), 60, undefined],
    ['two days, an unknown interval', hours(48), null, undefined],
    ['a day, a value a second: 86,400 do not fit into one answer', hours(24), 1, '1h'],
    ['three days', hours(72), 60, '1h'],
    ['60 days', hours(60 * 24), 60, '1h'],
    ['61 days', hours(61 * 24), 60, '6h'],
    ['two years', hours(730 * 24), 60, '1d'],
    ['an hour of which single values are deleted', hours(1, 400 * 24), 60, '1h'],
  ])('%s', (_, within, intervalSeconds, every) => {
    const { from, to } = within
    expect(windowWithin(within, { now, intervalSeconds })).toEqual({
      ...{ from: new Date(from).toISOString(), to: new Date(to).toISOString() },
      ...(every !== undefined && { every }),
    })
  })

  test('and never coarser than all of it: a year by the day, 30 days by the day, a week by the hour', () => {
    const steps = ['1d', '6h', '1h', undefined]
    const within = fc.integer({ min: 60_000, max: 365 * 86_400_000 }).map((length) => ({ from: now - length, to: now }))
    fc.assert(
      fc.property(within, (part) => {
        const { every } = windowWithin(part, { now, intervalSeconds: 60 })
        const whole = part.to - part.from <= 7 * 86_400_000 ? '1h' : '1d'
        expect(steps.indexOf(every as '1h')).toBeGreaterThanOrEqual(steps.indexOf(whole))
      }),
      { seed },
    )
  })
})

test('a single value keeps its flag and why it has it', () => {
  const response: ObservationsResponse = {
    datastream: { id: 1, thing: 'a', property: 'pm2_5', channel: '', unit: 'ug/m3', kind: 'gauge' },
    ...{ from: '2026-05-01T00:00:00Z', to: '2026-05-02T00:00:00Z', every: null, next: null },
    observations: [{ time: '2026-05-01T00:00:00Z', result: 9, quality: 3, reasons: ['spike'] }],
  }
  expect(seriesOf(response).points[0]).toMatchObject({ quality: 3, reasons: ['spike'] })
})
