import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { placesFor } from '#dashboard/src/public/street/places.ts'
import { airAdvice } from '#model/air-quality/advice.ts'
import { EUROPEAN_CATEGORIES } from '#model/air-quality/european.ts'

const seed = 20261130
const CITY = {
  zones: [
    { key: 'w', name: 'West Côte' },
    { key: 'e', name: 'East' },
  ],
  streets: [
    {
      name: 'Rue du Café',
      zones: ['e', 'w'],
      points: [
        [1, 0],
        [0, 0],
      ] as [number, number][],
    },
    { name: 'East Road', zones: ['e'], points: [[1, 0]] as [number, number][] },
    { name: 'Northeast Lane', zones: ['w'], points: [[0, 0]] as [number, number][] },
  ],
}

describe('search for a street', () => {
  test('names that begin with the text come before words that do; other parts of words are not found', () => {
    expect(placesFor('east', CITY).map(({ street, zone }) => street ?? zone)).toEqual(['e', 'East Road'])
    expect(placesFor('CAFE', CITY)).toEqual([
      { zone: 'e', district: 'East', street: 'Rue du Café' },
      { zone: 'w', district: 'West Côte', street: 'Rue du Café' },
    ])
    expect(placesFor('cote', CITY)).toEqual([{ zone: 'w', district: 'West Côte', street: null }])
  })
  test('any text is answered with places of the city, and nothing with none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 12 }), (text) => {
        const found = placesFor(text, CITY)
        if (text.trim() === '') expect(found).toEqual([])
        for (const { zone } of found) expect(CITY.zones.some(({ key }) => key === zone)).toBe(true)
      }),
      { seed },
    )
  })
  test('every street and district is found by its complete name', () => {
    for (const { name } of [...CITY.zones, ...CITY.streets]) expect(placesFor(name, CITY).length).toBeGreaterThan(0)
  })
})

describe('health advice of the European index', () => {
  /** From no restriction to the strictest. */
  const ORDER = [
    'enjoy',
    'consider_intense',
    'consider_physical',
    'reduce_physical',
    'reduce_outdoors',
    'avoid_outdoors',
  ]
  const rank = (code: string | undefined): number => ORDER.indexOf(code ?? '')
  test('never becomes milder with worse air, and is never milder for sensitive people', () => {
    const all = EUROPEAN_CATEGORIES.map((category) => airAdvice(category))
    for (const [i, advice] of all.entries()) {
      expect(rank(advice?.sensitive)).toBeGreaterThanOrEqual(rank(advice?.all))
      for (const who of ['all', 'sensitive'] as const)
        expect(rank(advice?.[who])).toBeGreaterThanOrEqual(i === 0 ? 0 : rank(all[i - 1]?.[who]))
    }
  })
  test('is not given where the index has no level', () => {
    expect(airAdvice('incomplete')).toBeUndefined()
  })
})
