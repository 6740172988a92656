import { useI18n } from '../i18n/formatters.ts'
import { isSilent } from './latest.ts'
import { useLive, useNow } from './use-live.ts'

/** Whether the numbers move by themselves, and when data last arrived. Only a change of state is announced. */
export function LiveIndicator({ backfill }: { backfill: number | null }) {
  const live = useLive()
  const { status, lastReceived, ledger } = live
  const now = useNow(5000)
  const { t, age, percent } = useI18n()
  const filling = backfill !== null && backfill < 1
  const silent = isSilent(live, now)
  const arrival =
    lastReceived !== null
      ? t('live.received', { age: age(lastReceived, Math.max(now, lastReceived)) })
      : ledger === null
        ? ''
        : t('live.nothing')
  return (
    <div className={`live live--${silent ? 'silent' : status}`}>
      <span className="live__dot" aria-hidden="true" />
      <span className="live__state" role="status">
        {t(silent ? 'live.silent' : `live.${status}`)}
      </span>
      <span className="live__age">
        {filling && !silent ? t('live.backfill', { share: percent(backfill) }) : arrival}
      </span>
    </div>
  )
}
