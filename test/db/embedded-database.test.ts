import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EmbeddedDatabase, openEmbeddedDatabase } from '#infra/embedded/database/database.ts'

let database: EmbeddedDatabase
let pool: pg.Pool
const waited: number[] = []

beforeAll(async () => {
  database = await openEmbeddedDatabase({
    idleInTransactionMs: 400,
    tellMs: 100,
    onWaiting: (seconds) => waited.push(seconds),
  })
  pool = new pg.Pool({ ...database.poolConfig, max: 8 })
  pool.on('error', () => {})
}, 120_000)

afterAll(async () => {
  await pool?.end()
  await database?.close()
})

async function withClients<T>(count: number, work: (...clients: pg.Client[]) => Promise<T>, config = {}): Promise<T> {
  const clients = Array.from({ length: count }, () => new pg.Client({ ...database.poolConfig, ...config }))
  for (const client of clients) client.on('error', () => {})
  await Promise.all(clients.map((client) => client.connect()))
  try {
    return await work(...clients)
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => {})))
  }
}

test('whoever waits for it to open is told for how long, until it is open', async () => {
  expect(waited.length).toBeGreaterThan(2)
  const count = waited.length
  await sleep(300)
  expect(waited).toHaveLength(count)
})

describe('like a server', () => {
  test('is PostgreSQL 17 with TimescaleDB', async () => {
    const { rows } = await pool.query(
      "select current_setting('server_version_num')::int / 10000 as major, extname from pg_extension where extname = 'timescaledb'",
    )
    expect(rows).toEqual([{ major: 17, extname: 'timescaledb' }])
  })

  // PostgreSQL reads 8 KiB at a time: every position of the messages against that border, once.
  test('a statement of any length is answered to its end', async () => {
    await withClients(1, async (client) => {
      for (let length = 8_050; length < 8_250; length++) {
        const { rows } = await client.query('select length($1::text) as n', ['x'.repeat(length)])
        expect(rows).toEqual([{ n: length }])
      }
    })
  })

  test('values, nulls and types travel both ways', async () => {
    const time = new Date('2026-05-31T12:00:00Z')
    const { rows } = await pool.query('select $1::int a, $2::text b, $3::timestamptz c, $4::float8[] d, $5::bytea e', [
      7,
      null,
      time,
      [1.5, null, -2],
      Buffer.from([0, 255, 10]),
    ])
    expect(rows).toEqual([{ a: 7, b: null, c: time, d: [1.5, null, -2], e: Buffer.from([0, 255, 10]) }])
  })

  test('several statements in one text', async () => {
    const results = (await pool.query('select 1 as a; select 2 as b')) as unknown as pg.QueryResult[]
    expect(results.map((result) => result.rows)).toEqual([[{ a: 1 }], [{ b: 2 }]])
  })

  test('an error carries its SQLSTATE, and the client goes on', async () => {
    await withClients(1, async (client) => {
      await expect(client.query('select $1::int / 0', [1])).rejects.toMatchObject({ code: '22012' })
      await expect(client.query('selec')).rejects.toMatchObject({ code: '42601' })
      expect((await client.query('select 1 as a')).rows).toEqual([{ a: 1 }])
    })
  })

  test('notices and parameter changes reach the client', async () => {
    await withClients(1, async (client) => {
      const notices: (string | undefined)[] = []
      client.on('notice', (notice) => notices.push(notice.message))
      await client.query("do $$ begin raise notice 'hello'; end $$")
      expect(notices).toEqual(['hello'])
    })
  })

  test('100,000 rows come back', async () => {
    const { rows } = await pool.query("select g, repeat('x', 50) as s from generate_series(1, 100000) g")
    expect(rows).toHaveLength(100_000)
    expect(rows[99_999]).toEqual({ g: 100_000, s: 'x'.repeat(50) })
  })

  test('a parameter of 5 MB goes in', async () => {
    const values = Array.from({ length: 600_000 }, (_, index) => index + 1_000_000)
    const { rows } = await pool.query('select count(*)::int n, sum(v)::text s from unnest($1::int[]) v', [values])
    // sum of 1,000,000 .. 1,599,999 = 600,000 * (1,000,000 + 1,599,999) / 2
    expect(rows).toEqual([{ n: 600_000, s: '779999700000' }])
  })

  test('a burst of a thousand queries at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => pool.query('select $1::int as i', [index])),
    )
    expect(answers.map(({ rows }) => rows[0].i)).toEqual(Array.from({ length: 1_000 }, (_, index) => index))
  })

  test('a refused COPY FROM STDIN is an error, also in a transaction, and not the end', async () => {
    await withClients(1, async (client) => {
      await client.query('create table copied (a int)')
      await expect(client.query('copy copied from stdin')).rejects.toMatchObject({
        code: '0A000',
        message: expect.stringContaining('unnest()'),
      })
      await client.query('begin')
      await expect(client.query('COPY copied (a) FROM STDIN')).rejects.toMatchObject({ code: '0A000' })
      await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' })
      await client.query('rollback')
      expect((await client.query("select 'copy x from stdin' as text")).rows).toEqual([{ text: 'copy x from stdin' }])
    })
  })

  test.each(['listen somewhere', 'prepare p as select 1', 'declare c cursor with hold for select 1'])(
    '"%s" is refused with a reason',
    async (sql) => {
      await expect(pool.query(sql)).rejects.toMatchObject({
        code: '0A000',
        message: expect.stringContaining('embedded database'),
      })
    },
  )
})

describe('clients share one session and do not notice', () => {
  test('transactions never interleave', async () => {
    await pool.query('create table counter (n int); insert into counter values (0)')
    const increment = async () => {
      const client = await pool.connect()
      try {
        await client.query('begin')
        const { rows } = await client.query('select n from counter')
        await sleep(1)
        await client.query('update counter set n = $1', [rows[0].n + 1])
        await client.query('commit')
      } finally {
        client.release()
      }
    }
    await Promise.all(Array.from({ length: 40 }, increment))
    expect((await pool.query('select n from counter')).rows).toEqual([{ n: 40 }])
  })

  test('whoever came first is served first', async () => {
    await withClients(3, async (a, b, c) => {
      const order: string[] = []
      await a.query('begin')
      const waiting = [b.query('select 1').then(() => order.push('b')), c.query('select 1').then(() => order.push('c'))]
      await sleep(50)
      expect(order).toEqual([])
      await a.query('commit')
      await Promise.all(waiting)
      expect(order).toEqual(['b', 'c'])
    })
  })

  test('the same statement name with different texts', async () => {
    await withClients(2, async (a, b) => {
      const ask = (client: pg.Client, text: string) =>
        client.query({ name: 'same', text, values: [1] }).then(({ rows }) => rows[0].v)
      expect(await ask(a, 'select $1::int + 10 as v')).toBe(11)
      expect(await ask(b, 'select $1::int + 20 as v')).toBe(21)
      expect(await ask(a, 'select $1::int + 10 as v')).toBe(11)
      await b.query('deallocate all')
      expect(await ask(a, 'select $1::int + 10 as v')).toBe(11)
    })
    const { rows } = await pool.query(
      "select count(*)::int as n from pg_prepared_statements where statement like '%+ 10%'",
    )
    expect(rows).toEqual([{ n: 0 }])
  })

  test('settings of one client are not those of another, and stay with it', async () => {
    await withClients(2, async (a, b) => {
      const zone = async (client: pg.Client) => (await client.query('show timezone')).rows[0].TimeZone
      await a.query("set time zone 'Asia/Tokyo'")
      expect([await zone(a), await zone(b), await zone(a)]).toEqual(['Asia/Tokyo', 'UTC', 'Asia/Tokyo'])
      await b.query("select set_config('search_path', 'pg_catalog', false)")
      expect((await a.query('show search_path')).rows).toEqual([{ search_path: '"$user", public' }])
      expect((await b.query('show search_path')).rows).toEqual([{ search_path: 'pg_catalog' }])
      await a.query('reset all')
      expect([await zone(a), await zone(b)]).toEqual(['UTC', 'UTC'])
    })
    expect((await pool.query('show timezone')).rows).toEqual([{ TimeZone: 'UTC' }])
  })

  test('SET LOCAL ends with its transaction, and a rolled back SET never was', async () => {
    await withClients(1, async (client) => {
      await client.query('begin')
      await client.query("set local time zone 'Asia/Tokyo'")
      await client.query("set work_mem = '5MB'")
      await client.query('rollback')
      expect((await client.query('show timezone')).rows).toEqual([{ TimeZone: 'UTC' }])
      expect((await client.query('show work_mem')).rows).toEqual([{ work_mem: '16MB' }])
    })
  })

  test('settings of the connection hold, and wrong ones are told', async () => {
    await withClients(
      1,
      async (client) => {
        expect((await client.query('show application_name')).rows).toEqual([{ application_name: 'observatory' }])
        expect((await client.query('show work_mem')).rows).toEqual([{ work_mem: '7MB' }])
      },
      { application_name: 'observatory', options: '-c work_mem=7MB' },
    )
    const wrong = new pg.Client({ ...database.poolConfig, options: '-c no_such_setting=1' })
    wrong.on('error', () => {})
    await wrong.connect()
    await expect(wrong.query('select 1')).rejects.toMatchObject({ code: '42704' })
    expect((await pool.query('select 1 as a')).rows).toEqual([{ a: 1 }])
  })

  test('a temporary table lives as long as its transaction', async () => {
    await withClients(2, async (a, b) => {
      await a.query('begin')
      await a.query('create temp table scratch (n int)')
      await a.query('insert into scratch values (1)')
      expect((await a.query('select n from scratch')).rows).toEqual([{ n: 1 }])
      await a.query('commit')
      await expect(a.query('select n from scratch')).rejects.toMatchObject({ code: '42P01' })
      await expect(b.query('select n from scratch')).rejects.toMatchObject({ code: '42P01' })
    })
  })

  test('a session-level advisory lock keeps the others out until it is released', async () => {
    await withClients(2, async (a, b) => {
      await a.query('select pg_advisory_lock(1)')
      let entered = false
      const waiting = b.query('select pg_advisory_lock(1)').then(() => {
        entered = true
      })
      await a.query('select 1')
      await sleep(50)
      expect(entered).toBe(false)
      await a.query('select pg_advisory_unlock(1)')
      await waiting
      await b.query('select pg_advisory_unlock(1)')
    })
  })
})

describe('clients that misbehave', () => {
  test('one that leaves in a transaction is rolled back, and the next has its turn', async () => {
    await pool.query('create table left_open (n int)')
    const client = new pg.Client(database.poolConfig)
    client.on('error', () => {})
    await client.connect()
    await client.query('begin')
    await client.query('insert into left_open values (1)')
    const waiting = pool.query('select count(*)::int as n from left_open')
    ;(client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
    expect((await waiting).rows).toEqual([{ n: 0 }])
  })

  test('one that forgets its transaction is told, rolled back and does not stop the others', async () => {
    await pool.query('create table forgotten (n int)')
    const client = new pg.Client(database.poolConfig)
    const told = new Promise<Error>((resolve) => client.on('error', resolve))
    await client.connect()
    await client.query('begin')
    await client.query('insert into forgotten values (1)')
    const waiting = pool.query('select count(*)::int as n from forgotten')
    expect(await told).toMatchObject({ code: '25P03' })
    expect((await waiting).rows).toEqual([{ n: 0 }])
    await expect(client.query('select 1')).rejects.toThrow()
  })

  test('a waiting statement can be cancelled', async () => {
    await withClients(2, async (a, b) => {
      await a.query('begin')
      const waiting = b.query('select 1')
      const refused = expect(waiting).rejects.toMatchObject({ code: '57014' })
      const { processID, secretKey } = b as unknown as { processID: number; secretKey: number }
      const canceller = new pg.Client(database.poolConfig) as unknown as {
        connection: { connect(): void; on(e: string, f: () => void): void; cancel(a: number, b: number): void }
      }
      canceller.connection.on('connect', () => canceller.connection.cancel(processID, secretKey))
      canceller.connection.connect()
      await refused
      await a.query('commit')
      expect((await b.query('select 2 as n')).rows).toEqual([{ n: 2 }])
    })
  })

  test('messages of impossible length end the connection with an error', async () => {
    const stream = database.stream()
    const received: Buffer[] = []
    stream.on('data', (bytes: Buffer) => received.push(bytes))
    const ended = new Promise((resolve) => stream.once('end', resolve))
    ;(stream as unknown as { connect(): void }).connect()
    const startup = Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0])
    stream.once('connect', () => stream.write(Buffer.concat([startup, Buffer.from([0x51, 0x7f, 0xff, 0xff, 0xff])])))
    await ended
    expect(Buffer.concat(received).toString('latin1')).toContain('08P01')
  })
})

describe('the wire protocol below pg', () => {
  const frame = (type: string, ...parts: Buffer[]) => {
    const body = Buffer.concat(parts)
    const head = Buffer.alloc(5)
    head.write(type, 0, 'latin1')
    head.writeInt32BE(body.length + 4, 1)
    return Buffer.concat([head, body])
  }
  const text = (value: string) => Buffer.from(`${value}\0`)
  const none = Buffer.alloc(2)
  const parse = (sql: string) => frame('P', text(''), text(sql), none)
  const bind = frame('B', text(''), text(''), none, none, none)
  const execute = frame('E', text(''), Buffer.alloc(4))
  const sync = frame('S')

  /** Message types that come back up to `ready` ReadyForQuery messages. */
  async function raw(send: Buffer[], ready: number) {
    const stream = database.stream()
    let bytes = Buffer.alloc(0)
    const types: string[] = []
    const done = new Promise<void>((resolve) => {
      stream.on('data', (part: Buffer) => {
        bytes = Buffer.concat([bytes, part])
        while (bytes.length >= 5 && bytes.length >= 1 + bytes.readInt32BE(1)) {
          types.push(String.fromCharCode(bytes[0] ?? 0))
          bytes = bytes.subarray(1 + bytes.readInt32BE(1))
        }
        if (types.filter((type) => type === 'Z').length >= ready + 1) resolve()
      })
    })
    ;(stream as unknown as { connect(): void }).connect()
    await new Promise((resolve) => stream.once('connect', resolve))
    stream.write(Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0]))
    for (const part of send) stream.write(part)
    await done
    stream.end(frame('X'))
    return types.slice(types.indexOf('Z') + 1).join('')
  }

  test('after an error everything up to Sync is skipped', async () => {
    expect(
      await raw([parse('select 1 / (random() * 0)::int'), bind, execute, parse('select 1'), bind, execute, sync], 1),
    ).toBe('12EZ')
  })

  test('a pipeline of batches is answered in order', async () => {
    const one = [parse('select 1'), bind, execute, sync]
    expect(await raw([...one, ...one, parse('nope'), sync, ...one], 4)).toBe('12DCZ12DCZEZ12DCZ')
  })

  test('Flush gives what there is without ending the turn', async () => {
    expect(await raw([parse('select 1'), frame('H'), bind, execute, frame('H'), sync], 1)).toBe('12DCZ')
  })

  test('bytes may arrive one by one', async () => {
    const bytes = Buffer.concat([parse('select 1'), bind, execute, sync])
    expect(
      await raw(
        [...bytes].map((byte) => Buffer.from([byte])),
        1,
      ),
    ).toBe('12DCZ')
  })

  test('an unnamed statement is still there after another client has made one', async () => {
    const stream = database.stream()
    const rows: string[] = []
    stream.on('data', (part: Buffer) => rows.push(part.toString('latin1')))
    ;(stream as unknown as { connect(): void }).connect()
    await new Promise((resolve) => stream.once('connect', resolve))
    stream.write(Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0]))
    stream.write(Buffer.concat([parse("select 'mine'"), sync]))
    await sleep(30)
    await pool.query('select $1::text', ['theirs'])
    stream.write(Buffer.concat([bind, execute, sync]))
    await expect.poll(() => rows.join(''), { timeout: 10_000 }).toContain('mine')
    stream.end(frame('X'))
  })
})
