import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadCityPack } from '#domain/city-pack/load-pack.ts'
import { readCityPack } from '#domain/city-pack/read-pack.ts'
import { BUILT_IN_LANGUAGES } from '#model/text/languages.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

const SQUARE = [
  [
    [-9.2, 38.6],
    [-9.1, 38.6],
    [-9.1, 38.7],
    [-9.2, 38.6],
  ],
]
const FILES: Readonly<Record<string, unknown>> = {
  'city.json': {
    ...{ name: 'Testville', timeZone: 'Europe/Lisbon', centre: [-9.15, 38.65], population: 1000, language: 'pt' },
    sources: [{ name: 'native', topic: 'city/#' }],
  },
  'zones.geojson': {
    type: 'FeatureCollection',
    features: [
      {
        ...{ type: 'Feature', properties: { key: 'west', name: 'West', population: 600 } },
        geometry: { type: 'Polygon', coordinates: SQUARE },
      },
    ],
  },
  'languages/pt.json': { dashboard: { 'nav.map': 'Mapa' }, voice: { 'page.skip': 'Ir para o conteúdo' } },
  'languages/en.json': { dashboard: { 'nav.people': 'Residents' } },
}

let api: TestApi
let folder: string
beforeAll(async () => {
  api = await openTestApi()
  folder = await mkdtemp(join(tmpdir(), 'citywell-pack-'))
  await mkdir(join(folder, 'languages'))
  for (const [name, json] of Object.entries(FILES)) await writeFile(join(folder, name), JSON.stringify(json))
  await loadCityPack(api.pool, await readCityPack(folder))
})
afterAll(async () => {
  await api.close()
  await rm(folder, { recursive: true })
})

test('a city without files of its own has the languages of Citywell', async () => {
  await api.pool.query(`update city set pack = pack - 'languages' - 'language'`)
  const { languages, language } = (await api.app.inject('/api/v1/city')).json()
  expect(languages.map(({ tag }: { tag: string }) => tag)).toEqual(BUILT_IN_LANGUAGES)
  expect([language, languages.some(({ own }: { own: boolean }) => own)]).toEqual([null, false])
  await loadCityPack(api.pool, await readCityPack(folder))
})

test('/city lists the languages with those of the pack, and its default', async () => {
  const city = (await api.app.inject('/api/v1/city')).json()
  expect(city.language).toBe('pt')
  expect(city.languages).toEqual(
    expect.arrayContaining([
      { tag: 'en', name: 'English', direction: 'ltr', own: true },
      { tag: 'pt', name: 'português', direction: 'ltr', own: true },
    ]),
  )
})

test('/languages/:tag has the messages of one; what the pack leaves out is empty', async () => {
  const response = await api.app.inject('/api/v1/languages/pt')
  expect(response.json()).toEqual({
    tag: 'pt',
    dashboard: { 'nav.map': 'Mapa' },
    voice: { 'page.skip': 'Ir para o conteúdo' },
    street: {},
    questionnaire: {},
  })
})

test.each([
  ['de', 404, 'LANGUAGE_UNKNOWN'],
  ['Portuguese', 400, 'REQUEST_INVALID'],
  ['..%2Fcity', 400, 'REQUEST_INVALID'],
])('/languages/%s is answered with %d %s', async (tag, status, code) => {
  const response = await api.app.inject(`/api/v1/languages/${tag}`)
  expect([response.statusCode, response.json().code]).toEqual([status, code])
})
