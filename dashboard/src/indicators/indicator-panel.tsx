import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { IndicatorsResponse } from '#model/api/indicators.ts'
import type { DataPointValue, IndicatorValue } from '#model/indicators/catalogue/schema.ts'
import { localiseValues } from '#model/indicators/names/localise.ts'
import { evidenceScript } from '#model/reproduce/scripts.ts'
import { cityQuery } from '../http/city-query.ts'
import { indicatorQuery } from '../http/queries.ts'
import { useI18n } from '../i18n/formatters.ts'
import { citationOf } from '../reproduce/citation.ts'
import { Reproduce } from '../reproduce/reproduce.tsx'
import { useViewState } from '../state/use-view-state.ts'
import { Loading } from '../ui/loading.tsx'
import { Problem } from '../ui/problem.tsx'
import { Band } from './band.tsx'
import { EvidenceTree } from './evidence-tree.tsx'
import { IndicatorHistory } from './indicator-history.tsx'
import { missingText, Quantity } from './indicator-table.tsx'
import { IndicatorZones } from './indicator-zones.tsx'
import './indicator-panel.css'

type Definition = IndicatorsResponse['indicators'][number]

/** One indicator: value, score, definition, and the evidence down to what was counted. */
export function IndicatorPanel({ code, definition }: { code: string; definition: Definition | undefined }) {
  const [{ period }] = useViewState()
  const { t, date, dateTime, named } = useI18n()
  const answer = useQuery(indicatorQuery(code, period))
  const data = answer.data && localiseValues(answer.data, named)
  return (
    <article className="indicator">
      <p className="eyebrow">{code}</p>
      <h2 className="selection__title">{data?.name ?? named('indicator', code, definition?.name ?? code)}</h2>
      {definition && <p>{definition.definition}</p>}
      {answer.error && <Problem error={answer.error} retry={answer.refetch} />}
      {answer.isLoading && <Loading />}
      {data && (
        <>
          <p className="note">
            {t(data.period.partial ? 'indicators.period.partial' : 'indicators.period', {
              from: date(data.period.from),
              to: date(data.period.to),
              computed: dateTime(data.computedAt),
            })}
          </p>
          {data.values.map((value) => (
            <DataPoint key={value.dataPoint} code={code} value={value} several={data.values.length > 1}>
              <ReproduceValue indicator={data} value={value} />
            </DataPoint>
          ))}
        </>
      )}
      {definition && <DefinitionFacts definition={definition} />}
    </article>
  )
}

type DataPointProps = {
  readonly code: string
  readonly value: DataPointValue
  readonly several: boolean
  /** what follows the evidence */
  readonly children: ReactNode
}

function DataPoint({ code, value, several, children }: DataPointProps) {
  const { t, name, percent, integer, number, unit } = useI18n()
  return (
    <section className="point">
      {several && <h3 className="selection__heading">{value.name}</h3>}
      <p className="point__value">
        <Quantity value={value} />
      </p>
      {value.value === null && <Missing value={value} />}
      {value.score && (
        <p className="point__score">
          <Band points={value.score.points} />{' '}
          {t('score.of', {
            points: value.score.points,
            performance: percent(value.score.performance / 100),
            benchmark: `${number(value.score.benchmark)} ${unit(value.unit)}`,
            basis: name('basis', value.score.basis),
          })}
        </p>
      )}
      {value.own && <OwnGoal value={value} own={value.own} />}
      {value.value !== null && (
        <p className="note">
          {t('indicators.basis', {
            origin: value.origin ? name('origin', value.origin) : t('none'),
            n: value.n === null ? t('none') : integer(value.n),
            capture: value.dataCapture === null ? t('none') : percent(value.dataCapture),
          })}
        </p>
      )}
      <IndicatorHistory code={code} value={value} />
      {value.value !== null && <IndicatorZones code={code} dataPoint={value.dataPoint} />}
      {value.evidence && (
        <>
          <h3 className="selection__heading">{t('evidence.title')}</h3>
          <EvidenceTree evidence={value.evidence} />
          {children}
        </>
      )}
    </section>
  )
}

/** How to compute the value again from the leaves of its evidence, and how to cite it. */
function ReproduceValue({ indicator, value }: { indicator: IndicatorValue; value: DataPointValue }) {
  const i18n = useI18n()
  const city = useQuery(cityQuery).data
  const { code, name, period, computedAt } = indicator
  const point = value.dataPoint === '' ? '' : `: ${value.name}`
  const title = `${name}${point} (${code})`
  return (
    <Reproduce
      name={[code.replaceAll(':', '-'), value.dataPoint, period.label].filter(Boolean).join('-')}
      script={(language) => (value.evidence ? evidenceScript(language, value.evidence) : undefined)}
      citation={citationOf(
        { city: city?.name ?? '', title, period: i18n.name('period', period.label), computedAt },
        i18n,
      )}
    />
  )
}

/** Why there is no value; what the API says in detail is English. */
function Missing({ value }: { value: DataPointValue }) {
  const i18n = useI18n()
  const text = missingText(value, i18n)
  return (
    <>
      <p className="point__need">{text}</p>
      {value.missing !== null && value.missing !== text && (
        <p className="note" lang="en" dir="ltr">
          {value.missing}
        </p>
      )}
    </>
  )
}

/** The city's own benchmark and target; they are not part of any U4SSC score. */
function OwnGoal({ value, own }: { value: DataPointValue; own: NonNullable<DataPointValue['own']> }) {
  const { t, percent, quantity } = useI18n()
  const { benchmark, score, target, targetYear, source } = own
  return (
    <p className="point__score">
      {benchmark !== null && score && (
        <>
          <Band points={score.points} />{' '}
          {t('goal.score', {
            performance: percent(score.performance / 100),
            benchmark: quantity(benchmark, value.unit),
          })}{' '}
        </>
      )}
      {target !== null && t('goal.shown', { target: quantity(target, value.unit), year: String(targetYear) })}{' '}
      {source && <span className="note">{source}</span>}
    </p>
  )
}

function DefinitionFacts({ definition }: { definition: Definition }) {
  const { t, name } = useI18n()
  const facts: [string, string][] = [
    [t('definition.numerator'), definition.numerator],
    [t('definition.denominator'), definition.denominator],
    [t('definition.direction'), name('direction', definition.direction)],
    [t('definition.type'), `${name('tier', definition.tier)}, ${name('type', definition.type)}`],
    [t('definition.ways'), definition.ways.map((way) => name('origin', way)).join(', ')],
    [t('definition.sdg'), definition.sdg ?? t('none')],
  ]
  return (
    <>
      <h3 className="selection__heading">{t('definition.title')}</h3>
      <dl className="facts">
        {facts.map(([term, text]) => (
          <div key={term} className="facts__row">
            <dt>{term}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}
