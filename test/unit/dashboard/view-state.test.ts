import { describe, expect, test } from 'vitest'
import { LAYERS } from '#dashboard/src/map/layers/index.ts'
import { createAddress, parseSelection } from '#dashboard/src/state/view-state.ts'

const { defaults: DEFAULTS, measureOf, parseViewState, toSearch } = createAddress(LAYERS)

describe('the address of a view', () => {
  test('says nothing while everything is at its default', () => {
    expect(toSearch(DEFAULTS)).toBe('')
    expect(parseViewState('')).toEqual(DEFAULTS)
  })

  test('brings back what was shown', () => {
    const state = {
      ...DEFAULTS,
      view: 'map' as const,
      layer: 'connectivity' as const,
      measure: '5g',
      select: { type: 'zone' as const, key: 'old-harbour' },
      theme: 'dark' as const,
      period: '2026-Q4',
      range: '7d' as const,
      camera: { longitude: -10.85, latitude: 39.24, zoom: 13.5 },
      table: true,
      unconfirmed: false,
    }
    expect(parseViewState(toSearch(state))).toEqual(state)
  })

  test('before the layers are loaded, layer and measure stay as they are written', () => {
    const early = createAddress()
    const written = '?view=people&layer=energy&by=active_power&theme=dark'
    expect(early.parseViewState(written)).toMatchObject({ view: 'people', layer: 'energy', measure: 'active_power' })
    expect(early.toSearch(early.parseViewState(written))).toBe(written)
    expect(early.toSearch(early.parseViewState(''))).toBe('')
  })

  test('keeps colons in the code of an indicator', () => {
    const select = { type: 'indicator' as const, key: 'EN:E:E:2C' }
    expect(parseViewState(toSearch({ ...DEFAULTS, view: 'indicators', select })).select).toEqual(select)
  })

  test.each([
    ['?view=cellar', 'view', 'map'],
    ['?layer=gold', 'layer', 'air'],
    ['?layer=mobility&by=pm10', 'measure', 'congestion'],
    ['?theme=neon', 'theme', 'system'],
    ['?period=yesterday', 'period', 'last-30d'],
    ['?range=1y', 'range', '24h'],
    ['?at=200,40,12', 'camera', null],
    ['?at=1,2', 'camera', null],
    ['?at=x,2,3', 'camera', null],
    ['?at=1,2,3,4', 'camera', null],
    ['?select=planet:mars', 'select', null],
    ['?select=:x', 'select', null],
  ] as const)('%s falls back to the usual %s', (search, part, usual) => {
    expect(parseViewState(search)[part]).toEqual(usual)
  })

  test('takes any question of a survey, but no markup', () => {
    expect(measureOf('survey', 'owns_phone')).toBe('owns_phone')
    expect(measureOf('survey', '<script>')).toBe('internet')
  })

  test('a selection needs a type and a key', () => {
    expect(parseSelection('thing:air-001')).toEqual({ type: 'thing', key: 'air-001' })
    expect(parseSelection('thing:')).toBeNull()
    expect(parseSelection(null)).toBeNull()
  })
})
