import type { FastifyInstance } from 'fastify'
import { buildApp } from '#api/app.ts'
import { openEngines } from '#api/engines.ts'
import { openMqttSource } from '#api/live/mqtt-source.ts'
import type { ApiDeps } from '#api/routes/deps.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { createSecretBox } from '#domain/notifications/secrets/secret-box.ts'
import type { Pool } from '#infra/db/pool.ts'
import { createLog } from '#infra/runtime/log.ts'
import { createScope } from '#infra/runtime/scope.ts'
import { openTestBroker, openTestDatabase } from '#test/environment.ts'
import { openLogins } from './logins.ts'

export const KEY = 'a-key-for-the-tests-0123456789'
/** The fixed now of these tests. */
export const NOW = new Date('2026-11-01T12:00:00Z')
export const authorized = { authorization: `Bearer ${KEY}` }

const square = (west: number, south: number, size = 0.1) => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [west + size, south],
      [west + size, south + size],
      [west, south + size],
      [west, south],
    ],
  ],
})
const PACK = {
  name: 'Testville',
  timeZone: 'Europe/Lisbon',
  centre: [-9.1, 38.7],
  population: 1000,
  simulated: false,
  sources: [{ name: 'native', topic: 'city/#' }],
}

/**
 * The whole API on a database of its own and a real broker, with one city of two zones. On a server it runs with the
 * documented logins; `pool` is the owner's, for what a test arranges.
 */
export async function openTestApi(overrides: Partial<ApiDeps> = {}) {
  const scope = createScope()
  const database = await openTestDatabase()
  scope.defer(() => database.close())
  const broker = await openTestBroker()
  scope.defer(() => broker.close())
  const log = createLog('test', 'silent')
  const live = openMqttSource({ url: broker.url, log })
  scope.defer(() => live.close())
  const clock = () => NOW
  const { pool } = database
  await pool.query('insert into city (pack, base_map) values ($1, $2)', [
    JSON.stringify(PACK),
    JSON.stringify({ type: 'FeatureCollection', features: [] }),
  ])
  await pool.query(
    `insert into zone (key, name, population, area_km2, geometry) values ('west', 'West', 600, 97, $1), ('east', 'East', 400, 97, $2)`,
    [JSON.stringify(square(-9.2, 38.6)), JSON.stringify(square(-9.1, 38.6))],
  )
  const logins = await openLogins(database)
  scope.defer(() => logins.close())
  const engines = openEngines({ pool: logins.api, microdata: openMicrodata(logins.estimator), clock })
  const app: FastifyInstance = await buildApp({
    pool: logins.api,
    live,
    key: KEY,
    log,
    clock,
    // tests change the database without the API's knowledge
    sharedAnswers: { sharedMs: 0 },
    // nothing leaves a test
    notify: {
      send: async () => ({ ok: false, retry: false, error: 'no receiver is reached in this test' }),
      secrets: createSecretBox(KEY),
      publicKey: async () => 'a-public-key',
    },
    ...engines,
    ...overrides,
  })
  scope.defer(() => app.close())
  return { app, database, pool, broker, live, clock: overrides.clock ?? clock, close: () => scope.close() }
}

export type TestApi = Awaited<ReturnType<typeof openTestApi>>

type ThingSeed = { key: string; domain?: string; lon?: number; lat?: number; zone?: string; interval?: number }

/** A Thing with one Datastream; returns the Datastream's id. */
export async function addThing(pool: Pool, thing: ThingSeed, property: string, channel = ''): Promise<number> {
  const { key, domain = 'air', lon = -9.15, lat = 38.65, zone = 'west', interval = null } = thing
  const point = JSON.stringify({ type: 'Point', coordinates: [lon, lat] })
  await pool.query(
    `insert into thing (key, name, domain, kind, geometry, lon, lat, zone_id, expected_interval_s, verified)
     values ($1, $1, $2, 'test', $3, $4, $5, (select id from zone where key = $6), $7, true)
     on conflict (key) do nothing`,
    [key, domain, point, lon, lat, zone, interval],
  )
  const { rows } = await pool.query<{ id: number }>(
    `insert into datastream (thing_id, property, channel, unit)
     select id, $2, $3, 'unit' from thing where key = $1 returning id`,
    [key, property, channel],
  )
  return rows[0]?.id ?? -1
}

type Reading = readonly [time: string, result: number, quality?: number, reasons?: number]

export async function addObservations(pool: Pool, datastreamId: number, readings: readonly Reading[]): Promise<void> {
  await pool.query(
    `insert into observation (datastream_id, phenomenon_time, result, quality, reasons)
     select $1, * from unnest($2::timestamptz[], $3::float8[], $4::smallint[], $5::int[])`,
    [
      datastreamId,
      readings.map(([time]) => time),
      readings.map(([, result]) => result),
      readings.map(([, , quality]) => quality ?? 1),
      readings.map(([, , , reasons]) => reasons ?? 0),
    ],
  )
  await pool.query(
    `insert into latest_observation
     select datastream_id, phenomenon_time, result, quality, reasons from observation
     where datastream_id = $1 order by phenomenon_time desc limit 1
     on conflict (datastream_id) do update set
       phenomenon_time = excluded.phenomenon_time, result = excluded.result, quality = excluded.quality, reasons = excluded.reasons`,
    [datastreamId],
  )
}
