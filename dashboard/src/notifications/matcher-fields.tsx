import { useQuery } from '@tanstack/react-query'
import { SEVERITIES } from '#model/notifications/event.ts'
import { zonesQuery } from '../http/queries.ts'
import { useI18n } from '../i18n/formatters.ts'
import { TextEntry } from '../ui/text-entry.tsx'
import { Many } from './parts.tsx'

export type MatcherEntry = {
  readonly rule: string
  readonly subject: string
  readonly zone: readonly string[]
  readonly severity: readonly string[]
}
export const NO_MATCHERS: MatcherEntry = { rule: '', subject: '', zone: [], severity: [] }

const list = (text: string): string[] => text.split(/[,\s]+/).filter(Boolean)
/** What was entered, as the API takes it: fields without a value are left out. */
export const matchersOf = ({ rule, subject, zone, severity }: MatcherEntry): object =>
  Object.fromEntries(
    Object.entries({ rule: list(rule), subject: list(subject), zone, severity }).filter(
      ([, values]) => values.length > 0,
    ),
  )

type MatcherFieldsProps = { readonly value: MatcherEntry; readonly onChange: (value: MatcherEntry) => void }

/** What a silence or a window is about: at least one of the fields. */
export function MatcherFields({ value, onChange }: MatcherFieldsProps) {
  const { t, name } = useI18n()
  const zones = useQuery(zonesQuery).data?.features ?? []
  return (
    <>
      <p className="note">{t('notifications.matchers.hint')}</p>
      <TextEntry
        label={t('notifications.matchers.rule')}
        value={value.rule}
        onChange={(rule) => onChange({ ...value, rule })}
      />
      <TextEntry
        label={t('notifications.matchers.subject')}
        value={value.subject}
        onChange={(subject) => onChange({ ...value, subject })}
      />
      <Many
        label={t('notifications.matchers.zone')}
        options={zones.map(({ properties }) => ({ id: properties.key, label: properties.name }))}
        value={value.zone}
        onChange={(zone) => onChange({ ...value, zone })}
      />
      <Many
        label={t('notifications.matchers.severity')}
        options={SEVERITIES.map((id) => ({ id, label: name('notifications.severity', id) }))}
        value={value.severity}
        onChange={(severity) => onChange({ ...value, severity })}
      />
    </>
  )
}

/** The matchers of a stored silence or window, as text. */
export const matcherText = (matchers: object): string =>
  Object.entries(matchers)
    .map(([field, values]) => `${field}: ${(values as string[]).join(', ')}`)
    .join(' · ')
