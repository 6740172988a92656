/** The second start with a pack: it is compared with what is stored, and nothing is written. Rows by their place and transaction. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadCityPack } from '#domain/city-pack/load-pack.ts'
import { type LoadedPack, readCityPack } from '#domain/city-pack/read-pack.ts'
import type { Pool } from '#infra/db/pool.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'
import { writtenRows } from './written-rows.ts'

const DEMO = join(import.meta.dirname, '../../simulators/cities/demo')
let database: TestDatabase
let pack: LoadedPack
let pool: Pool
beforeAll(async () => {
  database = await openTestDatabase()
  pool = database.pool
  pack = await readCityPack(DEMO)
  // a district of the past, which the history of the registry has alone
  const [zone] = pack.zones
  const past = { ...zone, key: 'old-town', name: 'Old Town', validFrom: '2001-01-01', validTo: '2020-01-01' }
  pack = { ...pack, pastZones: [past as LoadedPack['pastZones'][number]] }
  await loadCityPack(pool, pack)
  // what people and devices do meanwhile
  await pool.query(`update thing set name = 'By hand', edited = '{name}' where id = (select min(id) from thing)`)
  await pool.query(
    `insert into thing (key, name, domain, kind, lon, lat) values ('self', 'Self', 'air', 'unknown', 200, 80)`,
  )
  await loadCityPack(pool, pack)
})
afterAll(() => database?.close())

const sequences = async () =>
  (await pool.query(`select sequencename, last_value from pg_sequences where schemaname = 'public' order by 1`)).rows

test('the same pack writes and locks no row, and uses no number of a sequence', async () => {
  const before = { rows: await writtenRows(pool), sequences: await sequences() }
  expect(before.rows['public.thing']?.length).toBeGreaterThan(100)
  expect(before.rows['public.registry_history']?.length).toBeGreaterThan(100)
  expect(before.rows['microdata.response']?.length).toBeGreaterThan(1_000)
  await loadCityPack(pool, pack)
  expect({ rows: await writtenRows(pool), sequences: await sequences() }).toEqual(before)
})

type Change = (of: LoadedPack) => object
const CHANGES: [string, Change, string, number][] = [
  [
    'a Thing',
    ({ things: [thing, ...rest] }) => ({ things: [{ ...thing, attributes: { floor: '3' } }, ...rest] }),
    'public.thing',
    1,
  ],
  ['a Thing that is new', ({ things }) => ({ things: [...things, { ...things[0], key: 'new' }] }), 'public.thing', 1],
  ['a value of another city', ({ peers }) => ({ peers: peers.slice(1) }), 'public.peer_value', 0],
  ['a district', ({ zones: [zone, ...rest] }) => ({ zones: [{ ...zone, population: 77 }, ...rest] }), 'public.zone', 1],
]

describe('what differs is written, and nothing else', () => {
  test.each(CHANGES)('%s', async (_, change, table, rows) => {
    await loadCityPack(pool, pack)
    const before = await writtenRows(pool)
    const changed: LoadedPack = { ...pack, ...change(pack) }
    await loadCityPack(pool, changed)
    const after = await writtenRows(pool)
    const fresh = (name: string): number => {
      // without the locks that foreign keys take
      const withoutLock = (row: string): string => row.split(' ').slice(0, -1).join(' ')
      const known = new Set(before[name]?.map(withoutLock))
      return (after[name] ?? []).filter((row) => !known.has(withoutLock(row))).length
    }
    expect(fresh(table)).toBe(rows)
    // readers of the registry see that they have to read again
    expect(fresh('public.city')).toBe(1)
    const touched = Object.keys(after).filter((name) => fresh(name) > 0)
    expect(touched.filter((name) => !['public.city', 'public.registry_history', table].includes(name))).toEqual([])
  })
})
