import { ApiProblem } from '../http/client.ts'
import type { Words } from './words.ts'

/** What each page can say of itself, in its own language; for the rest the detail of the API stands in. */
const KNOWN: Readonly<Record<string, string>> = {
  CODE_UNKNOWN: 'erase.unknown',
  INVITATION_UNKNOWN: 'error.unknown',
  INVITATION_USED: 'error.used',
  FIELDWORK_CLOSED: 'error.closed',
}

/** What went wrong on the way, in the language of the page as far as it can be said there. */
export function problemWords(error: unknown, { t, has }: Words): string {
  if (!(error instanceof ApiProblem) || error.kind === 'unreachable') return t('error.unreachable')
  const seconds = Number(/(\d+) s$/.exec(error.detail)?.[1])
  if (error.code === 'RATE_LIMITED') return t('error.limit', { minutes: Math.max(1, Math.ceil(seconds / 60)) })
  const known = KNOWN[error.code]
  return known !== undefined && has(known) ? t(known) : t('error.refused', { detail: error.detail })
}
