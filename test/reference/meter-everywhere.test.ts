/**
 * One number of a meter to which everything happens: an outlier, a register that rolls over, a replacement that was recorded, a
 * change of unit and back. It draws 1 kWh an hour all the time, so October has 744; the series, playback, indicator, score board,
 * report, its PDF and every form of the export say so.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readTable } from '#api/reports/table.ts'
import { authorized, openTestApi, type TestApi } from '#test/db/api-fixture.ts'
import { asEver } from '#test/db/indicators-fixture.ts'
import { linesOf } from '#test/pdf.ts'

const HOUR_MS = 3_600_000
const FROM = Date.parse('2026-10-01T00:00:00Z')
const HOURS = 744
const PEOPLE = 1000
/** 24 kWh a day, in a year of 365 days, for each of the inhabitants */
const PER_PERSON = (24 * 365) / PEOPLE

/** What the register shows an hour after another, from 48 hours before October to 12 after it. */
function readings(): [Date, number][] {
  return Array.from({ length: HOURS + 60 }, (_, i): [Date, number] => {
    const hour = i - 48
    const register = hour < 300 ? (99_900 + hour) % 100_000 : 500 + hour - 300
    const shown = hour === 50 ? 10 * register : hour >= 500 && hour < 600 ? 1000 * register : register
    return [new Date(FROM + hour * HOUR_MS), shown]
  })
}

let api: TestApi
let id: number
beforeAll(async () => {
  api = await openTestApi()
  const { pool } = api
  await pool.query(`update city set pack = jsonb_set(pack, '{timeZone}', '"UTC"')`)
  await pool.query(`delete from zone where key = 'east'`)
  await pool.query(`update zone set population = $1`, [PEOPLE])
  await pool.query(`
    insert into thing (key, name, domain, kind, grade, zone_id, verified)
    select 'feeder', 'feeder', 'energy', 'feeder', 'reference', id, true from zone where key = 'west'`)
  const stream = `insert into datastream (thing_id, property, unit) select id, 'energy', 'kW.h' from thing where key = 'feeder' returning id`
  id = (await pool.query<{ id: number }>(stream)).rows[0]?.id ?? -1
  await asEver(pool)
  const rows = readings()
  await pool.query(
    `insert into observation (datastream_id, phenomenon_time, result, quality)
     select $1, t, r, 1 from unnest($2::timestamptz[], $3::float8[]) as o (t, r)`,
    [id, rows.map(([at]) => at), rows.map(([, value]) => value)],
  )
  for (const view of ['observation_hourly', 'observation_daily', 'meter_hourly', 'meter_daily'])
    await pool.query(`call refresh_continuous_aggregate('${view}', null, null)`)
  const put = await api.app.inject({
    ...{ method: 'PUT', url: '/api/v1/registry/things/feeder/meter-replacements', headers: authorized },
    payload: {
      ...{ property: 'energy', channel: '', replacedAt: new Date(FROM + 300 * HOUR_MS).toISOString() },
      ...{ finalReading: 200, startReading: 500 },
    },
  })
  expect(put.statusCode, put.body).toBeLessThan(300)
})
afterAll(() => api.close())

const get = (path: string) => api.app.inject(`/api/v1/${path}`)

test('series and playback: 744 kWh by hours, by six hours and by days', async () => {
  const window = `from=${new Date(FROM).toISOString()}&to=${new Date(FROM + HOURS * HOUR_MS).toISOString()}`
  for (const every of ['1h', '6h', '1d']) {
    const { buckets } = (await get(`datastreams/${id}/observations?${window}&every=${every}`)).json()
    const totals = buckets.map(({ total }: { total: number | null }) => total ?? 0)
    expect([every, totals.reduce((sum: number, total: number) => sum + total, 0)]).toEqual([
      every,
      expect.closeTo(HOURS, 6),
    ])
    const { streams } = (await get(`history?property=energy&${window}&every=${every}`)).json()
    const played = streams.find(({ datastream }: { datastream: number }) => datastream === id)
    expect(played.total.map((total: number | null) => total ?? 0)).toEqual(totals)
  }
})

test('indicator, score board, report, PDF and exports: 8.76 kWh a year and person', async () => {
  const period = '2026-10'
  type Row = { code: string; values: { dataPoint: string; value: number | null }[] }
  const figureOf = (of: Row | undefined) => of?.values[0]?.value
  const isOurs = ({ code }: Row) => code === 'EN:E:E:2C'
  const indicator = (await get(`indicators/EN:E:E:2C?period=${period}`)).json()
  expect(figureOf(indicator)).toBeCloseTo(PER_PERSON, 6)
  const value = figureOf(indicator)
  for (const path of ['scoreboard', 'report', 'export'])
    expect([path, figureOf((await get(`indicators/${path}?period=${period}`)).json().indicators.find(isOurs))]).toEqual(
      [path, value],
    )
  const csv = (await get(`indicators/export?period=${period}&format=csv`)).body.split(/\r?\n/)
  expect(csv.filter((line) => line.includes('EN:E:E:2C') && line.includes(String(value)))).toHaveLength(1)
  const sheet = await readTable((await get(`indicators/export?period=${period}&format=xlsx`)).rawPayload)
  const cells = sheet.filter((row) => row.includes('EN:E:E:2C')).flat()
  expect(cells.filter((cell) => Number(cell) === value)).toHaveLength(1)
  const pdf = (await get(`reports/${period}.pdf`)).rawPayload
  const lines = (await linesOf(pdf)).map((line) => line.map(({ text }) => text).join(' '))
  expect(lines.filter((line) => line.includes('8.76')).length).toBeGreaterThan(0)
})
