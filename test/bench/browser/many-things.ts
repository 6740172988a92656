/** A city of many stations in the registry, each with one Datastream and a value of now, and the live feed of their values. */
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import type { Pool } from '#infra/db/pool.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import { type LiveMessage, liveTopic } from '#model/mqtt/live-feed.ts'

/** As an ingest worker does at most (model/mqtt/live-feed.ts). */
const OBSERVATIONS_A_MESSAGE = 500

const THINGS = `
  insert into thing (key, name, domain, kind, grade, geometry, lon, lat, zone_id, expected_interval_s, verified)
  select 'bench/' || n, 'Station ' || n, 'air', 'air_station', 'indicative',
         jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array(lon, lat)), lon, lat,
         (select id from zone limit 1), 3600, true
  from (
    -- the fractional parts of multiples of two irrational numbers cover the city evenly
    select n, 9.02 + 1.96 * (n * 0.7548776662 - floor(n * 0.7548776662)) as lon,
           49.02 + 1.96 * (n * 0.5698402910 - floor(n * 0.5698402910)) as lat
    from generate_series(1, $1::int) n
  ) places`

/** Replaces all Things. */
export async function registerStations(pool: Pool, count: number): Promise<void> {
  await pool.query('delete from thing')
  await pool.query(THINGS, [count])
  await pool.query(`insert into datastream (thing_id, property, unit) select id, 'pm2_5', 'µg/m³' from thing`)
  await pool.query(
    `insert into latest_observation (datastream_id, phenomenon_time, result, quality)
     select id, now(), 5 + id % 40, 1 from datastream`,
  )
  await pool.query('analyze')
}

/** Publishes `rate` values a second, one station after the other, as workers announce what they have committed. */
export async function startFeed(scope: Scope, pool: Pool, mqttUrl: string, rate: number): Promise<void> {
  const { rows } = await pool.query<{ id: number; key: string }>(
    'select datastream.id, key from datastream join thing on thing.id = thing_id order by datastream.id',
  )
  const client = await mqtt.connectAsync(mqttUrl)
  const stop = new AbortController()
  let sent = 0
  const publish = async (): Promise<void> => {
    const began = performance.now()
    while (!stop.signal.aborted) {
      const due = Math.floor(((performance.now() - began) / 1000) * rate)
      for (; sent < due; sent += OBSERVATIONS_A_MESSAGE) client.publish(liveTopic('air'), JSON.stringify(messageFrom()))
      await sleep(100)
    }
  }
  const messageFrom = (): LiveMessage => ({
    domain: 'air',
    observations: Array.from({ length: Math.min(OBSERVATIONS_A_MESSAGE, rows.length) }, (_, i) => {
      const row = rows[(sent + i) % rows.length]
      if (!row) throw new Error('there are no stations')
      return {
        ...{ thing: row.key, datastreamId: row.id, property: 'pm2_5', channel: '' },
        ...{ phenomenonTime: new Date().toISOString(), result: 5 + ((sent + i) % 397) / 10, quality: 1, reasons: 0 },
      }
    }),
  })
  const published = publish()
  scope.defer(async () => {
    stop.abort()
    await published
    await client.endAsync()
  })
}
