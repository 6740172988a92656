/** Data that was changed in the files of the embedded database, by a disk or by hand, is noticed instead of served. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { migrate } from '#infra/db/migrate.ts'
import { openEmbeddedDatabase } from '#infra/embedded/database/database.ts'
import { crc32c, findDamagedPages } from '#infra/embedded/database/page-checksums.ts'

const root = mkdtempSync(join(tmpdir(), 'citywell-checksums-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const dataDir = join(root, 'database')
const files = join(dataDir, 'postgres')

async function withDatabase<T>(work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const database = await openEmbeddedDatabase({ dataDir })
  const pool = new pg.Pool(database.poolConfig)
  try {
    return await work(pool)
  } finally {
    await pool.end()
    await database.close()
  }
}

/** `npm run check` on the folder of a stopped city. */
const check = (): Promise<{ code: number; output: string }> =>
  new Promise((done) => {
    const env = { ...process.env, DATA_DIR: root, DATABASE_URL: '' }
    const main = resolve(import.meta.dirname, '../../domain/invariants/main.ts')
    execFile(process.execPath, [main], { env }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    )
  })

// The check value of CRC-32C in the catalogue of parametrised CRC algorithms.
test('CRC-32C of 123456789 is E3069283', () => expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283))

test('a changed value is an error of the database, named by the check, and never an answer', {
  timeout: 120_000,
}, async () => {
  const path = await withDatabase(async (pool) => {
    await migrate(pool as never)
    expect((await pool.query('show data_checksums')).rows).toEqual([{ data_checksums: 'on' }])
    await pool.query(`create table reading as select n, 12345.678::float8 as value from generate_series(1, 10032) n`)
    return (await pool.query<{ path: string }>(`select pg_relation_filepath('reading') as path`)).rows[0]?.path ?? ''
  })
  expect(findDamagedPages(files)).toEqual([])
  expect(await check()).toMatchObject({ code: 0, output: expect.stringContaining('every page has the checksum') })

  const file = join(files, path)
  const bytes = readFileSync(file)
  const [old, changed] = [Buffer.alloc(8), Buffer.alloc(8)]
  old.writeDoubleLE(12345.678)
  changed.writeDoubleLE(99999.999)
  const pages = new Set<number>()
  let n = 0
  for (let at = bytes.indexOf(old); at >= 0; at = bytes.indexOf(old, at + 8)) {
    changed.copy(bytes, at)
    n += 1
    pages.add(Math.floor(at / 8192))
  }
  expect(n).toBe(10_032)
  writeFileSync(file, bytes)

  expect(findDamagedPages(files)).toEqual([...pages].map((page) => ({ file: path, page })))
  expect(await check()).toMatchObject({ code: 1, output: expect.stringContaining(`${path}, page 0`) })
  // XX001: data_corrupted
  await expect(withDatabase((pool) => pool.query('select sum(value) from reading'))).rejects.toMatchObject({
    code: 'XX001',
  })
  expect(readdirSync(root)).toContain('database')
})
