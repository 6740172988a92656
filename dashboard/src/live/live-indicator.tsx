import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { isSilent } from './latest.ts'
import type { LiveState } from './live-store.ts'
import { useLive, useNow } from './use-live.ts'

/** When data last arrived; empty until the feed has said so. */
export function arrivalText(live: LiveState, now: number, i18n: Formatters): string {
  const age = arrivalAge(live, now, i18n)
  return live.lastReceived === null ? age : i18n.t('live.received', { age })
}

/** The same without the words around it, for the header. */
function arrivalAge({ lastReceived, ledger }: LiveState, now: number, { t, age }: Formatters): string {
  if (lastReceived !== null) return age(lastReceived, Math.max(now, lastReceived))
  return ledger === null ? '' : t('live.nothing')
}

/** Whether the numbers move by themselves, and when data last arrived. Only a change of state is announced. */
export function LiveIndicator({ backfill }: { backfill: number | null }) {
  const live = useLive()
  const now = useNow(1000)
  const i18n = useI18n()
  const { t, percent } = i18n
  const filling = backfill !== null && backfill < 1
  const silent = isSilent(live, now)
  const arrival = arrivalText(live, now, i18n)
  const detail = filling && !silent ? t('live.backfill', { share: percent(backfill) }) : arrival
  const short = filling && !silent ? percent(backfill) : arrivalAge(live, now, i18n)
  return (
    <div className={`live live--${silent ? 'silent' : live.status}`}>
      <span className="live__dot" aria-hidden="true" />
      <span className="live__state" role="status">
        {t(silent ? 'live.silent' : `live.${live.status}`)}
      </span>
      <span className="hidden">{detail}</span>
      <span className="live__age" title={detail} aria-hidden="true">
        {short}
      </span>
    </div>
  )
}
