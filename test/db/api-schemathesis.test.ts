import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addThing, KEY, openTestApi, type TestApi } from './api-fixture.ts'

/**
 * The API against its own document: schemathesis (schemathesis.io) makes requests that fit /openapi.json and requests that
 * do not, with all of its checks and phases. schemathesis.toml names the conditions that the document cannot express.
 */
const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '..', '..')
const EXAMPLES = 2

type Result = { readonly code: number; readonly output: string }

async function schemathesis(...args: string[]): Promise<Result> {
  const env = { ...process.env, PATH: `${join(ROOT, '.venv', 'bin')}:${process.env['PATH']}` }
  try {
    const { stdout } = await run('schemathesis', args, { cwd: ROOT, env, maxBuffer: 50_000_000 })
    return { code: 0, output: stdout }
  } catch (error) {
    const { code, stdout = '' } = error as { code?: number | string; stdout?: string }
    return { code: typeof code === 'number' ? code : -1, output: stdout || String(error) }
  }
}

const installed = (await schemathesis('--version')).code === 0

describe.skipIf(!installed)(
  `the document is true${installed ? '' : ' (skipped: schemathesis is not installed)'}`,
  () => {
    let api: TestApi
    let url: string
    beforeAll(async () => {
      api = await openTestApi()
      await addThing(api.pool, { key: 'air-1' }, 'pm25')
      url = await api.app.listen({ port: 0, host: '127.0.0.1' })
    })
    afterAll(() => api?.close())

    test.each([
      ['without credentials', []],
      ['with the key', ['-H', `Authorization: Bearer ${KEY}`]],
    ])(
      '%s',
      async (_, credentials) => {
        const bounds = ['-n', String(EXAMPLES), '--seed', '1', '--no-shrink', '--generation-database', 'none']
        const place = [`${url}/openapi.json`, '--url', url, '--no-color', '--request-timeout', '30']
        const { code, output } = await schemathesis('run', ...place, ...bounds, ...credentials)
        const failures = output.slice(Math.max(0, output.search(/=+ (ERRORS|FAILURES) =+/)))
        expect(code, failures.slice(0, 20_000)).toBe(0)
        expect(output).toMatch(/Tested: [1-9]\d/)
      },
      // thousands of requests, at the pace of the machine
      600_000,
    )
  },
)
