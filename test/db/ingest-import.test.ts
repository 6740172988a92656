/** Files and feeds through the whole ingest: broker, worker, database. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openEmbeddedBroker } from '#infra/embedded/broker/broker.ts'
import { createLog } from '#infra/runtime/log.ts'
import { createScope, type Scope } from '#infra/runtime/scope.ts'
import { startPollers } from '#ingest/feeds/start.ts'
import { ledgerFromDatabase } from '#ingest/import/ledger-watch.ts'
import { readOptions } from '#ingest/import/options.ts'
import { openPublisher } from '#ingest/import/publisher.ts'
import { reportText } from '#ingest/import/report.ts'
import { runImport } from '#ingest/import/run.ts'
import { type IngestWorker, startIngest } from '#ingest/worker.ts'
import { feedSchema } from '#model/city/city-pack.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'
import { describeShared } from '#test/shared.ts'
import { until } from '../delivery/until.ts'

const pack = { sources: [{ name: 'native', topic: 'city/#' }], timeZone: 'Europe/Berlin', simulated: false }
const DAY_MS = 86_400_000

describe('import', () => {
  let scope: Scope
  let database: TestDatabase
  let folder: string
  let mqttUrl: string
  let worker: IngestWorker
  beforeAll(async () => {
    scope = createScope()
    database = await openTestDatabase()
    scope.defer(() => database.close())
    folder = await mkdtemp(join(tmpdir(), 'import-db-'))
    scope.defer(() => rm(folder, { recursive: true }))
    // A broker of our own: on a shared one every worker would take what is published under import/.
    const broker = await openEmbeddedBroker({ port: 0, host: '127.0.0.1' })
    scope.defer(() => broker.close())
    mqttUrl = broker.url
    worker = await startIngest({ pool: database.poolFor({ max: 4 }), mqttUrl, pack, log: createLog('test', 'silent') })
    scope.defer(() => worker.close())
    await worker.ready
  })
  afterAll(() => scope.close())
  beforeEach(async () => {
    await database.pool.query('delete from observation')
    await database.pool.query('truncate latest_observation, rejected_message')
  })

  const run = (...args: string[]) => {
    const options = readOptions(args)
    if (options === 'help') throw new Error('help')
    return runImport({
      options,
      pack,
      bounds: [-180, -90, 180, 90],
      openPublisher: () => openPublisher(mqttUrl),
      ledger: (source) => ledgerFromDatabase(database.pool, source),
      patienceMs: 10_000,
    })
  }
  const write = async (name: string, content: string): Promise<string> => {
    await writeFile(join(folder, name), content)
    return join(folder, name)
  }
  const rows = async <T extends object>(sql: string): Promise<T[]> => (await database.pool.query<T>(sql)).rows

  test('a table by its mapping: stored, counted; the same file again is all duplicates', async () => {
    const day = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10)
    const lines = Array.from({ length: 1200 }, (_, i) => {
      const time = `${String(Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}`
      return `${day} ${time};${i === 7 ? 'broken' : `${i % 90},5`}`
    })
    const file = await write('street.csv', `When;Level\n${lines.join('\n')}\n`)
    const map = await write(
      'street.json',
      JSON.stringify({
        decimal: ',',
        time: { column: 'When', format: 'yyyy-MM-dd HH:mm', timeZone: 'UTC' },
        columns: { Level: { property: 'sound_level' } },
      }),
    )
    const first = await run(file, '--mapping', map, '--thing', 'street-1')
    // 1,200 rows in messages of 500; levels of 0.5 to 9.5 dB are below the range of the property and stored as failed
    expect(first.outcome).toMatchObject({
      kind: 'processed',
      acknowledged: 3,
      ledger: {
        processed: 3,
        observationsStored: 1199,
        observationsDuplicate: 0,
        observationsRejected: 1,
        rejected: 0,
      },
    })
    expect(first.files[0]?.tally.problems.get('bad_value')?.count).toBe(1)
    expect(await rows('select count(*)::int as n from observation')).toEqual([{ n: 1199 }])
    expect(await rows("select key, verified from thing where key = 'street-1'")).toEqual([
      { key: 'street-1', verified: false },
    ])
    const again = await run(file, '--mapping', map, '--thing', 'street-1')
    expect(again.outcome).toMatchObject({
      ledger: { processed: 3, observationsStored: 0, observationsDuplicate: 1199 },
    })
    expect(reportText(again.files, again.outcome, false)).toContain('0 observations stored, 1,199 duplicate')
    expect(await rows('select count(*)::int as n from observation')).toEqual([{ n: 1199 }])
  })

  test('old data: refused without --history, with it stored at its own time', async () => {
    const file = await write('old.ndjson', '{"thing":"old-1","time":"1998-07-01T12:00:00Z","temperature":24.5}\n')
    await expect(run(file)).rejects.toThrow('--history')
    const { outcome, files } = await run(file, '--history')
    expect(outcome).toMatchObject({ kind: 'processed', ledger: { observationsStored: 1 } })
    expect(await rows('select phenomenon_time, result from observation')).toEqual([
      { phenomenon_time: new Date('1998-07-01T12:00:00Z'), result: 24.5 },
    ])
    expect(reportText(files, outcome, true)).toContain('older than 400 days')
    expect(worker.state().ledger.get('import-history')).toMatchObject({ received: 1, stored: 1 })
  })

  test('without an ingest worker only the publication is reported', async () => {
    const lonely = await openEmbeddedBroker({ port: 0, host: '127.0.0.1' })
    try {
      const file = await write('a.ndjson', `{"thing":"a","time":"${new Date().toISOString()}","temperature":24.5}\n`)
      const options = readOptions([file])
      if (options === 'help') throw new Error('help')
      const deps = { options, pack, bounds: [-180, -90, 180, 90] as [number, number, number, number], patienceMs: 500 }
      const still = await runImport({
        ...deps,
        openPublisher: () => openPublisher(lonely.url),
        ledger: (source) => ledgerFromDatabase(database.pool, source),
      })
      expect(reportText(still.files, still.outcome, false)).toMatch(
        /1 message published and acknowledged by the broker\n.*in the ingest unknown: no progress in the ledger/,
      )
    } finally {
      await lonely.close()
    }
    await expect(openPublisher('mqtt://127.0.0.1:1')).rejects.toThrow('does not answer')
  })

  test('drive test: positions and the zone of the log', async () => {
    const day = new Date(Date.now() - 2 * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '.')
    const file = await write(
      'ring.csv',
      `Timestamp,Longitude,Latitude,Speed,NetworkMode,RSRP,RSRQ,SNR,PINGAVG,PINGLOSS\n${day}_12.00.00,13.4,52.5,30,5G,-95,-12,4.0,-,-\n`,
    )
    const { outcome } = await run(file, '--time-zone', 'Asia/Tokyo', '--source', 'ring')
    expect(outcome).toMatchObject({ ledger: { observationsStored: 3 } })
    expect(
      await rows(
        "select t.key, m.phenomenon_time, m.lon, m.result from mobile_observation m join datastream d on d.id = m.datastream_id join thing t on t.id = d.thing_id where d.property = 'rsrp'",
      ),
    ).toEqual([
      {
        key: 'gnettrack:ring',
        // 12:00 in Tokyo is 03:00 UTC
        phenomenon_time: new Date(`${day.replaceAll('.', '-')}T03:00:00Z`),
        lon: 13.4,
        result: -95,
      },
    ])
  })

  test('a feed is polled, and its values are stored like those of a device', async () => {
    const now = Math.floor(Date.now() / 1000)
    const server: Server = createServer((_, response) =>
      response.end(
        JSON.stringify({
          last_updated: now,
          data: { stations: [{ station_id: 7, num_bikes_available: 3, num_docks_available: 9, lat: 52.5, lon: 13.4 }] },
        }),
      ),
    )
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/station_status.json`
    const pollers = startPollers({
      pack: { feeds: [feedSchema.parse({ name: 'velo', url, format: 'gbfs' })] },
      mqttUrl,
      log: createLog('test', 'silent'),
    })
    try {
      await until(
        () => rows<{ n: number }>('select count(*)::int as n from observation'),
        ([found]) => found?.n === 2,
      )
      expect(await rows("select lon, lat from thing where key = 'gbfs:velo.7'")).toEqual([{ lon: 13.4, lat: 52.5 }])
      expect(worker.state().ledger.get('feeds')).toMatchObject({ received: 1, stored: 1 })
    } finally {
      await pollers.close()
      server.closeAllConnections()
      server.close()
    }
  })

  describeShared('a data set of a city', (path) => {
    test('Montréal 2012, twice', { timeout: 60_000 }, async () => {
      const map = await write(
        'montreal.json',
        JSON.stringify({
          encoding: 'latin1',
          time: { column: 'Date', format: 'dd/MM/yyyy', timeZone: 'America/Toronto' },
          perColumn: { property: 'bicycle_count', prefix: 'eco-' },
        }),
      )
      const file = path('datasets', 'montreal_bike_counters', 'bikes_2012_latin1_semicolon.csv')
      const first = await run(file, '--mapping', map, '--history', '--source', 'montreal')
      expect(first.outcome).toMatchObject({ ledger: { observationsStored: 2170, observationsRejected: 0 } })
      // the file says 35 for Berri 1 on 01/01/2012
      expect(
        await rows(
          "select o.result from observation o join datastream d on d.id = o.datastream_id join thing t on t.id = d.thing_id where t.key = 'eco-berri-1' and o.phenomenon_time = '2012-01-01T05:00:00Z'",
        ),
      ).toEqual([{ result: 35 }])
      const again = await run(file, '--mapping', map, '--history', '--source', 'montreal')
      expect(again.outcome).toMatchObject({ ledger: { observationsStored: 0, observationsDuplicate: 2170 } })
    })
  })
})
