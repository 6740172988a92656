import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEmbeddedDatabase } from '#infra/embedded/database/database.ts'

const root = mkdtempSync(join(tmpdir(), 'citywell-embedded-'))
const dataDir = join(root, 'city')
const children: ChildProcess[] = []

afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

/** Another process that opens the folder and reports each row after its commit. */
const WRITER = `
  import pg from 'pg'
  import { openEmbeddedDatabase } from '#infra/embedded/database/database.ts'
  const database = await openEmbeddedDatabase({ dataDir: process.argv[1] })
  const pool = new pg.Pool({ ...database.poolConfig, max: 4 })
  await pool.query('create table if not exists reading (n int not null, at timestamptz not null)')
  await pool.query("select create_hypertable('reading', 'at', if_not_exists => true)")
  console.log('open')
  let n = 0
  const write = async () => {
    for (;;) {
      const row = n++
      await pool.query("insert into reading values ($1::int, timestamptz '2026-01-01' + $1::int * interval '1 hour')", [row])
      console.log(row)
    }
  }
  await Promise.all([write(), write()])`

function startWriter() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, dataDir], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  return { child, lines: createInterface({ input: child.stdout }) }
}

async function readRows() {
  const database = await openEmbeddedDatabase({ dataDir })
  const pool = new pg.Pool(database.poolConfig)
  try {
    return (await pool.query('select n from reading order by n')).rows.map(({ n }) => n as number)
  } finally {
    await pool.end()
    await database.close()
  }
}

describe('a process that is killed', () => {
  const reported: number[] = []
  let writer: ReturnType<typeof startWriter>

  beforeAll(async () => {
    writer = startWriter()
    const enough = new Promise<void>((resolve) => {
      writer.lines.on('line', (line) => {
        if (line !== 'open') reported.push(Number(line))
        if (reported.length === 300) resolve()
      })
    })
    await enough
  }, 60_000)

  test('keeps others out of its folder while it lives', async () => {
    await expect(openEmbeddedDatabase({ dataDir })).rejects.toMatchObject({
      code: 'DATA_DIR_IN_USE',
      message: expect.stringContaining(`process ${writer.child.pid}`),
    })
  })

  test('leaves every committed row behind, and the next one opens the folder', async () => {
    const gone = new Promise((resolve) => writer.child.once('exit', resolve))
    writer.child.kill('SIGKILL')
    await gone
    const rows = await readRows()
    const stored = new Set(rows)
    expect(reported.filter((n) => !stored.has(n))).toEqual([])
    expect(stored.size).toBe(rows.length)
  }, 60_000)

  test('a lock whose pid belongs to another process by now is taken over', async () => {
    writeFileSync(join(dataDir, 'lock'), JSON.stringify({ pid: process.pid, started: '1' }))
    expect((await readRows()).length).toBeGreaterThan(0)
    expect(existsSync(join(dataDir, 'lock'))).toBe(false)
  }, 60_000)
})

describe('a database that breaks down', () => {
  // deeper than the stack of the thread: a server says "stack depth limit exceeded", WebAssembly traps
  const DEADLY = `select ${'1+'.repeat(100_000)}1`

  test('tells every client, opens again by itself, and keeps what was committed', async () => {
    const failures: Error[] = []
    const database = await openEmbeddedDatabase({
      dataDir: join(root, 'broken'),
      onFailure: (error) => failures.push(error),
    })
    const pool = new pg.Pool({ ...database.poolConfig, max: 3 })
    pool.on('error', () => {})
    await pool.query('create table kept (n int); insert into kept values (1)')
    const told = { code: 'DATABASE_FAILED', message: expect.stringContaining('has stopped') }
    const deadly = pool.query(DEADLY)
    const others = [pool.query('select 1'), pool.query('select 2')]
    for (const query of [deadly, ...others]) await expect(query).rejects.toMatchObject(told)
    await expect
      .poll(() => pool.query('select n from kept').then(({ rows }) => rows, String), { timeout: 30_000 })
      .toEqual([{ n: 1 }])
    expect(failures).toEqual([])
    await pool.end()
    await database.close()
  }, 60_000)

  test('gives up when it breaks down again and again, and says so once', async () => {
    const failures: Error[] = []
    const folder = join(root, 'hopeless')
    const database = await openEmbeddedDatabase({ dataDir: folder, onFailure: (error) => failures.push(error) })
    const pool = new pg.Pool({ ...database.poolConfig, max: 1 })
    pool.on('error', () => {})
    await expect
      .poll(
        async () => {
          await pool.query(DEADLY).catch(() => {})
          return failures.length
        },
        { timeout: 50_000 },
      )
      .toBe(1)
    await expect(pool.query('select 3')).rejects.toMatchObject({ code: 'DATABASE_FAILED' })
    await pool.end()
    await database.close()
    expect(existsSync(join(folder, 'lock'))).toBe(false)
  }, 60_000)
})

describe('a folder that cannot be used', () => {
  const refused = { code: 'DATA_DIR_DAMAGED', message: expect.stringContaining('Move it away') }

  test('files of another PostgreSQL version', async () => {
    writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '15\n')
    await expect(openEmbeddedDatabase({ dataDir })).rejects.toMatchObject(refused)
    writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '17\n')
  })

  test('a control file cut short', async () => {
    const control = join(dataDir, 'postgres/global/pg_control')
    const intact = readFileSync(control)
    truncateSync(control, 100)
    await expect(openEmbeddedDatabase({ dataDir })).rejects.toMatchObject(refused)
    expect(existsSync(join(dataDir, 'lock'))).toBe(false)
    writeFileSync(control, intact)
    expect((await readRows()).length).toBeGreaterThan(0)
  }, 60_000)

  test('a missing part', async () => {
    rmSync(join(dataDir, 'postgres/pg_xact'), { recursive: true })
    await expect(openEmbeddedDatabase({ dataDir })).rejects.toMatchObject(refused)
  })

  test('a path that is a file', async () => {
    const file = join(root, 'file')
    writeFileSync(file, '')
    await expect(openEmbeddedDatabase({ dataDir: file })).rejects.toMatchObject({ code: 'DATA_DIR_DAMAGED' })
  })
})
