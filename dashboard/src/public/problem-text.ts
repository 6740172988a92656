import { ApiProblem } from '../http/client.ts'
import type { PageI18n } from './i18n.ts'

/** Messages for error codes of the API. A page without the message shows the detail sent by the API. */
const MESSAGE_IDS: Readonly<Record<string, string>> = {
  CODE_UNKNOWN: 'erase.unknown',
  INVITATION_UNKNOWN: 'error.unknown',
  INVITATION_USED: 'error.used',
  FIELDWORK_CLOSED: 'error.closed',
}

/** An error as text in the language of the page. */
export function problemText(error: unknown, { t, has }: PageI18n): string {
  if (!(error instanceof ApiProblem) || error.kind === 'unreachable') return t('error.unreachable')
  const seconds = Number(/(\d+) s$/.exec(error.detail)?.[1])
  if (error.code === 'RATE_LIMITED') return t('error.limit', { minutes: Math.max(1, Math.ceil(seconds / 60)) })
  const id = MESSAGE_IDS[error.code]
  return id !== undefined && has(id) ? t(id) : t('error.refused', { detail: error.detail })
}
