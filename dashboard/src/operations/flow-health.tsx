import { ProgressBar } from 'react-aria-components'
import type { CityResponse } from '#model/api/city.ts'
import type { LedgerResponse } from '#model/api/ingest.ts'
import { useI18n } from '../i18n/formatters.ts'
import { isSilent, perSecond } from '../live/latest.ts'
import { arrivalText } from '../live/live-indicator.tsx'
import { useLive, useNow } from '../live/use-live.ts'
import './flow-health.css'

/** The state of the data flow: connection, rates, last arrival, history, workers. */
export function FlowHealth({ city, ledger }: { city: CityResponse; ledger: LedgerResponse | undefined }) {
  const i18n = useI18n()
  const { t, number, integer, percent } = i18n
  const live = useLive()
  const now = useNow(1000)
  const working = ledger?.workers.filter(({ alive }) => alive).length ?? 0
  const filling = city.backfill !== null && city.backfill < 1
  const rate = live.messagesPerSecond
  const tiles: { term: string; value: string; note: string }[] = [
    {
      term: t('flow.connection'),
      value: t(isSilent(live, now) ? 'live.silent' : `live.${live.status}`),
      note: arrivalText(live, now, i18n),
    },
    { term: t('flow.messages'), value: rate === null ? t('none') : number(rate), note: t('flow.messages.note') },
    {
      term: t('flow.observations'),
      value: number(perSecond(live.rate, now)),
      note: t('flow.observations.note'),
    },
    {
      term: t('flow.workers'),
      value: integer(working),
      note: t('flow.returned', { n: ledger?.returnedToBroker ?? 0 }),
    },
  ]
  return (
    <section className="flow" aria-label={t('flow.title')}>
      <dl className="flow__tiles">
        {tiles.map(({ term, value, note }) => (
          <div key={term} className="flow__tile">
            <dt>{term}</dt>
            <dd className="flow__value">{value}</dd>
            <dd className="note">{note}</dd>
          </div>
        ))}
      </dl>
      {filling && (
        <ProgressBar className="progress" value={(city.backfill ?? 0) * 100} aria-label={t('flow.backfill')}>
          <p>
            {t('flow.backfill')} <strong>{percent(city.backfill ?? 0)}</strong>
          </p>
          <div className="progress__track">
            <div className="progress__bar" style={{ inlineSize: `${(city.backfill ?? 0) * 100}%` }} />
          </div>
        </ProgressBar>
      )}
    </section>
  )
}
