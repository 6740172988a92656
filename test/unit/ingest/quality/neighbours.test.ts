import { describe, expect, test } from 'vitest'
import { disagreements, disagrees, median, type Station } from '#ingest/quality/neighbours.ts'

const rule = { kilometres: 5, deviations: 5, minimum: 0, minimumShare: 0 }

describe('QARTOD test 11, neighbours by median absolute deviation', () => {
  // 8 9 10 11 12: median 10, deviations 2 1 0 1 2, their median 1; 5 x 1.4826 = 7.413
  const around = [8, 9, 10, 11, 12]
  test.each([
    [17.41, false],
    [17.42, true],
    [2.58, true],
    [2.59, false],
  ])('%d: %s', (value, expected) => expect(disagrees(value, around, rule)).toBe(expected))

  test('one wild neighbour does not excuse another', () => expect(disagrees(40, [8, 9, 10, 11, 500], rule)).toBe(true))

  test('neighbours that agree to the last digit still leave room', () => {
    expect(disagrees(14, [10, 10, 10, 10], { ...rule, minimum: 5 })).toBe(false)
    expect(disagrees(15.1, [10, 10, 10, 10], { ...rule, minimum: 5 })).toBe(true)
    expect(disagrees(15.1, [10, 10, 10, 10], { ...rule, minimumShare: 0.6 })).toBe(false)
  })

  test('not evaluated with three neighbours', () => expect(disagrees(1000, [1, 1, 1], rule)).toBeUndefined())
  test('median of an even number', () => expect(median([4, 1, 3, 2])).toBe(2.5))

  const station = (thing: number, lon: number, lat: number, ...hours: number[]): Station => ({
    ...{ thing, confirmed: true, lon, lat },
    hours: Float64Array.from(hours),
  })
  test('of the hour, within the distance, of other Things', () => {
    // at 60 N a degree of longitude is half a degree of latitude: 0.08 degrees are 4.4 km
    const stations = new Map([
      ['a', station(1, 10, 60, 50, 50, 10)],
      ['b', station(2, 10.08, 60, 10, 10, 10)],
      ['c', station(3, 9.92, 60, 10, 10, 10)],
      ['d', station(4, 10, 60.04, 10, 10, 10)],
      ['e', station(5, 10, 59.96, 10, Number.NaN, 10)],
      // 5.6 km away
      ['far', station(6, 10, 60.05, 10, 10, 10)],
      // a second probe of the same Thing confirms nothing
      ['a2', station(1, 10, 60, 50, 50, 10)],
    ])
    const found = disagreements(stations, { ...rule, minimum: 5 })
    // in the second hour only three neighbours measured
    expect(found.get('a')).toEqual(new Set([0]))
    expect(found.has('far')).toBe(false)
  })

  test('devices that nobody confirmed are compared with the others, and nothing with them', () => {
    const strangers = [2, 3, 4, 5].map(
      (thing) => [`s${thing}`, { ...station(thing, 10, 60, 80), confirmed: false }] as const,
    )
    const own = station(1, 10, 60, 10)
    expect(disagreements(new Map([['own', own], ...strangers]), { ...rule, minimum: 5 })).toEqual(new Map())
    const confirmed = [11, 12, 13].map((thing) => [`c${thing}`, station(thing, 10, 60, 10)] as const)
    const found = disagreements(new Map([['own', own], ...confirmed, ...strangers]), { ...rule, minimum: 5 })
    expect([...found.keys()]).toEqual(['s2', 's3', 's4', 's5'])
  })
})
