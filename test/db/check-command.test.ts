/** `npm run check` as an operator runs it: what it prints and how it ends. */
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { openTestDatabase } from '#test/environment.ts'

const MAIN = resolve(import.meta.dirname, '../../domain/invariants/main.ts')
const check = (url: string): Promise<{ code: number; output: string }> =>
  new Promise((done) => {
    const env = { ...process.env, DATABASE_URL: url }
    execFile(process.execPath, [MAIN], { env }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    )
  })

test('ends with 0 on a healthy database and with 1 on one that was tampered with', async ({ skip }) => {
  const database = await openTestDatabase()
  try {
    if (!database.url) return skip('the embedded database belongs to its process')
    expect(await check(database.url)).toMatchObject({ code: 0, output: expect.not.stringContaining('FAILS') })
    await database.pool.query(`insert into observation values (4242, now(), 1, 1, 0)`)
    const tampered = await check(database.url)
    expect(tampered.code).toBe(1)
    expect(tampered.output).toContain('Datastream 4242 in observation')
    expect(tampered.output).toContain('1 are there that nobody booked')
  } finally {
    await database.close()
  }
})
