import { destination, type Logger, pino } from 'pino'

export type { Logger }

/** What may carry a secret never reaches the log, wherever it is nested at the first two levels. */
const SECRETS = ['password', 'key', 'apiKey', 'authorization', 'databaseUrl', 'mqttUrl', 'connectionString']

/** One JSON line an event on standard error; LOG_LEVEL sets the level (default info). */
export function createLog(name: string, level = process.env['LOG_LEVEL'] ?? 'info'): Logger {
  return pino(
    { name, level, redact: { paths: [...SECRETS, ...SECRETS.map((path) => `*.${path}`)], censor: '[hidden]' } },
    destination({ fd: 2, sync: true }),
  )
}

/**
 * Whether a connection URL keeps its password where a URL has it. A password with `/` that is not percent-encoded ends
 * the authority early, and the rest of it stands in the path, the query or the fragment, up to the `@`.
 */
export function isSafeToLog(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { pathname, search, hash } = new URL(url)
  return !`${pathname}${search}${hash}`.includes('@')
}

/** A connection URL without its password, for logs and messages. */
export function withoutSecret(url: string): string {
  if (!isSafeToLog(url)) return '(unreadable URL)'
  const parsed = new URL(url)
  if (parsed.password) parsed.password = '***'
  for (const name of parsed.searchParams.keys()) {
    if (/pass|key|secret|token/i.test(name)) parsed.searchParams.set(name, '***')
  }
  return parsed.toString()
}
