import { useQuery } from '@tanstack/react-query'
import { scoreboardQuery } from '../http/queries.ts'
import { useI18n } from '../i18n/formatters.ts'
import { ScoreSummary } from '../indicators/score-summary.tsx'
import { useViewState } from '../state/use-view-state.ts'
import { periodChoices } from '../ui/periods.ts'
import { Problem } from '../ui/problem.tsx'
import './wall.css'

/** The score of the city and of its dimensions, with the period and what they rest on. */
export function WallIndicators() {
  const [{ period }] = useViewState()
  const i18n = useI18n()
  const { t } = i18n
  const { data, error, refetch } = useQuery(scoreboardQuery(period))
  if (error && !data) return <Problem error={error} retry={refetch} />
  if (!data) return <p className="loading">{t('app.loading')}</p>
  const label = periodChoices(period, new Date(), i18n).find(({ id }) => id === period)?.label ?? period
  return (
    <div className="wall__slide wall-indicators">
      <p className="wall__lead">{t('wall.period', { period: label })}</p>
      <ScoreSummary groups={data.groups} />
    </div>
  )
}
