/**
 * A database of every released schema, with data in it, is brought up to date without losing any. `released-migrations.json`
 * names the files of each release with their checksums: as files are never edited, they make the schema of that release again.
 */
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listMigrations, migrate, pendingMigrations } from '#infra/db/migrate.ts'
import type { Pool } from '#infra/db/pool.ts'
import { openTestDatabase } from '#test/environment.ts'

const MIGRATIONS = resolve(import.meta.dirname, '../../infra/db/migrations')
const releases = JSON.parse(await readFile(join(import.meta.dirname, 'released-migrations.json'), 'utf8')) as Record<
  string,
  Record<string, string>
>

test.for(Object.entries(releases))('the migrations of release %s were never edited', async ([, files]) => {
  const now = Object.fromEntries((await listMigrations()).map(({ name, checksum }) => [name, checksum]))
  expect(now).toMatchObject(files)
})

const DAYS = 10
/** Statements for the oldest released schema; every later one still takes them. */
const DATA = [
  `insert into city (pack) values ('{"name": "Old Town", "population": 1000}')`,
  `insert into zone (key, name, population, households, income, area_km2, geometry) values
     ('north', 'North', 600, 250, 2000, 1.5, '{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}')`,
  `insert into thing (key, name, domain, kind, grade, geometry, lon, lat, zone_id, expected_interval_s, verified, attributes)
     select 'air-1', 'Air 1', 'air', 'air_station', 'reference', '{"type": "Point", "coordinates": [0.5, 0.2]}', 0.5, 0.2, id, 3600,
            true, '{"siting": "background"}' from zone`,
  `insert into thing_device (device, thing_id) select 'native:air-1', id from thing`,
  `insert into datastream (thing_id, property, unit)
     select id, p.name, p.unit from thing, (values ('pm2_5', 'ug/m3'), ('wind_direction', 'deg'), ('energy', 'kW.h'), ('sound_level', 'dB')) p (name, unit)`,
  `insert into observation (datastream_id, phenomenon_time, result, quality)
     select d.id, date_trunc('hour', now()) - hours * interval '1 hour', 20 + hours % 7 + d.id, 1
     from datastream d, generate_series(1, ${DAYS} * 24) hours`,
  `insert into latest_observation (datastream_id, phenomenon_time, result, quality)
     select distinct on (datastream_id) datastream_id, phenomenon_time, result, quality from observation
     order by datastream_id, phenomenon_time desc`,
  `insert into mobile_observation (datastream_id, phenomenon_time, result, quality, lon, lat, cell)
     select id, now(), -90, 1, 0.5, 0.2, 0 from datastream limit 1`,
  `insert into ingest_ledger (run, source, received, stored, observations_stored)
     values ('6ecd8c99-4036-403d-bf84-cf8400f67836', 'native', ${DAYS * 24}, ${DAYS * 24}, ${DAYS * 24 * 4 + 1})`,
  `insert into thing_ledger (thing_id, day, messages, stored) select id, current_date, 1, ${DAYS * 24 * 4 + 1} from thing`,
  `insert into rejected_message (source, topic, payload, reason, full_bytes) values ('native', 'city/air/x', '\\x7b', 'not_json', 1)`,
  `insert into reported_value (code, period, value, unit, source, data_quality, recorded_by)
     values ('EC:ICT:ICT:1C', '2025', 80, '%', 'census', 'measured', 'clerk')`,
  `insert into survey (id, codebook, respondents) values ('poll', '{"id": "poll", "b": 1, "a": 2}', 1)`,
  `insert into microdata.response (survey_id, respondent, weight, zone_key, answers) values ('poll', 'r1', 2.5, 'north', '{"q": 1}')`,
  `insert into indicator_goal (code, target, target_year, recorded_by) values ('EC:ICT:ICT:1C', 95, 2030, 'clerk')`,
  `insert into registry_change (who, action, subject) values ('clerk', 'change', 'air-1')`,
  `insert into calibration (thing_id, property, valid_from, gain, "offset") select id, 'pm2_5', now(), 1.1, 0 from thing`,
]

/** How many rows each of these tables has, and what they add up to. */
const CONTENT = `
  select (select count(*) from observation) as observations,
         (select round(sum(result)::numeric, 6) from observation) as results,
         (select round(sum(total)::numeric, 6) from observation_daily) as rolled_up,
         (select count(*) from latest_observation) as latest,
         (select count(*) from mobile_observation) as mobile,
         (select string_agg(key || ' ' || name || ' ' || population || ' ' || households, ',') from zone) as zones,
         (select string_agg(key || ' ' || grade || ' ' || (attributes ->> 'siting'), ',') from thing) as things,
         (select string_agg(device, ',') from thing_device) as devices,
         (select string_agg(property || ' ' || unit, ',' order by id) from datastream) as datastreams,
         (select sum(observations_stored) from ingest_ledger) as ledger,
         (select sum(stored) from thing_ledger) as thing_ledger,
         (select string_agg(topic || ' ' || reason || ' ' || encode(payload, 'hex'), ',') from rejected_message) as rejected,
         (select string_agg(code || ' ' || period || ' ' || value, ',') from reported_value) as reported,
         (select string_agg(id || ' ' || respondents, ',') from survey) as surveys,
         (select string_agg(respondent || ' ' || weight || ' ' || answers::text, ',') from microdata.response) as answers,
         (select string_agg(code || ' ' || target, ',') from indicator_goal) as goals,
         (select count(*) from registry_change where subject = 'air-1') as changes,
         (select string_agg(property || ' ' || gain, ',') from calibration) as calibrations`

describe.for(Object.entries(releases))('from release %s', ([, files]) => {
  test('nothing is lost', async () => {
    const database = await openTestDatabase({ migrated: false })
    const folder = await mkdtemp(join(tmpdir(), 'citywell-release-'))
    try {
      for (const name of Object.keys(files)) await copyFile(join(MIGRATIONS, name), join(folder, name))
      await migrate(database.pool, folder)
      for (const statement of DATA) await database.pool.query(statement)
      await refresh(database.pool)
      const before = await contentOf(database.pool)
      expect(before).toMatchObject({ observations: DAYS * 24 * 4, answers: 'r1 2.5 {"q": 1}' })

      await migrate(database.pool)

      expect(await pendingMigrations(database.pool)).toEqual([])
      await refresh(database.pool)
      expect(await contentOf(database.pool)).toEqual(before)
    } finally {
      await database.close()
      await rm(folder, { recursive: true })
    }
  })
})

const contentOf = async (pool: Pool) => (await pool.query(CONTENT)).rows[0]

async function refresh(pool: Pool): Promise<void> {
  for (const view of ['observation_hourly', 'observation_daily'])
    await pool.query(
      `call refresh_continuous_aggregate('${view}', now() - interval '30 days', now() - interval '1 hour')`,
    )
}
