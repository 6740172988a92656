import { BANDS, type GroupScore } from '#model/indicators/catalogue/schema.ts'
import { MIN_SCORED_SHARE, shownScore } from '#model/indicators/score.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Band } from './band.tsx'
import './score-summary.css'

/** The city and its three dimensions, each score with its coverage. */
export function ScoreSummary({ groups }: { groups: readonly GroupScore[] }) {
  const { t } = useI18n()
  const shown = groups.filter(({ level }) => level === 'city' || level === 'dimension')
  return (
    <ul className="scores">
      {shown.map((group) => (
        <li key={`${group.level}${group.name}`} className={`score score--${group.level}`}>
          <h2 className="score__name">{group.level === 'city' ? t('score.city') : group.name}</h2>
          <ScoreLine group={group} />
        </li>
      ))}
    </ul>
  )
}

export function ScoreLine({ group }: { group: GroupScore | null }) {
  const { t, percent, integer } = useI18n()
  if (!group) return null
  const score = shownScore(group)
  const tooFew = score === null && group.scored > 0
  return (
    <p className="score__line">
      <span className="score__value">{score === null ? t('none') : percent(score / 100)}</span>
      {score !== null && group.band && <Band points={BANDS.indexOf(group.band) + 1} />}
      <span className="note">
        {t(tooFew ? 'score.tooFew' : 'score.coverage', {
          scored: integer(group.scored),
          reported: integer(group.reported),
          of: integer(group.dataPoints),
          least: percent(MIN_SCORED_SHARE, 0),
        })}
      </span>
    </p>
  )
}
