/**
 * What an instrument was, not what it is, decides whether its doubted readings count (docs/quality.md): a grade that is changed
 * today changes no figure of a past period, and one that was changed in the middle of a month holds from that day on. In every
 * hour one doubted reading of 60 ug/m3 next to a good one of 20: 20 of a cheap sensor, 40 of a reference station.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { NOW, openTestApi, type TestApi } from '#test/db/api-fixture.ts'

const DAY_MS = 86_400_000
const FROM = Date.parse('2026-10-01T00:00:00Z')
const DAYS = 20
/** the eleventh day */
const CHANGED = '2026-10-11T00:00:00Z'
const days = Array.from({ length: DAYS }, (_, i) => new Date(FROM + i * DAY_MS).toISOString().slice(0, 10))
const window = `from=${days[0]}T00:00:00Z&to=${new Date(FROM + DAYS * DAY_MS).toISOString()}&every=1d`

let api: TestApi
let id: number
beforeAll(async () => {
  api = await openTestApi()
  await api.pool.query(`update city set pack = jsonb_set(pack, '{timeZone}', '"UTC"')`)
  await api.pool.query(`
    insert into thing (key, name, domain, kind, grade, zone_id, verified)
    values ('station', 'station', 'air', 'air_station', 'low_cost', (select id from zone where key = 'west'), true)`)
  const stream = `insert into datastream (thing_id, property, unit) select id, 'no2', 'ug/m3' from thing where key = 'station' returning id`
  id = (await api.pool.query<{ id: number }>(stream)).rows[0]?.id ?? -1
  await api.pool.query(
    `insert into observation (datastream_id, phenomenon_time, result, quality)
     select $1, t + make_interval(mins => case q when 1 then 10 else 40 end), case q when 1 then 20 else 60 end, q
     from generate_series($2::timestamptz, $3::timestamptz, interval '1 hour') t, unnest(array[1, 3]) q`,
    [id, new Date(FROM), new Date(FROM + DAYS * DAY_MS - 3_600_000)],
  )
  for (const view of ['observation_hourly', 'observation_daily'])
    await api.pool.query(`call refresh_continuous_aggregate('${view}', null, null)`)
})
afterAll(() => api.close())

/** By day, of the twenty days together, and of the legal year; and whether the index of each day's end has a value of NO2. */
async function figures() {
  const get = async (path: string) => (await api.app.inject(`/api/v1/${path}`)).json()
  const indicators = createIndicators({ pool: api.pool, microdata: openMicrodata(api.pool), clock: () => NOW })
  const indicator = async (period: string): Promise<unknown> =>
    (await indicators.evaluate('EN:EN:AQ:1C', { period, zone: 'west' })).values.find(
      ({ dataPoint }) => dataPoint === 'no2',
    )?.value
  const { buckets } = await get(`datastreams/${id}/observations?${window}`)
  const { streams } = await get(`history?property=no2&${window}`)
  const limits = await indicators.airLimits({ year: 2026, standard: 'eu-2024-2881-2026' })
  const station = limits.places.find(({ level }) => level === 'thing')
  return {
    days: await Promise.all(days.map(indicator)),
    series: buckets.map(({ mean }: { mean: number }) => mean),
    playback: streams.find(({ datastream }: { datastream: number }) => datastream === id).mean,
    year: station?.assessments.find(({ per }) => per === 'year')?.value,
    october: await indicator('2026-10'),
  }
}

const cheap = days.map(() => 20)
test('a grade that is changed today changes no past figure', async () => {
  const before = await figures()
  expect(before).toMatchObject({ days: cheap, series: cheap, playback: cheap, year: 20 })
  await api.pool.query(`update thing set grade = 'reference' where key = 'station'`)
  expect(await figures()).toEqual(before)
})

test('one that was changed in the middle of a month holds from that day on, in every figure', async () => {
  const { rowCount } = await api.pool.query(
    `update registry_history set valid_from = $1 where entity = 'thing' and state ->> 'grade' = 'reference'`,
    [CHANGED],
  )
  expect(rowCount).toBe(1)
  await api.pool.query(
    `update registry_history set valid_from = '2026-09-01', valid_to = $1 where entity = 'thing' and state ->> 'grade' = 'low_cost'`,
    [CHANGED],
  )
  const changed = days.map((day) => (day < CHANGED.slice(0, 10) ? 20 : 40))
  // ten days of either: 30 on average
  expect(await figures()).toMatchObject({ days: changed, series: changed, playback: changed, year: 30 })
})
