/** What a committed batch leaves in the database: observations once, the latest, what was refused, and the ledger. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Pool, PoolClient } from '#infra/db/pool.ts'
import { createLog } from '#infra/runtime/log.ts'
import { Ledger } from '#ingest/commit/ledger.ts'
import type { Row } from '#ingest/commit/rows.ts'
import { Writer } from '#ingest/commit/writer.ts'
import type { IngestMessage } from '#ingest/message/ingest-message.ts'
import type { NormalSample } from '#ingest/observe/normalise.ts'
import type { AdmissionRules } from '#ingest/registry/admission.ts'
import { keyOf, Registry } from '#ingest/registry/registry.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

const NOON = Date.UTC(2026, 4, 31, 12)
const at = (seconds: number): Date => new Date(NOON + seconds * 1000)

describe('ingest store', () => {
  let database: TestDatabase
  let pool: Pool
  beforeAll(async () => {
    database = await openTestDatabase()
    pool = database.pool
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await pool.query('delete from observation')
    await pool.query('delete from mobile_observation')
    await pool.query(
      'truncate latest_observation, rejected_message, ingest_ledger, thing, thing_device, datastream, zone restart identity cascade',
    )
  })

  const sample = (over: Partial<NormalSample> = {}): NormalSample => ({
    device: 'key/a',
    property: 'pm2_5',
    channel: '',
    unit: 'ug/m3',
    phenomenonTime: at(0),
    result: 10,
    quality: 2,
    reasons: 0,
    domain: 'air',
    ...over,
  })
  const message = (samples: NormalSample[], over: Partial<IngestMessage> = {}): IngestMessage => ({
    source: 'native',
    topic: 'city/air/a',
    payload: Buffer.from('raw'),
    fullBytes: 3,
    receivedAt: at(1),
    messageId: undefined,
    dup: false,
    samples,
    problems: [],
    failure: undefined,
    acknowledge: () => {},
    ...over,
  })
  /** A worker's writing half. */
  const open = ({ pool: own, now, ...rules }: { pool?: Pool; now?: () => number } & Partial<AdmissionRules> = {}) => {
    const ledger = new Ledger(['native'])
    const latest: Row[] = []
    const writer = new Writer({
      pool: own ?? pool,
      session: 'test',
      ledger,
      log: createLog('test', 'silent'),
      registry: new Registry(rules),
      onCommitted: (batch) => latest.push(...batch.latest),
      onRetry: () => {},
      ...(now && { now }),
    })
    const write = async (...messages: IngestMessage[]): Promise<void> => {
      for (const item of messages) {
        ledger.countReceived(item.source)
        ledger.addInFlight(item)
      }
      await writer.write(messages)
    }
    return { write, writer, ledger, latest }
  }
  const observations = async () =>
    (
      await pool.query(`
        select t.key, d.property, o.phenomenon_time as time, o.result
        from observation o join datastream d on d.id = o.datastream_id join thing t on t.id = d.thing_id
        order by 1, 2, 3`)
    ).rows
  const books = async () =>
    (
      await pool.query(`
        select source, received, stored, duplicate, rejected, in_flight, observations_stored as o_stored,
          observations_duplicate as o_duplicate, observations_conflict as o_conflict, observations_rejected as o_rejected
        from ingest_ledger order by source`)
    ).rows

  test('the same message twice is stored once and counted as a duplicate', async () => {
    const { write } = open()
    await write(message([sample()]))
    await write(message([sample()]))
    expect(await observations()).toEqual([{ key: 'a', property: 'pm2_5', time: at(0), result: 10 }])
    expect(await books()).toMatchObject([{ received: 2, stored: 1, duplicate: 1, o_stored: 1, o_duplicate: 1 }])
  })

  test('twice in one batch: the first is stored, the other counted', async () => {
    const { write } = open()
    await write(message([sample()]), message([sample()]), message([sample({ result: 11 })]))
    expect(await observations()).toEqual([{ key: 'a', property: 'pm2_5', time: at(0), result: 10 }])
    expect(await books()).toMatchObject([{ received: 3, stored: 1, duplicate: 2, o_duplicate: 1, o_conflict: 1 }])
  })

  test('another result for the same Datastream and time: the first stays, the conflict is counted', async () => {
    const { write } = open()
    await write(message([sample({ result: 10 })]))
    await write(message([sample({ result: 12 }), sample({ property: 'pm10', result: 20 })]))
    expect((await observations()).map(({ property, result }) => [property, result])).toEqual([
      ['pm10', 20],
      ['pm2_5', 10],
    ])
    // new in part: stored
    expect(await books()).toMatchObject([{ stored: 2, duplicate: 0, o_stored: 2, o_conflict: 1 }])
  })

  test('late data does not replace the latest, and is not announced as news', async () => {
    const { write, latest } = open()
    await write(message([sample({ phenomenonTime: at(60), result: 2 })]))
    await write(message([sample({ phenomenonTime: at(0), result: 1 })]))
    const { rows } = await pool.query('select phenomenon_time as time, result from latest_observation')
    expect(rows).toEqual([{ time: at(60), result: 2 }])
    expect(latest.map((row) => row.sample.result)).toEqual([2])
    expect(await observations()).toHaveLength(2)
  })

  test('late data is noted for the history of alerts: what is older than the latest, and more than a minute old', async () => {
    const now = NOON + 600_000
    const { write } = open({ now: () => now })
    await write(message([sample({ phenomenonTime: at(300) }), sample({ phenomenonTime: at(590), property: 'pm10' })]))
    const noted = async () =>
      (
        await pool.query(
          `select d.property, earliest, latest, arrived_at from late_observation l join datastream d on d.id = l.datastream_id`,
        )
      ).rows
    expect(await noted()).toEqual([])
    await write(
      message([
        ...[sample({ phenomenonTime: at(0) }), sample({ phenomenonTime: at(60) }), sample({ phenomenonTime: at(310) })],
        // 20 seconds old
        sample({ phenomenonTime: at(580), property: 'pm10' }),
      ]),
    )
    expect(await noted()).toEqual([{ property: 'pm2_5', earliest: at(0), latest: at(60), arrived_at: new Date(now) }])
  })

  test('while nobody compares late data, there is one note for each Datastream, of all that came', async () => {
    let now = NOON + 600_000
    const first = now
    const { write } = open({ now: () => now })
    const pm10 = { property: 'pm10' as const }
    await write(message([sample({ phenomenonTime: at(500) }), sample({ phenomenonTime: at(500), ...pm10 })]))
    for (let n = 1; n <= 40; n += 1) {
      now += 1_000
      await write(message([sample({ phenomenonTime: at(200 + n) }), sample({ phenomenonTime: at(200 - n), ...pm10 })]))
    }
    const { rows } = await pool.query(
      `select d.property, earliest, latest, first_arrived_at, arrived_at
       from late_observation l join datastream d on d.id = l.datastream_id order by d.property desc`,
    )
    const times = { first_arrived_at: new Date(first + 1_000), arrived_at: new Date(first + 40_000) }
    expect(rows).toEqual([
      { property: 'pm2_5', earliest: at(201), latest: at(240), ...times },
      { property: 'pm10', earliest: at(160), latest: at(199), ...times },
    ])
  })

  // The embedded database has one session, which a transaction has to itself.
  test.skipIf(!process.env['DATABASE_URL'])(
    'a note that another writer holds is not waited for; the next one merges both',
    async () => {
      let now = NOON + 600_000
      const { write } = open({ now: () => now })
      await write(message([sample({ phenomenonTime: at(500) })]))
      await write(message([sample({ phenomenonTime: at(100) })]))
      const notes = async () => (await pool.query('select earliest, latest from late_observation order by id')).rows
      const other = await pool.connect()
      await other.query('begin')
      await other.query('select from late_observation for update')
      now += 1_000
      await write(message([sample({ phenomenonTime: at(200) })]))
      expect(await notes()).toHaveLength(2)
      await other.query('commit')
      other.release()
      await write(message([sample({ phenomenonTime: at(300) })]))
      expect(await notes()).toEqual([{ earliest: at(100), latest: at(300) }])
    },
  )

  test('of a batch in which some are late, only the others are news', async () => {
    const { write, latest } = open()
    const pm10 = { property: 'pm10' as const }
    await write(message([sample({ phenomenonTime: at(60), result: 2 }), sample({ ...pm10, result: 20 })]))
    latest.length = 0
    await write(
      message([
        sample({ phenomenonTime: at(30), result: 1 }),
        sample({ ...pm10, phenomenonTime: at(30), result: 21 }),
        sample({ property: 'no2', phenomenonTime: at(30), result: 5 }),
      ]),
    )
    expect(latest.map(({ sample }) => [sample.property, sample.result])).toEqual([
      ['pm10', 21],
      ['no2', 5],
    ])
    const { rows } = await pool.query(
      'select d.property, l.result from latest_observation l join datastream d on d.id = l.datastream_id order by 1',
    )
    expect(rows).toEqual([
      { property: 'no2', result: 5 },
      { property: 'pm10', result: 21 },
      { property: 'pm2_5', result: 2 },
    ])
  })

  test('instants keep their milliseconds, numbers their digits', async () => {
    const { write } = open()
    const time = new Date('2026-05-31T12:00:00.123Z')
    const early = new Date('2001-02-03T04:05:06.789Z')
    await write(
      message([
        sample({ phenomenonTime: time, result: 0.1 + 0.2 }),
        sample({ phenomenonTime: early, result: -1.5e-12 }),
      ]),
    )
    const { rows } = await pool.query(
      `select to_char(phenomenon_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') as time, result from observation order by 1`,
    )
    expect(rows).toEqual([
      { time: '2001-02-03 04:05:06.789000', result: -1.5e-12 },
      { time: '2026-05-31 12:00:00.123000', result: 0.30000000000000004 },
    ])
  })

  test('a positioned property with a location goes to its H3 cell; without one it stays with its Thing', async () => {
    const { write } = open()
    const rsrp = { property: 'rsrp', unit: 'dB{mW}', domain: 'connectivity', channel: '4g', result: -95 } as const
    // the example of h3geo.org's documentation: 37.775938728915946, -122.41795063018799 is 8928308280fffff at resolution 9
    const location = [-122.41795063018799, 37.775938728915946] as const
    await write(message([sample({ ...rsrp, location }), sample({ ...rsrp, phenomenonTime: at(5) })]))
    const { rows } = await pool.query(
      'select lon, lat, to_hex(h3_parent(cell, 9)) as parent, result from mobile_observation',
    )
    expect(rows).toEqual([{ lon: location[0], lat: location[1], parent: '8928308280fffff', result: -95 }])
    expect(await observations()).toHaveLength(1)
    // a position seen on the move is no place of the Thing
    expect((await pool.query('select lon from thing')).rows).toEqual([{ lon: null }])
  })

  test('one message that the database refuses is found in its batch and stored as rejected with its bytes', async () => {
    const { write } = open()
    const good = Array.from({ length: 9 }, (_, i) => message([sample({ device: `key/t${i}` })]))
    // PostgreSQL text cannot hold U+0000 (SQLSTATE 22021)
    const bad = message([sample({ device: 'key/bad', channel: 'a\0b' })], {
      payload: Buffer.from('bad'),
      topic: 'city/air/bad',
    })
    await write(...good.slice(0, 5), bad, ...good.slice(5))
    expect(await observations()).toHaveLength(9)
    const { rows } = await pool.query('select topic, payload, reason, partial from rejected_message')
    expect(rows).toEqual([
      { topic: 'city/air/bad', payload: Buffer.from('bad'), reason: 'store_failed', partial: false },
    ])
    expect(await books()).toMatchObject([{ received: 10, stored: 9, rejected: 1, in_flight: 0 }])
  })

  describe('unknown devices', () => {
    const quota = { initial: 2, perHour: 1 }
    const from = (name: string, minute = 0): IngestMessage =>
      message([sample({ device: `key/${name}`, phenomenonTime: at(minute) })], {
        payload: Buffer.from(`${name} ${minute}`),
      })
    const things = async () => (await pool.query('select key from thing order by key')).rows.map(({ key }) => key)
    const refused = async () =>
      (
        await pool.query('select payload, reason, partial from rejected_message order by received_at, payload')
      ).rows.map(({ payload, reason, partial }) => `${payload} ${reason}${partial ? ' partial' : ''}`)

    test('register themselves within the quota; messages of the others are rejected, counted and replayable', async () => {
      const { write } = open({ quota })
      await write(from('a'), from('b'), from('c'), from('d'))
      await write(from('c', 1), from('a', 1))
      expect(await things()).toEqual(['a', 'b'])
      expect(await refused()).toEqual(['c 0', 'c 1', 'd 0'].map((each) => `${each} registration_limit`))
      expect(await books()).toMatchObject([{ received: 6, stored: 3, rejected: 3, in_flight: 0 }])
      // a replay sends the same bytes again
      await open().write(from('c'), from('c', 1), from('d'))
      expect(await things()).toEqual(['a', 'b', 'c', 'd'])
      expect(await observations()).toHaveLength(6)
    })

    test('an hour later so many more may; whom a person has confirmed is not counted', async () => {
      const { write } = open({ quota })
      await write(from('a'), from('b'))
      await pool.query("update thing set created_at = created_at - interval '61 minutes'")
      await write(from('c'), from('d'))
      expect(await things()).toEqual(['a', 'b', 'c'])
      await pool.query("update thing set verified = true where key in ('b', 'c')")
      await write(from('e'), from('f'))
      expect(await things()).toEqual(['a', 'b', 'c', 'e'])
    })

    test('with a quota of zero only registered devices are stored', async () => {
      await open().write(from('a'))
      await open({ quota: { initial: 0, perHour: 0 } }).write(from('a', 1), from('b'))
      expect(await things()).toEqual(['a'])
      expect(await observations()).toHaveLength(2)
    })

    test('a message of several devices loses the values of those beyond the quota, and no others', async () => {
      await open({ quota: { initial: 1, perHour: 0 } }).write(
        message([
          sample({ device: 'key/a' }),
          sample({ device: 'key/b' }),
          sample({ device: 'key/b', property: 'pm10' }),
        ]),
      )
      expect(await things()).toEqual(['a'])
      expect(await refused()).toEqual(['raw registration_limit partial'])
      expect(await books()).toMatchObject([{ received: 1, stored: 1, o_stored: 1, o_rejected: 2 }])
    })

    test('10,000 devices of one client register half of the default quota, those of many the whole', async () => {
      const names = Array.from({ length: 10_000 }, (_, n) => `flood-${n}`)
      await open().write(...names.map((name) => from(name)))
      expect(await things()).toHaveLength(1_000)
      await open().write(...names.map((name, n) => ({ ...from(`other-${name}`), topic: `gateway-${n % 4}/x/y` })))
      expect(await things()).toHaveLength(2_000)
      expect(await refused()).toHaveLength(18_000)
    })

    test('the client is whom the broker names, or the first two levels of the topic', async () => {
      const rules = { quota: { initial: 10, perHour: 0 }, perClient: { initial: 1, perHour: 0 } }
      const on = (name: string, topic: string) => ({ ...from(name), topic })
      await open(rules).write(on('a', 'city/air/a'), on('b', 'city/air/b'), on('c', 'city/water/c'))
      expect(await things()).toEqual(['a', 'c'])
      const clientOf = (topic: string): string => `client:${topic.at(-1)}`
      await open({ ...rules, clientOf }).write(on('d', 'city/air/1'), on('e', 'city/air/1'), on('f', 'city/air/2'))
      expect(await things()).toEqual(['a', 'c', 'd', 'f'])
    })

    test('the fast lane for the latest values has the same quota', async () => {
      const { writer } = open({ quota })
      await writer.writeLatest(['a', 'b', 'c'].map((name) => from(name)))
      expect(await things()).toEqual(['a', 'b'])
    })
  })

  test.each([
    ['is lost', true],
    ['never came, for the COMMIT did not arrive', false],
  ])(
    'an answer to COMMIT that %s: stored once, counted as stored and not as a duplicate of itself',
    async (_, arrives) => {
      const { write } = open({ pool: losingOneCommit(pool, arrives) })
      await write(message([sample()]), message([sample({ device: 'key/b' })]))
      expect(await observations()).toHaveLength(2)
      expect(await books()).toMatchObject([{ received: 2, stored: 2, duplicate: 0, rejected: 0, in_flight: 0 }])
    },
  )

  test('the ledger balances over every outcome', async () => {
    const { write, ledger } = open()
    const failure = { reason: 'not_json', detail: 'x' } as const
    const problem = { field: 'no2', reason: 'bad_value', detail: '"twelve" is not a number' } as const
    ledger.countReceived('native')
    ledger.addInFlight(message([], { acknowledge: () => 'still held' }))
    await write(
      message([sample()]),
      message([sample()]),
      message([sample({ phenomenonTime: at(9) })], { problems: [problem] }),
      message([], { failure }),
      message([], { source: 'other', problems: [problem, problem] }),
    )
    expect(await books()).toEqual([
      {
        source: 'native',
        received: 5,
        stored: 2,
        duplicate: 1,
        rejected: 1,
        in_flight: 1,
        o_stored: 2,
        o_duplicate: 1,
        o_conflict: 0,
        o_rejected: 1,
      },
      {
        source: 'other',
        received: 1,
        stored: 0,
        duplicate: 0,
        rejected: 1,
        in_flight: 0,
        o_stored: 0,
        o_duplicate: 0,
        o_conflict: 0,
        o_rejected: 2,
      },
    ])
    const { rows } = await pool.query('select reason, partial from rejected_message order by id')
    expect(rows).toEqual([
      { reason: 'bad_value', partial: true },
      { reason: 'not_json', partial: false },
      { reason: 'bad_value', partial: false },
    ])
  })

  test('a rejected message that the broker delivers again is stored once', async () => {
    const { write } = open()
    const failure = { reason: 'not_json', detail: 'x' } as const
    await write(message([], { failure }))
    await write(message([], { failure, dup: true }))
    await write(message([], { failure }))
    expect((await pool.query('select count(*) as n from rejected_message')).rows).toEqual([{ n: 2 }])
  })

  test('an unknown Thing registers itself: unverified, its key from the device, its zone from where it is', async () => {
    const ring = [
      [9, 49],
      [11, 49],
      [11, 51],
      [9, 51],
      [9, 49],
    ]
    await pool.query(`insert into zone (key, name, area_km2, geometry) values ('centre', 'Centre', 1, $1)`, [
      JSON.stringify({ type: 'Polygon', coordinates: [ring] }),
    ])
    const { write } = open()
    await write(message([sample({ device: 'tasmota/sonoff_desk', location: [10, 50] })]))
    const { rows } = await pool.query(`
      select t.key, t.name, t.domain, t.verified, t.simulated, t.lon, t.lat, z.key as zone, d.device, o.reasons
      from thing t left join zone z on z.id = t.zone_id left join thing_device d on d.thing_id = t.id
      join datastream s on s.thing_id = t.id join observation o on o.datastream_id = s.id`)
    // 4096: unverified_thing of model/observation/quality.ts
    expect(rows).toEqual([
      {
        key: 'tasmota:sonoff_desk',
        name: 'sonoff_desk',
        domain: 'air',
        verified: false,
        simulated: false,
        lon: 10,
        lat: 50,
        zone: 'centre',
        device: 'tasmota/sonoff_desk',
        reasons: 4096,
      },
    ])
  })

  test('a registered device is resolved to its Thing, and a known place stays', async () => {
    await pool.query(`insert into thing (key, name, domain, kind, verified, geometry, lon, lat)
      values ('hall', 'Town hall', 'energy', 'building', true, '{"type":"Point","coordinates":[1,2]}', 1, 2)`)
    await pool.query(`insert into thing_device select 'tasmota/x', id from thing`)
    const { write } = open()
    await write(message([sample({ device: 'tasmota/x', location: [10, 50] })]))
    expect((await observations())[0]).toMatchObject({ key: 'hall' })
    expect((await pool.query('select lon, lat from thing')).rows).toEqual([{ lon: 1, lat: 2 }])
    expect((await pool.query('select reasons from observation')).rows).toEqual([{ reasons: 0 }])
  })

  test('a Datastream that is removed behind the cache is registered again', async () => {
    const { write } = open()
    await write(message([sample()]))
    await pool.query('delete from thing')
    await write(message([sample({ phenomenonTime: at(1) })]))
    const { rows } = await pool.query(
      'select o.phenomenon_time as time from observation o join datastream d on d.id = o.datastream_id',
    )
    expect(rows).toEqual([{ time: at(1) }])
  })

  test('so is one that was removed during a long database outage', async () => {
    let away = 0
    const reached = {
      query: pool.query.bind(pool),
      connect: () => {
        away -= 1
        return away >= 0 ? Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' })) : pool.connect()
      },
    } as unknown as Pool
    const { write } = open({ pool: reached })
    await write(message([sample()]))
    await pool.query('delete from thing')
    away = 4
    await write(message([sample({ phenomenonTime: at(1) })]))
    expect(await books()).toMatchObject([{ received: 2, stored: 2, rejected: 0 }])
  })

  test('workers that meet the same new devices at once make each of them once', async () => {
    const pools = Array.from({ length: 4 }, () => database.poolFor({ max: 2 }))
    const batches = pools.map((own, worker) => {
      const { write } = open({ pool: own })
      const devices = Array.from({ length: 40 }, (_, i) => (worker % 2 ? i : 39 - i))
      return write(
        ...devices.map((i) =>
          message([
            sample({ device: `tasmota/race-${i}`, phenomenonTime: at(worker) }),
            sample({ device: `tasmota/race-${i}`, property: 'no2', phenomenonTime: at(0) }),
          ]),
        ),
      )
    })
    await Promise.all(batches)
    const count = async (table: string): Promise<number> =>
      (await pool.query<{ n: number }>(`select count(*) as n from ${table}`)).rows[0]?.n ?? -1
    expect([await count('thing'), await count('thing_device'), await count('datastream')]).toEqual([40, 40, 80])
    // pm2_5: 4 instants a Thing; no2: one, the other three workers repeat it
    expect(await count('observation')).toBe(40 * 4 + 40)
    expect((await pool.query('select sum(observations_duplicate)::int as n from ingest_ledger')).rows).toEqual([
      { n: 120 },
    ])
  })

  test('two devices whose ids look alike once made safe do not become one Thing', () => {
    expect(keyOf('key/hall-1')).toBe('hall-1')
    expect(keyOf('tasmota/plug')).toBe('tasmota:plug')
    const [a, b] = [keyOf('senml/urn:dev/1'), keyOf('senml/urn:dev 1')]
    expect(a).not.toBe(b)
    for (const key of [a, b]) expect(key).toMatch(/^senml:urn-dev-1-[0-9a-f]{8}$/)
  })
})

/** The connection breaks at the first COMMIT, after the server has done it or before. */
function losingOneCommit(pool: Pool, arrives: boolean): Pool {
  let lost = false
  const query = async (client: PoolClient, args: unknown[]): Promise<unknown> => {
    const run = () => (client.query as (...all: unknown[]) => Promise<unknown>)(...args)
    if (args[0] !== 'commit' || lost) return run()
    lost = true
    if (arrives) await run()
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  }
  const over = <T extends object>(target: T, more: Partial<T>): T =>
    new Proxy(target, {
      get: (_, key) => {
        const value = Reflect.get(key in more ? more : target, key, target)
        return typeof value === 'function' && !(key in more) ? value.bind(target) : value
      },
    })
  return over(pool, {
    connect: (async () => {
      const client = await pool.connect()
      return over(client, { query: ((...args: unknown[]) => query(client, args)) as PoolClient['query'] })
    }) as Pool['connect'],
  })
}
