import { inspect } from 'node:util'
import { plainStart } from '#model/text/storable-text.ts'

export const MAX_DETAIL_LENGTH = 2_000

/** Text for a database error, or for anything else that was thrown. */
export function describeError(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  const text = typeof message === 'string' ? message : `thrown: ${inspect(error, { depth: 1 })}`
  return plainStart(typeof code === 'string' ? `${code} ${text}` : text, MAX_DETAIL_LENGTH)
}
