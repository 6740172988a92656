import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog } from '#infra/runtime/log.ts'
import { Ledger } from '#ingest/commit/ledger.ts'
import { Writer } from '#ingest/commit/writer.ts'
import { decode } from '#ingest/decode/index.ts'
import type { IngestMessage } from '#ingest/message/ingest-message.ts'
import { normalise } from '#ingest/observe/normalise.ts'
import { Registry } from '#ingest/registry/registry.ts'
import { requalify } from '#ingest/requalify/requalify.ts'
import type { Source } from '#model/city/city-pack.ts'
import { openTestApi, type TestApi } from '#test/db/api-fixture.ts'

/**
 * Order invariance: whatever the order of arrival, the batches, duplicates and replays, and however often the worker began
 * anew, what is stored, its flags after re-evaluation, the rollups, series, playback and latest values are the same.
 */
const FROM = Date.UTC(2026, 9, 20)
const MINUTE_MS = 60_000
const STEPS = 60
const RECEIVED = new Date(FROM + 24 * 60 * MINUTE_MS)
const SOURCE: Source = { name: 'native', topic: 'city/#' }
const VIEWS = ['observation_hourly', 'observation_daily', 'sound_hourly', 'direction_second', 'direction_quarter']

/** Ten hours of a station, every ten minutes: with a spike, a dead microphone, a vane around north and a counter. */
const payloads = Array.from({ length: STEPS }, (_, i) => ({
  time: new Date(FROM + i * 10 * MINUTE_MS + (i % 7) * 1000).toISOString(),
  pm2_5: i === 33 ? 900 : 12 + (i % 5),
  temperature: 10 + Math.sin(i / 9) * 4,
  sound_level: i < 40 ? 50 + (i % 11) : 47,
  wind_direction: (345 + ((i * 37) % 60)) % 360,
  wind_speed: (i % 6) / 2,
  vehicle_count: i % 13,
}))

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api?.close())

type Delivery = {
  readonly order: readonly number[]
  readonly batches: readonly number[]
  readonly restartEvery: number
}

async function deliver(station: string, { order, batches, restartEvery }: Delivery): Promise<void> {
  const ledger = new Ledger([SOURCE.name])
  const open = () =>
    new Writer({
      ...{ pool: api.pool, session: `test-${station}`, ledger, log: createLog('test', 'silent') },
      ...{ registry: new Registry(), onCommitted: () => {}, onRetry: () => {} },
    })
  let writer = open()
  for (let at = 0, batch = 0; at < order.length; batch += 1) {
    if (batch % restartEvery === restartEvery - 1) writer = open()
    const size = batches[batch % batches.length] ?? 1
    const messages = order.slice(at, at + size).map((index) => messageOf(station, index))
    for (const message of messages) {
      ledger.countReceived(message.source)
      ledger.addInFlight(message)
    }
    await writer.write(messages)
    at += size
  }
}

function messageOf(station: string, index: number): IngestMessage {
  const topic = `city/weather/${station}`
  const payload = Buffer.from(JSON.stringify(payloads[index]))
  const decoded = decode({ topic, payload, receivedAt: RECEIVED }, SOURCE, { timeZone: 'UTC' })
  if (!decoded.ok) throw new Error(decoded.detail)
  const { samples } = normalise(decoded.samples, { receivedAt: RECEIVED, source: SOURCE })
  return {
    ...{ source: SOURCE.name, topic, payload, fullBytes: payload.length, receivedAt: RECEIVED, messageId: undefined },
    ...{ dup: false, samples, problems: [], failure: undefined, acknowledge: () => {} },
  }
}

const OF_STATION = `from datastream d join thing t on t.id = d.thing_id and t.key = $1`

/** Everything that is said of a station: by property, without the ids. */
async function saidOf(station: string): Promise<unknown> {
  const rows = async (text: string) => (await api.pool.query(text, [station])).rows
  const window = `from=${new Date(FROM).toISOString()}&to=${new Date(FROM + 12 * 60 * MINUTE_MS).toISOString()}`
  const ids = await rows(`select d.id, d.property ${OF_STATION} order by d.property`)
  const series: unknown[] = []
  for (const { id, property } of ids) {
    for (const every of ['1h', '1d']) {
      const { buckets } = (
        await api.app.inject(`/api/v1/datastreams/${id}/observations?${window}&every=${every}`)
      ).json()
      series.push([property, every, rounded(buckets)])
    }
    const { streams } = (await api.app.inject(`/api/v1/history?property=${property}&${window}&every=6h`)).json()
    const { datastream: _, ...own } = streams.find(({ datastream }: { datastream: number }) => datastream === id)
    series.push([property, 'playback', own])
  }
  return {
    raw: await rows(`select d.property, o.phenomenon_time, o.result, o.quality, o.reasons ${OF_STATION}
      join observation o on o.datastream_id = d.id order by 1, 2`),
    latest: await rows(`select d.property, l.phenomenon_time, l.result, l.quality, l.reasons ${OF_STATION}
      join latest_observation l on l.datastream_id = d.id order by 1`),
    hours: rounded(
      await rows(`select d.property, h.bucket, h.n, h.good, h.total, h.low, h.high, h.first, h.last, h.suspect
      ${OF_STATION} join observation_hourly h on h.datastream_id = d.id order by 1, 2`),
    ),
    series,
  }
}

/** Sums come in another order and may differ in the last digits. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, one) => (typeof one === 'number' ? Number(one.toPrecision(10)) : one))

const inOrder = payloads.map((_, index) => index)
const delivery: fc.Arbitrary<Delivery> = fc
  .tuple(
    fc.shuffledSubarray(inOrder, { minLength: STEPS, maxLength: STEPS }),
    fc.shuffledSubarray(inOrder, { maxLength: STEPS / 2 }),
    fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 }),
    fc.integer({ min: 1, max: 5 }),
  )
  .map(([once, again, batches, restartEvery]) => ({ order: [...once, ...again], batches, restartEvery }))

test('order, batches, duplicates and replay change nothing', async () => {
  const deliveries: Delivery[] = [
    { order: inOrder, batches: [1], restartEvery: 1000 },
    // all of it again: a replay of the archive
    { order: [...inOrder, ...inOrder], batches: [7], restartEvery: 3 },
    { order: inOrder.toReversed(), batches: [STEPS], restartEvery: 1000 },
    ...fc.sample(delivery, { seed: 12, numRuns: 5 }),
  ]
  for (const [i, one] of deliveries.entries()) await deliver(`station-${i}`, one)
  await requalify({ pool: api.pool, window: { fromMs: FROM, toMs: FROM + 24 * 60 * MINUTE_MS } })
  for (const view of VIEWS) await api.pool.query(`call refresh_continuous_aggregate('${view}', null, null)`)
  const expected = await saidOf('station-0')
  expect((expected as { raw: unknown[] }).raw).toHaveLength(STEPS * 6)
  for (const i of deliveries.keys()) expect(await saidOf(`station-${i}`), `delivery ${i}`).toEqual(expected)
})
