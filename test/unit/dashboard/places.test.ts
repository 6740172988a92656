import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cameraFor } from '#dashboard/src/map/search/camera-for.ts'
import {
  findPlaces,
  parseStreetKey,
  placeIndex,
  pointOfStreet,
  type Searched,
  streetKey,
} from '#dashboard/src/map/search/places.ts'
import { fold } from '#model/text/fold.ts'

const seed = 20261130

describe('text as searches compare it', () => {
  test.each([
    ['Café', 'CAFE'],
    ['Straße', 'STRASSE'],
    ['Łódź', 'lodz'],
    ['İstanbul', 'istanbul'],
    ['Kadıköy', 'KADIKOY'],
    ['Þingvellir', 'thingvellir'],
    // without vowel signs, hamza on its carrier and lengthening stroke; teh marbuta as heh
    ['أَحْمَد', 'احمد'],
    ['القاهـــرة', 'القاهره'],
    ['ＡＢＣ１２', 'abc12'],
    ['Йошкар', 'йошкар'],
  ])('%s is %s', (written, wanted) => expect(fold(written)).toBe(fold(wanted)))

  test('different Chinese names stay different', () => expect(fold('人民路')).not.toBe(fold('解放路')))

  test('folding what is folded changes nothing', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 })
    fc.assert(
      fc.property(text, (written) => {
        expect(fold(fold(written))).toBe(fold(written))
      }),
      { seed },
    )
  })
})

const ring = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 0],
]
const zone = (key: string, name: string) => ({
  type: 'Feature',
  geometry: { type: 'Polygon', coordinates: [ring] },
  properties: { key, name },
})
const thing = (key: string, name: string) => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [0.5, 0.5] },
  properties: { key, name },
})
const CITY = {
  zones: { type: 'FeatureCollection', features: [zone('old', 'Old Harbour'), zone('rm', '人民公园')] },
  streets: {
    zones: [],
    streets: [
      {
        name: 'Harbour Road',
        zones: ['old', 'rm'],
        points: [
          [0.2, 0.3],
          [0.4, 0.5],
        ],
      },
      { name: 'Rue du Café', zones: ['old'], points: [[0.1, 0.1]] },
      { name: 'شارع القاهرة', zones: ['old'], points: [[0.1, 0.2]] },
    ],
  },
  things: [thing('air-001', 'Harbour square'), thing('air-002', 'Charbourg'), thing('air-003', 'air-003')],
} as unknown as Searched
const index = placeIndex(CITY)
const found = (text: string) => findPlaces(text, index).map(({ kind, places }) => [kind, places.map(({ key }) => key)])

describe('the search for a place', () => {
  test('a name that begins with the text comes before a word, and a word before another part; the best group first', () => {
    expect(found('harbour')).toEqual([
      ['street', ['old/Harbour Road', 'rm/Harbour Road']],
      ['thing', ['air-001', 'air-002']],
      ['zone', ['old']],
    ])
  })

  test.each([
    ['CAFE', 'old/Rue du Café'],
    ['cafe rue', 'old/Rue du Café'],
    ['القاهره', 'old/شارع القاهرة'],
    ['公园', 'rm'],
    ['air-003', 'air-003'],
    ['AIR-002', 'air-002'],
  ])('%s finds %s', (text, key) => expect(found(text).flatMap(([, keys]) => keys)).toEqual([key]))

  test.each(['', '   ', 'nowhere at all'])('"%s" finds nothing', (text) => expect(found(text)).toEqual([]))

  test('every place is found by every part of its name, and what does not fit in a group is counted', () => {
    const many = placeIndex({
      ...CITY,
      things: Array.from({ length: 40 }, (_, k) => thing(`t-${k}`, `Meter ${k}`)) as never,
    })
    const [meters] = findPlaces('meter', many)
    expect(meters).toMatchObject({ kind: 'thing', total: 40 })
    expect(meters?.places.length).toBeLessThan(40)
    for (const { place } of index) {
      for (let end = 1; end <= place.name.length; end++) {
        const part = place.name.slice(0, end)
        if (part.trim() !== '') expect(found(part).flatMap(([, keys]) => keys)).toContain(place.key)
      }
    }
  })

  test('any text has an answer whose counts hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (text) => {
        for (const { places, total } of findPlaces(text, index)) expect(places.length).toBeLessThanOrEqual(total)
      }),
      { seed },
    )
  })

  test('a street is selected by district and name, and stands where the base map has it', () => {
    const key = streetKey('rm', 'Harbour Road')
    expect(parseStreetKey(key)).toEqual({ zone: 'rm', name: 'Harbour Road' })
    expect(CITY.streets && pointOfStreet(key, CITY.streets)).toEqual([0.4, 0.5])
    expect(CITY.streets && pointOfStreet('mars/Harbour Road', CITY.streets)).toBeUndefined()
    for (const broken of ['', '/', 'a/', '/b']) expect(parseStreetKey(broken)).toBeNull()
  })
})

describe('the camera for a place', () => {
  // Web Mercator at zoom z: 512 · 2^z px for 360 degrees of longitude
  test('the whole world on a map of 608 by 608 px, 48 px of them padding on each side, is zoom 0, of which 5 are the least', () => {
    expect(cameraFor([-180, -85.0511, 180, 85.0511], { width: 608, height: 608 }).zoom).toBe(5)
    // a 64th of the world: zoom 6
    expect(cameraFor([0, -1, 360 / 64, 1], { width: 608, height: 608 }).zoom).toBeCloseTo(6, 6)
  })
  test('lies in the middle; a point has the zoom of a street', () => {
    expect(cameraFor([2, 10, 2, 10], { width: 390, height: 300 })).toEqual({
      longitude: 2,
      latitude: expect.closeTo(10, 9),
      zoom: 15.5,
    })
  })
})
