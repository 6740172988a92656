import type { AlertRule } from './rule.ts'
import type { SubjectKind } from './states.ts'

type SystemMeasure = Extract<AlertRule['condition'], { kind: 'system' }>['measure']

/** English names of what is no Thing and no zone; translations are messages `subject.<code>` with the parameter `key`. */
const NAMES = {
  all_sources: 'All sources',
  gateway: 'Gateway {key}',
  source: 'Source {key}',
  city: 'Entire city',
  ledger_difference: 'Ledger of received messages',
  queue_age_seconds: 'Messages that wait to be stored',
  disk_used_percent: 'Disk of the server',
  certificate_days_left: 'Certificate of the server',
} as const satisfies Readonly<Record<SystemMeasure, string>> & Readonly<Record<string, string>>
export type SubjectCode = keyof typeof NAMES
export const SUBJECT_CODES = Object.keys(NAMES) as SubjectCode[]

export const ALL_SOURCES = 'broker'
const GATEWAY = 'gateway:'
const SOURCE = 'source:'

type Subject = { readonly kind: SubjectKind; readonly id: string }
/** `key`: the gateway or source; '' of what there is one of */
export type SubjectName = { readonly code: SubjectCode; readonly key: string }

/** What a subject is called by, for translations; null for a Thing or zone, which has a name of its own. */
export function subjectNameOf({ kind, id }: Subject): SubjectName | null {
  if (kind === 'city') return { code: 'city', key: '' }
  if (kind === 'system' && id === ALL_SOURCES) return { code: 'all_sources', key: '' }
  if (kind === 'source')
    return id.startsWith(GATEWAY)
      ? { code: 'gateway', key: id.slice(GATEWAY.length) }
      : { code: 'source', key: id.startsWith(SOURCE) ? id.slice(SOURCE.length) : id }
  const isMeasure = kind === 'system' && Object.hasOwn(NAMES, id)
  return isMeasure ? { code: id as SubjectCode, key: '' } : null
}

/** For the API and the log; a reader sees the translation. */
export function englishNameOf(subject: Subject): string {
  const found = subjectNameOf(subject)
  return found === null ? subject.id : NAMES[found.code].replace('{key}', () => found.key)
}
