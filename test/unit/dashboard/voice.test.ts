import { cellToLatLng, getResolution } from 'h3-js'
import { describe, expect, test } from 'vitest'
import { createPageI18n } from '#dashboard/src/public/i18n.ts'
import { reducePlace } from '#dashboard/src/public/reduce-place.ts'
import ar from '#dashboard/src/public/voice/messages/ar.json' with { type: 'json' }
import fr from '#dashboard/src/public/voice/messages/fr.json' with { type: 'json' }

describe('messages of the form', () => {
  test('Arabic is written in Arabic', () => {
    for (const text of Object.values(ar)) expect(text).toMatch(/\p{Script=Arabic}/u)
  })
  test('numbers come in the digits of the catalogues', () => {
    expect(createPageI18n('ar', ar).t('consent.text.published', { threshold: 10 })).toContain('10')
    expect(createPageI18n('fr', fr).t('error.limit', { minutes: 1200 })).toMatch(/1\s200/)
  })
})

describe('a position becomes a place', () => {
  const ring = [
    [0, 0],
    [0.1, 0],
    [0.1, 0.1],
    [0, 0.1],
    [0, 0],
  ]
  const zones = {
    type: 'FeatureCollection',
    features: [{ type: 'Feature', geometry: { type: 'Polygon', coordinates: [ring] }, properties: { key: 'a' } }],
  } as never
  const reduce = (longitude: number, latitude: number) => reducePlace([longitude, latitude], zones, [0, 0, 0.1, 0.1])

  test('a district, by its key and nothing else', async () => {
    expect(await reduce(0.0512345, 0.0467891)).toEqual({ kind: 'zone', key: 'a' })
  })
  test('outside of all districts a cell of resolution 7, the same for everybody around', async () => {
    const place = await reduce(0.1112345, 0.0467891)
    expect(place?.kind).toBe('cell')
    const cell = place?.key ?? ''
    expect(getResolution(cell)).toBe(7)
    // its middle, and a place some 100 m from it, tell the same
    const [latitude, longitude] = cellToLatLng(cell)
    expect(await reduce(longitude + 0.001, latitude)).toEqual(place)
  })
  test('elsewhere nothing', async () => {
    expect(await reduce(2, 48)).toBeNull()
  })
})
