import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LAYERS } from '#dashboard/src/map/layers/index.ts'
import { MAX_SERIES, withinOf, withoutSeries, withSeries } from '#dashboard/src/state/series-address.ts'
import { createAddress } from '#dashboard/src/state/view-state.ts'

const seed = 20261201
const { defaults, parseViewState, toSearch } = createAddress(LAYERS)
const at = (thing: string) => ({ ...defaults, select: { type: 'thing' as const, key: thing } })
const ref = (thing: string, property = 'pm2_5', channel = '') => ({ thing, property, channel })

describe('the series of a chart in the address', () => {
  test('are written as they are read', () => {
    const state = { ...at('air-1'), series: [ref('air-1'), ref('air-2', 'no2', 'calibrated')] }
    expect(toSearch(state)).toBe('?select=thing:air-1&series=air-1/pm2_5,air-2/no2/calibrated')
    expect(parseViewState(toSearch(state))).toEqual(state)
  })

  test('come back whatever their names contain', () => {
    const name = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((text) => text.isWellFormed())
    const refs = fc.uniqueArray(fc.tuple(name, name, fc.oneof(fc.constant(''), name)), {
      minLength: 1,
      maxLength: MAX_SERIES,
      selector: (parts) => JSON.stringify(parts),
    })
    fc.assert(
      fc.property(refs, (all) => {
        const series = all.map(([thing, property, channel]) => ref(thing, property, channel))
        const state = { ...at(series[0]?.thing ?? ''), series }
        expect(parseViewState(toSearch(state)).series).toEqual(series)
      }),
      { seed },
    )
  })

  test('belong to the selected Thing: of another, of a district and of nothing there are none', () => {
    const series = [ref('air-1'), ref('air-2')]
    expect(toSearch({ ...at('air-2'), series })).toBe('?select=thing:air-2')
    expect(toSearch({ ...defaults, select: { type: 'zone', key: 'air-1' }, series })).toBe('?select=zone:air-1')
    expect(toSearch({ ...defaults, series })).toBe('')
    expect(parseViewState('?select=thing:air-2&series=air-1/pm2_5,air-2/pm2_5').series).toEqual([])
  })

  test.each([
    ['a/x,b/y,a/x', [ref('a', 'x'), ref('b', 'y')]],
    ['a/x,b,/y,c/z/k/more,,b/%E0%A4%A', [ref('a', 'x')]],
    ['a/1,a/2,a/3,a/4,a/5,a/6,a/7', [1, 2, 3, 4, 5, 6].map((n) => ref('a', String(n)))],
  ])('of %s what is named twice, malformed or too much falls away', (text, expected) => {
    expect(parseViewState(`?select=thing:a&series=${text}`).series).toEqual(expected)
  })
})

describe('a series of a chart', () => {
  const three = [ref('a'), ref('b'), ref('c')]

  test('keeps its place when one before it is removed; the next one that is added fills the gap', () => {
    const left = withoutSeries(three, ref('b'))
    expect(left).toEqual([ref('a'), null, ref('c')])
    expect(withSeries(left, ref('d'))).toEqual([ref('a'), ref('d'), ref('c')])
    expect(withSeries(three, ref('d'))).toEqual([...three, ref('d')])
  })

  test('leaves no gap at the end', () => {
    expect(withoutSeries(withoutSeries(three, ref('b')), ref('c'))).toEqual([ref('a')])
  })

  test('has the same place in the address', () => {
    const series = [ref('a'), null, null, ref('c')]
    expect(toSearch({ ...at('a'), series })).toBe('?select=thing:a&series=a/pm2_5,,,c/pm2_5')
    expect(parseViewState('?select=thing:a&series=a/pm2_5,,,c/pm2_5').series).toEqual(series)
  })
})

describe('the selected period in the address', () => {
  test('is an interval of ISO 8601 in UTC', () => {
    const within = { from: Date.UTC(2026, 4, 30, 10), to: Date.UTC(2026, 4, 30, 14, 5) }
    const written = '?select=thing:air-1&within=2026-05-30T10:00Z/2026-05-30T14:05Z'
    expect(toSearch({ ...at('air-1'), within })).toBe(written)
    expect(parseViewState(written).within).toEqual(within)
  })

  test('holds what was selected, with less than a minute more at each end', () => {
    const instant = fc.integer({ min: 0, max: Date.UTC(2100, 0) })
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 4e10 }), (from, length) => {
        const within = withinOf(from, from + length)
        expect(parseViewState(toSearch({ ...at('a'), within })).within).toEqual(within)
        expect(from - within.from).toBeGreaterThanOrEqual(0)
        expect(from - within.from).toBeLessThan(60_000)
        expect(within.to - from - length).toBeGreaterThanOrEqual(0)
        expect(within.to - from - length).toBeLessThan(60_000)
      }),
      { seed },
    )
  })

  test.each([
    '2026-05-30T14:00Z/2026-05-30T10:00Z',
    '2026-05-30/2026-05-31',
    '2026-13-01T00:00Z/2026-13-02T00:00Z',
    '',
  ])('"%s" is none', (text) => expect(parseViewState(`?select=thing:a&within=${text}`).within).toBeNull())

  test('without a Thing there is none', () =>
    expect(parseViewState('?within=2026-05-30T10:00Z/2026-05-30T14:00Z').within).toBeNull())
})
