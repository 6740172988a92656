/** The audit log: what is written, that it cannot be changed unnoticed, and that personal data can be erased. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { audit } from '#domain/audit/audit.ts'
import { verifyAudit } from '#domain/audit/verify.ts'
import { type Actor, SYSTEM } from '#model/access/actor.ts'
import { addThing, authorized, openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
  await addThing(api.pool, { key: 'air-1' }, 'pm2_5')
})
afterAll(() => api?.close())

const ANNA: Actor = {
  ...SYSTEM,
  kind: 'account',
  id: '7',
  name: 'anna@city.example',
  role: 'registrar',
  from: '203.0.113.0/24',
}

/** As somebody with the rights of the owner would tamper: what guards the tables is switched off first. */
async function tamper(...statements: string[]): Promise<void> {
  const tables = ['audit_entry', 'audit_personal']
  for (const table of tables) await api.pool.query(`alter table ${table} disable trigger user`)
  for (const statement of statements) await api.pool.query(statement)
  for (const table of tables) await api.pool.query(`alter table ${table} enable trigger user`)
}

async function emptyLog(): Promise<void> {
  await tamper(
    'delete from audit_personal',
    'delete from audit_entry',
    `update audit_head set id = 0, hash = decode(repeat('00', 32), 'hex')`,
  )
}

describe('what is written', () => {
  beforeEach(emptyLog)

  test('a change over HTTP: who, what, before, after, when, from where', async () => {
    const response = await api.app.inject({
      method: 'PATCH',
      url: '/api/v1/registry/things/air-1',
      headers: authorized,
      payload: { name: 'School' },
      remoteAddress: '203.0.113.77',
    })
    expect(response.statusCode).toBe(200)
    const { rows } = await api.pool.query('select * from audit_entry')
    expect(rows).toMatchObject([
      {
        action: 'thing.change',
        subject: 'air-1',
        content: {
          actor: { kind: 'key', role: 'administrator' },
          before: { name: 'air-1' },
          after: { name: 'School' },
        },
      },
    ])
    const personal = await api.pool.query('select field, value from audit_personal order by field')
    expect(personal.rows).toEqual([
      { field: 'actor', value: 'key' },
      { field: 'network', value: '203.0.113.0/24' },
    ])
  })

  test('a change that is rolled back leaves no entry', async () => {
    const payload = { keys: ['no-such-thing'] }
    const url = '/api/v1/registry/things/confirm'
    expect((await api.app.inject({ method: 'POST', url, headers: authorized, payload })).statusCode).toBe(404)
    expect((await verifyAudit(api.pool)).entries).toBe(0)
  })

  test('a change whose route records nothing itself is recorded by its route', async () => {
    const payload = { from: '2026-10-01T00:00:00Z', to: '2026-10-02T00:00:00Z' }
    const response = await api.app.inject({
      method: 'POST',
      url: '/api/v1/reconciliation',
      headers: authorized,
      payload,
    })
    expect(response.statusCode).toBeLessThan(300)
    const { rows } = await api.pool.query('select action, content from audit_entry')
    expect(rows).toMatchObject([{ action: 'request', content: { after: { route: 'POST /api/v1/reconciliation' } } }])
  })

  test('a state beyond the limit is kept as its size and digest', async () => {
    const after = 'x'.repeat(30_000)
    await audit(api.pool, { by: ANNA, action: 'test', after })
    const { rows } = await api.pool.query('select content from audit_entry')
    const sha256 = createHash('sha256').update(JSON.stringify(after)).digest('hex')
    expect(rows[0].content.after).toEqual({ omitted: { bytes: 30_002, sha256 } })
  })

  test('the hash can be recomputed without the database', async () => {
    await audit(api.pool, { by: ANNA, action: 'first' })
    await audit(api.pool, { by: ANNA, action: 'second', subject: 'ü', after: { n: 1.5 } })
    const { rows } = await api.pool.query<{ id: number; at: string; content: string; hash: Buffer }>(
      `select id, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, content::text, hash from audit_entry order by id`,
    )
    let previous: Uint8Array = new Uint8Array(32)
    for (const { id, at, content, hash } of rows) {
      const own = createHash('sha256').update(previous).update(`${id}\n${at}\n${content}\n`).digest()
      expect(own.equals(hash)).toBe(true)
      previous = own
    }
  })
})

describe('reading it', () => {
  const get = (path: string, headers: object = authorized) =>
    api.app.inject({ url: `/api/v1/audit${path}`, headers: { ...headers } })
  beforeEach(async () => {
    await emptyLog()
    for (let n = 1; n <= 4; n += 1)
      await audit(api.pool, { by: ANNA, action: 'thing.change', subject: `=s${n}`, before: { n }, after: { n: n + 1 } })
    await audit(api.pool, { by: SYSTEM, action: 'thingamajig', subject: 'other' })
  })

  test('newest first, page by page, each entry once', async () => {
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const { entries, next } = (await get(`?limit=2${cursor}`)).json()
      seen.push(...entries.map(({ id }: { id: string }) => id))
      if (next === null) break
      cursor = `&cursor=${next}`
    }
    expect(seen).toEqual(['5', '4', '3', '2', '1'])
  })

  test.each([
    ['action=thing', ['4', '3', '2', '1']],
    ['action=thing.change&subject=%3Ds2', ['2']],
    ['actor=account:7&limit=1', ['4']],
    ['actor=system', ['5']],
    ['to=2020-01-01T00:00:00Z', []],
    ['from=2020-01-01T00:00:00Z', ['5', '4', '3', '2', '1']],
  ])('filter %s', async (query, ids) => {
    expect((await get(`?${query}`)).json().entries.map(({ id }: { id: string }) => id)).toEqual(ids)
  })

  test('an entry says who, what and from where', async () => {
    const [entry] = (await get('?subject=%3Ds1')).json().entries
    expect(entry).toMatchObject({
      action: 'thing.change',
      actor: { kind: 'account', id: '7', role: 'registrar', name: 'anna@city.example' },
      network: '203.0.113.0/24',
      before: { n: 1 },
      after: { n: 2 },
    })
  })

  test('every hash of the NDJSON export can be recomputed from it', async () => {
    const lines = (await get('/export?format=ndjson')).body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .reverse()
    // the last one is that of the export
    expect(lines).toHaveLength(6)
    let former = '0'.repeat(64)
    for (const { id, at, content, previous, hash } of lines) {
      expect(previous).toBe(former)
      former = createHash('sha256')
        .update(Buffer.from(previous, 'hex'))
        .update(`${id}\n${at}\n${content}\n`)
        .digest('hex')
      expect(hash).toBe(former)
    }
  })

  test('the CSV export holds no formula', async () => {
    const response = await get('/export?format=csv&subject=%3Ds1')
    expect(response.headers['content-type']).toContain('text/csv')
    const [heading, line] = response.body.split('\r\n')
    expect(heading).toMatch(/^\uFEFFid,at,action,actor_kind/)
    expect(line).toContain(`,anna@city.example,203.0.113.0/24,'=s1,,"{""n"":1}","{""n"":2}"`)
  })

  test('the verification gives the head, and recognises one that was written down', async () => {
    const { holds, head } = (await get('/verification')).json()
    expect([holds, head.id]).toEqual([true, 5])
    expect((await get(`/verification?id=${head.id}&hash=${head.hash}`)).json().holds).toBe(true)
    expect((await get(`/verification?id=4&hash=${head.hash}`)).json()).toMatchObject({
      holds: false,
      problems: [/does not have the hash/].map(() => expect.any(String)),
    })
    expect((await get('/verification?id=4')).statusCode).toBe(400)
  })

  test('reading adds no entry, and an export, which has names, adds one', async () => {
    await get('')
    await get('/verification')
    expect((await verifyAudit(api.pool)).entries).toBe(5)
    await get('/export?format=csv&action=test')
    const { rows } = await api.pool.query(`select action, content from audit_entry order by id desc limit 1`)
    expect(rows).toMatchObject([
      { action: 'audit.export', content: { actor: { kind: 'key' }, after: { format: 'csv', action: 'test' } } },
    ])
  })
})

describe('tampering shows', () => {
  beforeEach(async () => {
    await emptyLog()
    for (let n = 1; n <= 5; n += 1) await audit(api.pool, { by: ANNA, action: 'test', subject: `s${n}`, after: { n } })
  })
  const problems = async () => (await verifyAudit(api.pool)).problems

  test('an untouched log holds', async () => {
    expect(await verifyAudit(api.pool)).toMatchObject({ entries: 5, head: { id: 5 }, problems: [] })
  })

  test.each([
    [
      'changed content',
      `update audit_entry set content = jsonb_set(content, '{after,n}', '9') where id = 3`,
      /entry 3 was changed/,
    ],
    ['a changed time', `update audit_entry set at = at + interval '1 microsecond' where id = 3`, /entry 3 was changed/],
    [
      'content changed together with its hash',
      `update audit_entry set content = '{"action": "x"}', hash = audit_hash(previous, id, at, '{"action": "x"}') where id = 3`,
      /entry 4 does not follow entry 3/,
    ],
    ['a removed row', 'delete from audit_entry where id = 3', /entries 3 to 3 are missing/],
    ['the first row removed', 'delete from audit_entry where id = 1', /entries 1 to 1 are missing/],
    ['the last row removed', 'delete from audit_entry where id = 5', /newest entry is 4; 5 was the last/],
    [
      'an inserted row',
      `insert into audit_entry (id, at, content, previous, hash)
       select 6, now(), '{"action": "x"}', hash, audit_hash(hash, 6, now(), '{"action": "x"}') from audit_entry where id = 5`,
      /newest entry is 6; 5 was the last/,
    ],
    [
      'a row inserted between two, all later ones renumbered',
      `update audit_entry set id = id + 10 where id > 3;
       update audit_entry set id = id - 9 where id > 10;
       insert into audit_entry (id, at, content, previous, hash)
       select 4, now(), '{"action": "x"}', hash, audit_hash(hash, 4, now(), '{"action": "x"}') from audit_entry where id = 3;
       update audit_head set id = 6`,
      /entry 5 does not follow entry 4/,
    ],
    [
      'an exchanged name',
      `update audit_personal set value = 'mallory' where entry_id = 2 and field = 'actor'`,
      /personal data of entry 2/,
    ],
  ])('%s', async (_, statement, problem) => {
    // rows of personal data follow their entry
    await tamper('delete from audit_personal where entry_id <> 2', statement)
    expect((await problems()).join('\n')).toMatch(problem)
  })

  test('a log that was rewritten as a whole does not have the head that was written down', async () => {
    const { head } = await verifyAudit(api.pool)
    await emptyLog()
    for (let n = 1; n <= 5; n += 1) await audit(api.pool, { by: ANNA, action: 'test', subject: `other${n}` })
    expect(await problems()).toEqual([])
    expect((await verifyAudit(api.pool, head)).problems).toEqual([
      expect.stringContaining('entry 5 does not have the hash'),
    ])
  })

  test('erased personal data leaves the chain intact', async () => {
    const { rows } = await api.pool.query(`select audit_erase('account', '7', 'account:7') as n`)
    expect(rows[0].n).toBe(10)
    expect((await api.pool.query('select from audit_personal')).rowCount).toBe(0)
    expect(await problems()).toEqual([])
  })

  test('networks expire, names stay', async () => {
    await api.pool.query(`select audit_expire(now() + interval '1 minute')`)
    const { rows } = await api.pool.query('select distinct field from audit_personal')
    expect(rows).toEqual([{ field: 'actor' }])
    expect(await problems()).toEqual([])
  })

  test('nobody changes a row by accident, the owner neither', async () => {
    for (const statement of [
      'delete from audit_entry',
      `update audit_entry set at = now()`,
      'truncate audit_entry cascade',
    ])
      await expect(api.pool.query(statement)).rejects.toThrow(/append-only/)
  })

  test('the login of the API appends and reads, and nothing else', async ({ skip }) => {
    if (api.database.kind === 'embedded') skip('the embedded database has one login')
    const { rows } = await api.pool.query<{ table: string; privilege: string }>(
      `select table_name as table, privilege_type as privilege from information_schema.role_table_grants
       where grantee = 'citywell_api' and table_name like 'audit%' order by 1, 2`,
    )
    expect(rows).toEqual(
      ['audit_entry', 'audit_head', 'audit_personal'].map((table) => ({ table, privilege: 'SELECT' })),
    )
  })
})
