import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { cityQuery } from '../http/city-query.ts'
import { type MessageId, useI18n } from '../i18n/formatters.ts'
import './loading.css'

/** From here on the reader is told why. */
const LONG_MS = 4_000

/** The share of a simulated history that is in while it is being loaded; null before and after. */
export function useHistoryShare(): number | null {
  const { data } = useQuery({ ...cityQuery, enabled: false })
  const share = data?.backfill ?? null
  return share !== null && share < 1 ? share : null
}

/**
 * In place of figures that are on their way. While a history is being loaded everything waits for it, which is said at once;
 * `long` is said of what takes long at other times.
 */
export function Loading({ long = 'app.loading' }: { readonly long?: MessageId }) {
  const { t, percent } = useI18n()
  const share = useHistoryShare()
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG_MS)
    return () => clearTimeout(timer)
  }, [])
  if (share === null) return <p className="loading">{t(isLong ? long : 'app.loading')}</p>
  return (
    <div className="loading">
      <p>{t('loading.history', { share: percent(share) })}</p>
      <progress className="loading__share" value={share} aria-label={t('flow.backfill')} />
    </div>
  )
}

/** Above figures that were computed while the history was being loaded. */
export function HistoryNote() {
  const { t, percent } = useI18n()
  const share = useHistoryShare()
  return share === null ? null : <p className="note">{t('loading.partial', { share: percent(share) })}</p>
}
