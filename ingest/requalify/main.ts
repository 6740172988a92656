/** `npm run requalify`: re-evaluates the quality flags of stored observations. docs/quality.md */
import { createPool } from '#infra/db/pool.ts'
import { COMMAND_LIMIT_MS, untilReachable } from '#infra/db/until-reachable.ts'
import { readCommandLine } from '#infra/runtime/command-line.ts'
import { loadConfig } from '#infra/runtime/config.ts'
import { createLog } from '#infra/runtime/log.ts'
import { runMain } from '#infra/runtime/main.ts'
import { AppError } from '#model/basics/errors.ts'
import { isPropertyName } from '#model/observation/properties.ts'
import { requalify } from './requalify.ts'

const HELP = `Re-evaluates the quality flags of stored observations by the current rules.

  npm run requalify -- --from 2026-05-01 --to 2026-06-01 [--property pm2_5]

  --from, --to     dates or instants (ISO 8601; UTC without an offset); --to is exclusive
  --property NAME  one observed property; default: all
  --help           this text

Safe to stop, to repeat, and to run while the city runs.
Environment: DATABASE_URL, the server whose observations are re-evaluated.
`

await runMain(async (scope) => {
  const values = readCommandLine(HELP, {
    from: { type: 'string' },
    to: { type: 'string' },
    property: { type: 'string' },
  })
  if (!values) return 'done'
  const { databaseUrl } = loadConfig()
  const log = createLog('requalify')
  if (!databaseUrl)
    throw new AppError(
      'CONFIG_INVALID',
      'DATABASE_URL is not set: set it to the server whose observations are re-evaluated',
    )
  const window = { fromMs: instant('--from', values.from), toMs: instant('--to', values.to) }
  if (window.fromMs >= window.toMs) throw new AppError('CONFIG_INVALID', '--from must be before --to')
  const { property } = values
  if (property !== undefined && !isPropertyName(property))
    throw new AppError('CONFIG_INVALID', `--property: "${property}" is not an observed property`)
  const pool = createPool(
    { url: databaseUrl },
    { max: 2, applicationName: 'citywell-requalify', onIdleError: (error) => log.warn(error) },
  )
  scope.defer(() => pool.end())
  await untilReachable(pool, { url: databaseUrl, log, limitMs: COMMAND_LIMIT_MS })
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const counts = await requalify({
    ...{ pool, window, property, signal: stop.signal },
    onProgress: ({ fromMs, toMs }, name, sofar) =>
      log.info({ from: new Date(fromMs), to: new Date(toMs), property: name, ...sofar }, 're-evaluated'),
  })
  log.info(counts, stop.signal.aborted ? 're-evaluation stopped; the rest is unchanged' : 're-evaluation done')
  return 'done'
})

function instant(name: string, text: string | undefined): number {
  const ms = text === undefined ? Number.NaN : Date.parse(/^\d{4}-\d\d-\d\dT[^Z+]*$/.test(text) ? `${text}Z` : text)
  if (Number.isNaN(ms))
    throw new AppError('CONFIG_INVALID', `${name} is missing or not a date; for example ${name} 2026-05-01`)
  return ms
}
