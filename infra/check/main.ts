/** `npm run check`: the invariants of the ledger and the store, on a live database. docs/delivery.md */
import { createPool } from '#infra/db/pool.ts'
import { readCommandLine } from '#infra/runtime/command-line.ts'
import { loadConfig } from '#infra/runtime/config.ts'
import { runMain } from '#infra/runtime/main.ts'
import { AppError } from '#model/errors.ts'
import { checkInvariants, type Finding } from './invariants.ts'

const HELP = `Verifies that no stored message was lost and that ledger, observations and rollups agree. Exit code 1 if not.

  npm run check

Environment: DATABASE_URL, the server to check. An embedded city is checked by GET /api/v1/ingest/check.
`

await runMain(async (scope) => {
  if (!readCommandLine(HELP, {})) return 'done'
  const { databaseUrl } = loadConfig()
  if (!databaseUrl) {
    throw new AppError(
      'CONFIG_INVALID',
      'DATABASE_URL is not set: it names the server to check. An embedded city is checked by GET /api/v1/ingest/check',
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
