import type { BriefResponse } from '#model/api/brief.ts'
import { useI18n } from '../i18n/formatters.ts'
import { ViewLink } from '../ui/view-link.tsx'
import { difference, indicatorName } from './speaker.ts'
import './brief.css'

/** What would change the score: coverage, the single improvements that give most, and what is not scored yet. */
export function LeversSection({ brief }: { brief: BriefResponse }) {
  const i18n = useI18n()
  const { t, integer } = i18n
  const { score, scoreChange, levers } = brief
  return (
    <section className="brief__section" aria-labelledby="brief-levers">
      <h2 id="brief-levers">{t('brief.levers')}</h2>
      <p>
        {t('brief.levers.state', {
          scored: integer(score.scored),
          dataPoints: integer(score.dataPoints),
          needed: integer(score.needed),
          scorable: integer(score.scorable),
        })}{' '}
        {t('brief.levers.withoutBenchmark', { n: integer(levers.withoutBenchmark) })}{' '}
        {scoreChange.now === null &&
          t('brief.same', { n: integer(scoreChange.dataPoints), needed: integer(score.needed) })}
      </p>
      <h3>{t('brief.levers.improve')}</h3>
      <Improve brief={brief} />
      <Report brief={brief} />
    </section>
  )
}

function Improve({ brief: { levers, period } }: { brief: BriefResponse }) {
  const i18n = useI18n()
  const { t, quantity } = i18n
  if (levers.improve.length === 0) return <p>{t('brief.levers.improve.none')}</p>
  return (
    <>
      <ul className="brief__list">
        {levers.improve.map((lever) => (
          <li key={`${lever.code} ${lever.dataPoint}`}>
            <ViewLink to={{ view: 'indicators', period: period.label, select: { type: 'indicator', key: lever.code } }}>
              {t('brief.levers.gain', {
                indicator: indicatorName(lever, i18n),
                value: quantity(lever.value, lever.unit),
                benchmark: quantity(lever.benchmark, lever.unit),
                gain: difference(lever.gain, '%', i18n),
              })}
            </ViewLink>
          </li>
        ))}
      </ul>
      <p className="note">{t('brief.levers.gain.note')}</p>
    </>
  )
}

function Report({ brief: { levers, period } }: { brief: BriefResponse }) {
  const i18n = useI18n()
  const { t, percent } = i18n
  const { report, ifReported } = levers
  if (!ifReported) return null
  return (
    <details className="brief__more">
      <summary>{t('brief.levers.report')}</summary>
      <p className="note">
        {t('brief.levers.report.lead', { low: percent(ifReported[0] / 100), high: percent(ifReported[1] / 100) })}
      </p>
      <ul className="brief__list">
        {report.map((lever) => (
          <li key={`${lever.code} ${lever.dataPoint}`}>
            <ViewLink to={{ view: 'indicators', period: period.label, select: { type: 'indicator', key: lever.code } }}>
              {indicatorName(lever, i18n)}
            </ViewLink>
          </li>
        ))}
      </ul>
    </details>
  )
}
