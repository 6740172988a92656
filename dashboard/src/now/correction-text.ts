import type { AlertCorrection } from '#model/api/alerts.ts'
import type { Formatters } from '../i18n/formatters.ts'

type Correction = Pick<AlertCorrection, 'kind' | 'startedAt' | 'endedAt'>

/** What late data says of the past: "With late data: 10:04 to 10:06". */
export function correctionText({ kind, startedAt, endedAt }: Correction, { t, dateTime }: Formatters): string {
  if (startedAt === null) return t(`now.corrected.${kind}`, { span: '' })
  const from = dateTime(startedAt)
  const span = endedAt === null ? t('rules.error.since', { at: from }) : t('range', { from, to: dateTime(endedAt) })
  return t(`now.corrected.${kind}`, { span })
}

const KINDS: readonly string[] = ['would_have_fired', 'other_times', 'not_exceeded'] satisfies AlertCorrection['kind'][]

/** Of an entry of a timeline, if it is one. */
export function correctionOf({ correction, startedAt, endedAt }: Readonly<Record<string, unknown>>): Correction | null {
  if (typeof correction !== 'string' || !KINDS.includes(correction)) return null
  const time = (value: unknown): string | null => (typeof value === 'string' ? value : null)
  return { kind: correction as AlertCorrection['kind'], startedAt: time(startedAt), endedAt: time(endedAt) }
}
