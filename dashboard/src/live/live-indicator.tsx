import { useI18n } from '../i18n/formatters.ts'
import { useLive, useNow } from './use-live.ts'

/** Whether the numbers move by themselves, and how old the newest is. Only a change of state is announced. */
export function LiveIndicator({ backfill }: { backfill: number | null }) {
  const { status, newest } = useLive()
  const now = useNow(5000)
  const { t, age, percent } = useI18n()
  const filling = backfill !== null && backfill < 1
  return (
    <div className={`live live--${status}`}>
      <span className="live__dot" aria-hidden="true" />
      <span className="live__state" role="status">
        {t(`live.${status}`)}
      </span>
      <span className="live__age">
        {filling
          ? t('live.backfill', { share: percent(backfill) })
          : newest === null
            ? t('live.nothing')
            : t('live.newest', { age: age(newest, Math.max(now, newest)) })}
      </span>
    </div>
  )
}
