/**
 * Errors after which the same statement may succeed later, by SQLSTATE (PostgreSQL documentation, appendix A) and by
 * the codes Node gives to broken connections. Never by message text.
 */
const TRANSIENT_CLASSES = new Set(['08', '53', '57', '58'])
/** Serialization failure, deadlock, lock not available: another transaction was in the way, the database is well. */
const CONTENTION_CODES = new Set(['40001', '40P01', '55P03'])
const TRANSIENT_CODES = new Set([...CONTENTION_CODES, '25006', '25P03'])
const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  // the embedded database broke down and is being opened again
  'DATABASE_FAILED',
])
/** 57014: the statement was cancelled or timed out. It would time out again. */
const FINAL_CODES = new Set(['57014'])

const codeOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

/** True when a retry makes sense: the database is unreachable, overloaded, restarting, or a deadlock was broken. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error)
  // pg gives no code to "Connection terminated" and to its own connect time-out: both are lost connections.
  if (code === undefined) return error instanceof Error && !('severity' in error) && isPgConnectionError(error)
  if (FINAL_CODES.has(code)) return false
  if (CONNECTION_CODES.has(code) || TRANSIENT_CODES.has(code)) return true
  return code.length === 5 && TRANSIENT_CLASSES.has(code.slice(0, 2))
}

/** True when two transactions met and this one had to give way: the same will do a moment later. */
export const isContention = (error: unknown): boolean => CONTENTION_CODES.has(codeOf(error) ?? '')

/** True when the data of the statement is at fault (SQLSTATE classes 22 and 23): one bad row fails its batch. */
export function isDataError(error: unknown): boolean {
  const code = codeOf(error)
  return code !== undefined && code.length === 5 && (code.startsWith('22') || code.startsWith('23'))
}

const PG_CONNECTION_ERROR =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/
const isPgConnectionError = (error: Error): boolean => PG_CONNECTION_ERROR.test(error.message)
