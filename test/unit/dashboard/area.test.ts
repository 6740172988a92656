import { describe, expect, test } from 'vitest'
import { outlineOf, parseAreaKey, polygonKey, zonesKey } from '#dashboard/src/map/area/area-key.ts'
import { LAYERS } from '#dashboard/src/map/layers/index.ts'
import { createAddress, parseSelection } from '#dashboard/src/state/view-state.ts'
import type { ZoneFeatures } from '#model/api/city.ts'
import type { Position } from '#model/basics/geo.ts'

const RING: Position[] = [
  [-10.86, 39.23],
  [-10.84, 39.23],
  [-10.85, 39.25],
]

describe('an area in the address', () => {
  const { defaults, parseViewState, toSearch } = createAddress(LAYERS)

  test.each([polygonKey(RING), zonesKey(['old', 'new'])])('%s comes back as it was', (key) => {
    const select = { type: 'area' as const, key }
    expect(parseViewState(toSearch({ ...defaults, select })).select).toEqual(select)
  })

  test('is a ring or districts', () => {
    expect(parseAreaKey(parseSelection(`area:${polygonKey(RING)}`))).toEqual({ kind: 'polygon', ring: RING })
    expect(parseAreaKey(parseSelection('area:zones:a,b'))).toEqual({ kind: 'zones', zones: ['a', 'b'] })
    expect(parseAreaKey(parseSelection('area:zones:'))).toEqual({ kind: 'zones', zones: [] })
  })

  test.each([
    'area:polygon:1,2,3,4',
    'area:polygon:1,2,3,4,5',
    'area:polygon:a,b,c,d,e,f',
    'area:circle:1',
    'zone:old',
  ])('%s is none', (text) => expect(parseAreaKey(parseSelection(text))).toBeNull())

  test('corners are kept to a metre', () => {
    expect(
      polygonKey([
        [1.000004, 2],
        [1.5, 2.123456],
        [3, 4],
      ]),
    ).toBe('polygon:1,2,1.5,2.12346,3,4')
  })

  test('its outline is closed, and districts without a shape have none', () => {
    const none = { type: 'FeatureCollection', features: [] } as ZoneFeatures
    expect(outlineOf({ kind: 'polygon', ring: RING }, none)?.coordinates).toEqual([[...RING, RING[0]]])
    expect(outlineOf({ kind: 'zones', zones: ['old'] }, none)).toBeNull()
  })
})
