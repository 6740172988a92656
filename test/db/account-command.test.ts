/** `npm run account`: the first administrator, and one who has lost everything. */
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from './access-fixture.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

const MAIN = resolve(import.meta.dirname, '../../domain/access/main.ts')
let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api?.close())

function run(...args: string[]): Promise<{ code: number; output: string; errors: string }> {
  const env = { ...process.env, DATABASE_URL: api.database.url ?? '' }
  return new Promise((done) => {
    execFile(process.execPath, [MAIN, ...args], { env }, (error, output, errors) =>
      done({ code: error ? Number(error.code) : 0, output, errors }),
    )
  })
}

test('creates, lists and resets an account', async ({ skip }) => {
  if (!api.database.url) return skip('the embedded database belongs to its process')
  const created = await run('--create', 'Anna@city.example')
  expect(created).toMatchObject({
    code: 0,
    errors: '',
    output: expect.stringContaining('account anna@city.example, administrator'),
  })
  const passwordOf = (output: string) => /temporary password: (\S+)/.exec(output)?.[1] ?? ''
  const browser = openBrowser(api)
  expect((await browser.signIn('anna@city.example', passwordOf(created.output))).body).toMatchObject({
    role: 'administrator',
  })
  expect((await run('--list')).output).toBe('anna@city.example  administrator\n')
  const reset = await run('--reset', 'anna@city.example')
  expect((await browser.get('/account')).code).toBe('SESSION_ENDED')
  expect((await browser.signIn('anna@city.example', passwordOf(reset.output))).status).toBe(200)
  const { rows } = await api.pool.query(
    `select action, actor_kind from audit_entry where action like 'account.%' order by id`,
  )
  expect(rows).toEqual([
    { action: 'account.create', actor_kind: 'command' },
    { action: 'account.reset', actor_kind: 'command' },
  ])
})

test('refuses what it cannot do, with what is possible', async ({ skip }) => {
  if (!api.database.url) return skip('the embedded database belongs to its process')
  expect(await run()).toMatchObject({
    code: 1,
    errors: expect.stringContaining('use one of --create, --reset and --list'),
  })
  expect((await run('--create', 'x', '--role', 'king')).errors).toContain('"king" is not one of viewer, analyst')
  expect((await run('--create', 'a b')).errors).toContain('"a b" is not a name')
  expect((await run('--reset', 'nobody')).errors).toContain('there is no account named "nobody"')
})
