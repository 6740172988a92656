import { useEffect, useState } from 'react'
import { useI18n } from '../i18n/formatters.ts'

/** From here on the reader is told why. */
const LONG_MS = 4_000

/** In place of figures that are being computed. The first request for a survey works out what has to be suppressed in all of its tables. */
export function Computing() {
  const { t } = useI18n()
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG_MS)
    return () => clearTimeout(timer)
  }, [])
  return <p className="loading">{t(isLong ? 'people.computing' : 'app.loading')}</p>
}
