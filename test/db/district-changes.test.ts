/** Districts that changed, over HTTP: the city says when, and the districts of any time can be asked for. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { loadCityPack } from '#domain/city-pack/load-pack.ts'
import { readCityPack } from '#domain/city-pack/read-pack.ts'
import { cityResponse, zoneFeatures } from '#model/api/city.ts'
import { city, pack, removePacks, zones } from '#test/unit/domain/packs.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())
afterEach(removePacks)

const load = async (...districts: object[]): Promise<void> => {
  const features = districts.flatMap((properties) => zones({ name: 'A district', ...properties }).features)
  const folder = await pack({
    'city.json': JSON.stringify({ ...city, validFrom: '2010-01-01' }),
    'zones.geojson': JSON.stringify({ type: 'FeatureCollection', features }),
  })
  await loadCityPack(api.pool, await readCityPack(folder))
}
const keysAt = async (at: string): Promise<string[]> => {
  const { features } = zoneFeatures.parse((await api.app.inject(`/api/v1/zones?at=${at}`)).json())
  return features.map(({ properties }) => properties.key).toSorted()
}

test('when districts changed, in the time of the city, and which there were before and after', async () => {
  await api.pool.query('truncate city, zone, thing restart identity cascade')
  await load(
    { key: 'whole', validFrom: '2010-01-01', validTo: '2018-07-01' },
    { key: 'north', replaces: ['whole'], validTo: '2022-07-01' },
    { key: 'south', replaces: ['whole'], validTo: '2022-07-01' },
    { key: 'again', replaces: ['north', 'south'] },
  )
  const { districtChanges } = cityResponse.parse((await api.app.inject('/api/v1/city')).json())
  // summer time of Lisbon is an hour before UTC
  expect(districtChanges).toEqual(['2018-06-30T23:00:00.000Z', '2022-06-30T23:00:00.000Z'])
  const [first = '', second = ''] = districtChanges
  expect(await keysAt(first)).toEqual(['whole'])
  expect(await keysAt(second)).toEqual(['north', 'south'])
  expect(await keysAt('2025-01-01T00:00:00Z')).toEqual(['again'])
  const now = zoneFeatures.parse((await api.app.inject('/api/v1/zones')).json())
  expect(now.features.map(({ properties }) => properties.key)).toEqual(['again'])
})
