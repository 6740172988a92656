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
import { DATA, DAYS } from './city-rows.ts'

const MIGRATIONS = resolve(import.meta.dirname, '../../infra/db/migrations')
const releases = JSON.parse(await readFile(join(import.meta.dirname, 'released-migrations.json'), 'utf8')) as Record<
  string,
  Record<string, string>
>

test.for(Object.entries(releases))('the migrations of release %s were never edited', async ([, files]) => {
  const now = Object.fromEntries((await listMigrations()).map(({ name, checksum }) => [name, checksum]))
  expect(now).toMatchObject(files)
})

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
      const { rows } = await database.pool.query(
        `select entity, count(*)::int as n from registry_history h
         where valid_to = 'infinity' and valid_from <= (select min(created_at) from thing) group by 1 order by 1`,
      )
      expect(rows).toEqual(['city', 'thing', 'zone'].map((entity) => ({ entity, n: 1 })))
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
