import { useQuery } from '@tanstack/react-query'
import { receiversQuery, useNotificationAccess } from '../http/notifications.ts'
import { useI18n } from '../i18n/formatters.ts'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { MaintenanceWindows } from './maintenance-windows.tsx'
import { Messages } from './messages.tsx'
import { Receivers } from './receivers.tsx'
import { Silences } from './silences.tsx'
import './notifications.css'

/** Who is notified of what, what keeps messages back, and what became of them. */
export function Notifications() {
  const { t } = useI18n()
  const { isPermitted } = useNotificationAccess()
  const answer = useQuery(receiversQuery(isPermitted))
  return (
    <section aria-labelledby="notifications">
      <h2 id="notifications" className="operations__heading">
        {t('notifications.title')}
      </h2>
      <p className="note operations__note">{t('notifications.lead')}</p>
      <MissingPermission to="notify" />
      {answer.error && <Problem error={answer.error} retry={answer.refetch} />}
      {answer.data && (
        <div className="notifications">
          <Messages />
          <Receivers receivers={answer.data.receivers} />
          <Silences />
          <MaintenanceWindows />
        </div>
      )}
    </section>
  )
}
