import { destination, type Logger, pino, stdSerializers } from 'pino'

export type { Logger }

/** What may carry a secret never reaches the log, wherever it is nested at the first two levels. */
const SECRETS = ['password', 'key', 'apiKey', 'authorization', 'databaseUrl', 'mqttUrl', 'connectionString']

/** The password ends at the last `@` of a word, because one that is not percent-encoded may contain others. */
const PASSWORD_IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>@:/]*:)[^\s"'<>]*@/gi

/** One JSON line an event on standard error; LOG_LEVEL sets the level (default info). */
export function createLog(name: string, level = process.env['LOG_LEVEL'] ?? 'info'): Logger {
  return pino(
    {
      ...{ name, level },
      redact: { paths: [...SECRETS, ...SECRETS.map((path) => `*.${path}`)], censor: '[hidden]' },
      serializers: { err: describeError },
      hooks: { streamWrite: withoutPasswords },
    },
    destination({ fd: 2, sync: true }),
  )
}

/** pg hangs its whole client on the error of an idle connection. */
function describeError(error: Error): object {
  const { client: _client, ...described } = stdSerializers.err(error) as object & { client?: unknown }
  return described
}

/** Text of which nobody knows what is in it, such as the message of another package: URLs in it lose their passwords. */
export const withoutPasswords = (text: string): string => text.replace(PASSWORD_IN_URL, '$1***@')

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
  // a token that stands alone
  else if (parsed.username && !parsed.protocol.startsWith('postgres')) parsed.username = '***'
  for (const name of parsed.searchParams.keys()) {
    if (/pass|key|secret|token/i.test(name)) parsed.searchParams.set(name, '***')
  }
  return parsed.toString()
}
