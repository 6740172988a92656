import type { RejectedResponse } from '#model/api/ingest.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Chips } from '../ui/chips.tsx'
import { Choice } from '../ui/choice.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import './rejected.css'

/** Which rejected messages are listed and replayed; empty text matches any. */
export type RejectedFilter = {
  readonly reason: string
  readonly source: string
  /** matches a part of the topic */
  readonly topic: string
  /** only messages not replayed yet */
  readonly waiting: boolean
}
export const EVERYTHING: RejectedFilter = { reason: '', source: '', topic: '', waiting: false }

/** id of the option for all sources; no source has this name */
const EVERY = '*'

type Props = {
  readonly filter: RejectedFilter
  readonly reasons: RejectedResponse['reasons']
  readonly sources: readonly string[]
  readonly onChange: (filter: RejectedFilter) => void
}

export function RejectedFilterForm({ filter, reasons, sources, onChange }: Props) {
  const { t, name, integer } = useI18n()
  const set = (change: Partial<RejectedFilter>): void => onChange({ ...filter, ...change })
  return (
    <>
      <Chips
        label={t('rejected.filter')}
        labelHidden
        chips={[
          { id: '', label: t('rejected.all', { n: integer(reasons.reduce((sum, { n }) => sum + n, 0)) }) },
          ...reasons.map(({ reason, n }) => ({
            id: reason,
            label: t('rejected.reason', { reason: name('rejection', reason), n: integer(n) }),
          })),
        ]}
        value={filter.reason}
        onChange={(reason) => set({ reason })}
      />
      <div className="operations__form">
        <TextEntry label={t('rejected.topic')} value={filter.topic} onChange={(topic) => set({ topic })} />
        {sources.length > 1 && (
          <Choice
            label={t('rejected.source')}
            choices={[{ id: EVERY, label: t('rejected.source.all') }, ...sources.map((id) => ({ id, label: id }))]}
            value={filter.source || EVERY}
            onChange={(id) => set({ source: id === EVERY ? '' : id })}
          />
        )}
        <label className="rejected__waiting">
          <input
            type="checkbox"
            className="message__select"
            checked={filter.waiting}
            onChange={(event) => set({ waiting: event.target.checked })}
          />
          {t('rejected.waiting')}
        </label>
      </div>
    </>
  )
}
