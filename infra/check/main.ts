/**
 * `npm run check`: verifies on a live database (DATABASE_URL) that nothing was lost and nothing contradicts. Exit code 1
 * when something does. The embedded database belongs to its process: GET /api/v1/ingest/check asks there.
 */
import { createPool } from '#infra/db/pool.ts'
import { loadConfig } from '#infra/runtime/config.ts'
import { runMain } from '#infra/runtime/main.ts'
import { AppError } from '#model/errors.ts'
import { checkInvariants, type Finding } from './invariants.ts'

await runMain(async (scope) => {
  const { databaseUrl } = loadConfig()
  if (!databaseUrl) {
    throw new AppError(
      'CONFIG_INVALID',
      'DATABASE_URL is not set: it says which database to check. The one of npm start is asked at GET /api/v1/ingest/check',
    )
  }
  const pool = createPool({ url: databaseUrl }, { max: 1, applicationName: 'citywell-check', onIdleError: () => {} })
  scope.defer(() => pool.end())
  const findings = await checkInvariants(pool)
  process.stdout.write(`${findings.map(lines).join('\n')}\n`)
  if (findings.some(({ holds }) => !holds)) process.exitCode = 1
  return 'done'
})

function lines({ name, holds, text, examples }: Finding): string {
  const head = `${holds ? 'holds' : 'FAILS'}  ${name}\n       ${text}`
  return [head, ...examples.map((example) => `       - ${example}`)].join('\n')
}
