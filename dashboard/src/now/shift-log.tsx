import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import type { Incident } from '#model/api/alerts.ts'
import type { ShiftEntry } from '#model/api/shift-log.ts'
import { usePermission } from '../http/session.ts'
import { shiftLogQuery } from '../http/shift-log.ts'
import { useI18n } from '../i18n/formatters.ts'
import { useLive } from '../live/use-live.ts'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { ShiftEntryCard } from './shift-entry.tsx'
import { ShiftForm } from './shift-form.tsx'
import './shift-log.css'

const PAGE = 20
const MOST = 200

/** The hand-over that waits for somebody to accept it, before everything else. */
export function WaitingHandover() {
  const { t } = useI18n()
  const isPermitted = usePermission('shifts')
  const { data } = useQuery(shiftLogQuery(isPermitted, PAGE))
  useLiveShiftLog()
  if (!data?.waiting) return null
  return (
    <section className="shift-log__waiting" aria-label={t('shift.waiting')}>
      <p className="eyebrow">{t('shift.waiting')}</p>
      <ShiftEntryCard entry={data.waiting} />
    </section>
  )
}

/** What operators wrote down, newest first, and where they write. */
export function ShiftLog({ open }: { readonly open: readonly Incident[] }) {
  const { t } = useI18n()
  const isPermitted = usePermission('shifts')
  const mayWrite = usePermission('operate')
  const [limit, setLimit] = useState(PAGE)
  const { data, error, refetch } = useQuery(shiftLogQuery(isPermitted, limit))
  return (
    <section className="shift-log" aria-labelledby="shift-log">
      <h2 id="shift-log" className="shift-log__title">
        {t('shift.title')}
      </h2>
      <MissingPermission to="shifts" />
      {mayWrite && <ShiftForm open={open} />}
      {error && !data && <Problem error={error} retry={refetch} />}
      {data?.entries.length === 0 && <p className="note">{t('shift.none')}</p>}
      {data && (
        <ol className="shift-log__entries" aria-label={t('shift.entries')}>
          {data.entries.filter(isListed).map((entry) => (
            <li key={entry.id}>
              <ShiftEntryCard entry={entry} />
            </li>
          ))}
        </ol>
      )}
      {data?.next && limit < MOST && (
        <Button className="button button--small" onPress={() => setLimit(Math.min(MOST, limit + 60))}>
          {t('shift.more')}
        </Button>
      )}
    </section>
  )
}

/** What waits stands above already. */
const isListed = ({ handover }: ShiftEntry): boolean => handover?.state !== 'waiting'

/** Reads the log again as soon as the live feed says that something was written. */
function useLiveShiftLog(): void {
  const client = useQueryClient()
  const { shiftEvents } = useLive()
  useEffect(() => {
    if (shiftEvents > 0) void client.invalidateQueries({ queryKey: ['shift-log'] })
  }, [client, shiftEvents])
}
