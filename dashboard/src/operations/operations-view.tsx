import { useQuery } from '@tanstack/react-query'
import type { CityResponse } from '#model/api/city.ts'
import { ledgerQuery } from '../http/queries.ts'
import { useI18n } from '../i18n/formatters.ts'
import { useLive } from '../live/use-live.ts'
import { Notifications } from '../notifications/notifications.tsx'
import { AlertRules } from '../rules/alert-rules.tsx'
import { Problem } from '../ui/problem.tsx'
import { FlowHealth } from './flow-health.tsx'
import { LedgerTable } from './ledger-table.tsx'
import { RawArchive } from './raw-archive.tsx'
import { Reconciliations } from './reconciliations.tsx'
import { RejectedMessages } from './rejected-messages.tsx'
import { VoiceModeration } from './voice-moderation.tsx'

/** Data flow, ledger, rejected messages and jobs. */
export default function OperationsView({ city }: { city: CityResponse }) {
  const { t } = useI18n()
  const answer = useQuery(ledgerQuery)
  const live = useLive().ledger
  // while connected, the live feed is more recent than the last response
  const ledger = live ?? answer.data
  return (
    <div className="operations">
      <h1 className="page-title">{t('operations.title')}</h1>
      <p className="lead">{t('operations.lead')}</p>
      <FlowHealth city={city} ledger={ledger} />
      <section aria-labelledby="ledger">
        <h2 id="ledger" className="operations__heading">
          {t('ledger.title')}
        </h2>
        <p className="note operations__note">{t('ledger.lead')}</p>
        {answer.error && !ledger && <Problem error={answer.error} retry={answer.refetch} />}
        {ledger && <LedgerTable ledger={ledger} />}
      </section>
      <AlertRules />
      <Notifications />
      <Reconciliations />
      <VoiceModeration />
      <RejectedMessages />
      <RawArchive />
    </div>
  )
}
