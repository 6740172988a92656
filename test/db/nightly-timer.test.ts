import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scheduleNightlyJobs } from '#api/nightly/nightly.ts'
import { reconciliations, runReconciliation } from '#api/nightly/reconciliations.ts'
import { openTestDatabase } from '#test/environment.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'
import { addThing, hourly, observe } from './indicators-fixture.ts'

/** A city in Nepal (5:45 east of Greenwich): three in the night of 6 March is 21:15 on 5 March UTC. */
const NIGHT = Date.parse('2026-03-05T21:15:00Z')
let api: TestApi
let station: number | undefined
beforeAll(async () => {
  api = await openTestApi()
  await api.pool.query(`update city set pack = jsonb_set(pack, '{timeZone}', '"Asia/Kathmandu"')`)
  ;[station] = await addThing(api.pool, { key: 'air', kind: 'air_station' }, [['pm2_5']])
  await observe(
    api.pool,
    station,
    hourly('2026-03-03T00:00:00Z', 48).map((time, i) => [time, i]),
  )
  for (const view of ['observation_hourly', 'observation_daily'])
    await api.pool.query(`call refresh_continuous_aggregate('${view}', null, null)`)
  await nightBeforeIsDone()
})
const nightBeforeIsDone = () =>
  api.pool.query('update nightly_job set done_for = $1', [new Date(NIGHT - 24 * 3_600_000)])
afterAll(() => api.close())

/** Keeps nights from `beforeMs` before three on, by a clock that goes on from there, until it said that it is through. */
async function keep(
  beforeMs: number,
  forMs: number,
): Promise<{ ran: number | null; lines: string[]; warmed: string[] }> {
  const [lines, warmed]: [string[], string[]] = [[], []]
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const offset = NIGHT - beforeMs - Date.now()
  const clock = () => new Date(Date.now() + offset)
  let ran: number | null = null
  const stop = scheduleNightlyJobs({
    ...{ pool: api.pool, clock, log },
    warm: async (period) => {
      ran ??= clock().getTime()
      warmed.push(period)
    },
    deleteExpired: async () => {},
  })
  const end = Date.now() + forMs
  while (warmed.length < 2 && Date.now() < end) await sleep(20)
  await stop()
  return { ran, lines, warmed }
}
const nights = async () => (await reconciliations(api.pool, 10)).filter(({ by }) => by === 'night')
const metric = async (name: string) =>
  new RegExp(`^${name} (\\S+)$`, 'm').exec((await api.app.inject('/metrics')).body)?.[1]

test('two seconds before three nothing runs', async () => {
  expect(await keep(2_000, 800)).toEqual({ ran: null, lines: [], warmed: [] })
  expect(await nights()).toEqual([])
  expect(await metric('citywell_reconciliation_differing')).toBeUndefined()
})

test('at three by the clock of the city it compares the eight days before, tells nobody of what agrees, and warms two years', async () => {
  const { ran, lines, warmed } = await keep(700, 30_000)
  expect(ran).toBeGreaterThanOrEqual(NIGHT)
  expect([warmed, lines]).toEqual([['2026', '2025'], []])
  const [night, ...others] = await nights()
  expect(others).toEqual([])
  expect(night).toMatchObject({ compared: 2, observations: 48, differing: 0 })
  const [from, to] = [Date.parse(night?.from ?? ''), Date.parse(night?.to ?? '')]
  expect(to - from).toBe(8 * 86_400_000)
  expect(to - NIGHT).toBeGreaterThanOrEqual(0)
  expect(to - NIGHT).toBeLessThan(5_000)
  expect(await metric('citywell_reconciliation_differing')).toBe('0')
})

test('a difference is an error in the log, a number in the metrics, and in the answer of the API', async () => {
  const { rows } = await api.pool.query(`
    select format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name) as name
    from timescaledb_information.continuous_aggregates where view_name = 'observation_hourly'`)
  await api.pool.query(`update ${rows[0].name} set n = n + 1 where datastream_id = $1 and bucket = $2`, [
    station,
    '2026-03-04T09:00:00Z',
  ])
  await nightBeforeIsDone()
  const { lines } = await keep(700, 30_000)
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    ...{ level: 50, msg: 'raw observations and rollups differ', differing: 1 },
    differences: [{ day: '2026-03-04', datastreamId: station, raw: { n: 24 }, hourly: { n: 25 } }],
  })
  expect(await metric('citywell_reconciliation_differing')).toBe('1')
  expect(Number(await metric('citywell_reconciliation_finished_seconds'))).toBeGreaterThan(1_000_000_000)
  const { reconciliations: told } = (await api.app.inject('/api/v1/reconciliation')).json()
  expect(told[0]).toMatchObject({ by: 'night', differing: 1 })
})

test('made anew by force, as operations.md says, they agree again', async () => {
  for (const view of ['observation_hourly', 'observation_daily'])
    await api.pool.query(
      `call refresh_continuous_aggregate('${view}', '2026-03-04T00:00Z'::timestamptz, '2026-03-05T00:00Z'::timestamptz, force => true)`,
    )
  const window = { from: new Date('2026-03-03T00:00:00Z'), to: new Date('2026-03-06T00:00:00Z') }
  const clock = () => new Date('2026-03-08T00:00:00Z')
  expect(await runReconciliation({ pool: api.pool, clock }, window, 'Ada')).toBe(true)
  expect((await reconciliations(api.pool, 1))[0]).toMatchObject({ by: 'Ada', compared: 2, differing: 0 })
})

test.each(['before the schema exists', 'while its last migrations are missing'])(
  'started %s, it waits and reports no error',
  async (when) => {
    const empty = await openTestDatabase({ migrated: when !== 'before the schema exists' })
    if (when !== 'before the schema exists')
      await empty.pool.query('delete from schema_migration where name = (select max(name) from schema_migration)')
    const lines: string[] = []
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
    let deletions = 0
    const stop = scheduleNightlyJobs({
      ...{ pool: empty.pool, clock: () => new Date(), log },
      warm: async () => {},
      deleteExpired: async () => {
        deletions += 1
        await empty.pool.query('select from voice')
      },
    })
    await sleep(500)
    await stop()
    await empty.close()
    expect([deletions, lines]).toEqual([0, []])
  },
)
