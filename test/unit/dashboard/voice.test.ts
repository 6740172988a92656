import { cellToLatLng, getResolution } from 'h3-js'
import { describe, expect, test } from 'vitest'
import { chooseLanguage, createPageI18n, LANGUAGES } from '#dashboard/src/public/i18n.ts'
import ar from '#dashboard/src/public/voice/messages/ar.json' with { type: 'json' }
import en from '#dashboard/src/public/voice/messages/en.json' with { type: 'json' }
import es from '#dashboard/src/public/voice/messages/es.json' with { type: 'json' }
import fr from '#dashboard/src/public/voice/messages/fr.json' with { type: 'json' }
import { reducePlace } from '#dashboard/src/public/voice/reduce-place.ts'
import { VOICE_LANGUAGES, VOICE_TOPICS } from '#model/voices/voice.ts'

const CATALOGUES = { en, es, fr, ar } as const
const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+[,}]/g)].map(([found]) => found).sort()

describe('messages of the form', () => {
  test.each(VOICE_LANGUAGES)('%s says everything, with the same things filled in', (language) => {
    const catalogue: Record<string, string> = CATALOGUES[language]
    expect(Object.keys(catalogue)).toEqual(Object.keys(en))
    for (const [id, text] of Object.entries(en)) {
      expect(catalogue[id]?.trim(), id).toBeTruthy()
      expect(placeholders(catalogue[id] ?? ''), id).toEqual(placeholders(text))
    }
    for (const topic of VOICE_TOPICS) expect(catalogue[`topic.${topic}`]).toBeTruthy()
  })
  test('Arabic is written in Arabic, from right to left', () => {
    expect(LANGUAGES.ar.direction).toBe('rtl')
    for (const text of Object.values(ar)) expect(text).toMatch(/\p{Script=Arabic}/u)
  })
  test('numbers come in the digits of the catalogues', () => {
    expect(createPageI18n('ar', ar).t('consent.text.published', { threshold: 10 })).toContain('10')
    expect(createPageI18n('fr', fr).t('error.limit', { minutes: 1200 })).toMatch(/1\s200/)
  })
})

test.each([
  ['?lang=fr', ['en'], 'fr'],
  ['', ['pt-PT', 'es-ES', 'en'], 'es'],
  ['', ['ar-MA'], 'ar'],
  ['?lang=tlh', ['fr'], 'fr'],
  ['', ['pt'], 'en'],
] as const)('"%s" with %j speaks %s', (search, preferred, language) => {
  expect(chooseLanguage(search, preferred)).toBe(language)
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
