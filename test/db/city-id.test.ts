/** One database holds one city: its id says which, and its name may be corrected. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { loadCityPack } from '#domain/city-pack/load-pack.ts'
import { readCityPack } from '#domain/city-pack/read-pack.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'
import { city, good, pack, removePacks } from '#test/unit/domain/packs.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await openTestDatabase()
})
afterAll(() => db.close())
afterEach(removePacks)

const load = async (more: object): Promise<string> => {
  const read = await readCityPack(await pack({ ...good, 'city.json': JSON.stringify({ ...city, ...more }) }))
  await loadCityPack(db.pool, read)
  const { rows } = await db.pool.query<{ name: string }>(`select pack ->> 'name' as name from city`)
  return rows[0]?.name ?? ''
}

test('the name of a city with an id can be corrected; another city is refused', async () => {
  expect(await load({ name: 'Smallprt' })).toBe('Smallprt')
  await expect(load({ name: 'Smallport' })).rejects.toMatchObject({ code: 'CITY_MISMATCH' })
  expect(await load({ name: 'Smallprt', id: 'smallport' })).toBe('Smallprt')
  expect(await load({ name: 'Smallport', id: 'smallport' })).toBe('Smallport')
  await expect(load({ name: 'Smallport', id: 'other' })).rejects.toMatchObject({ code: 'CITY_MISMATCH' })
  await expect(load({ name: 'Renamed' })).rejects.toMatchObject({ code: 'CITY_MISMATCH' })
})
