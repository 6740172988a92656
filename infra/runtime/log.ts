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

/** A connection URL without its password, for logs and messages. */
export function withoutSecret(url: string): string {
  try {
    const parsed = new URL(url)
    if (parsed.password) parsed.password = '***'
    return parsed.toString()
  } catch {
    return '(unreadable URL)'
  }
}
