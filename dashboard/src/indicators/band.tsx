import { useI18n } from '../i18n/formatters.ts'
import './band.css'

/** One to four points as four steps, with the number for screen readers. */
export function Band({ points }: { points: number }) {
  const { t } = useI18n()
  return (
    <span className="band" role="img" aria-label={t('score.points', { points })}>
      {[1, 2, 3, 4].map((step) => (
        <span key={step} className={step <= points ? 'band__step band__step--full' : 'band__step'} />
      ))}
    </span>
  )
}
