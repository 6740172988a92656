import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import type { WellbeingResponse } from '#model/api/wellbeing.ts'
import { DIMENSION_IDS } from '#model/wellbeing/framework.ts'
import { useViewState } from '../app/use-view-state.ts'
import { WhiskerChart } from '../charts/whisker-chart.tsx'
import { wellbeingQuery } from '../http/people-queries.ts'
import { Problem } from '../http/problem.tsx'
import { type Tools, useTools } from '../messages/tools.ts'
import { PeriodSelect } from './period-select.tsx'

type Dimension = WellbeingResponse['dimensions'][number]
type Beside = WellbeingResponse['environment'][number]['indicators'][number]

/** The index as people perceive it, with weights to try out, how much it depends on them, and what is measured beside it. */
export function WellbeingPanel() {
  const tools = useTools()
  const { t } = tools
  const [{ period }] = useViewState()
  const [weights, setWeights] = useState<Record<string, number>>({})
  const text = useDeferredValue(
    Object.entries(weights)
      .map(([id, weight]) => `${id}:${weight}`)
      .join(','),
  )
  const answer = useQuery(wellbeingQuery(period, text))
  const { data } = answer
  return (
    <section className="people__part" aria-labelledby="wellbeing">
      <h2 id="wellbeing" className="people__heading">
        {t('wellbeing.title')}
      </h2>
      <p className="note">{t('wellbeing.lead')}</p>
      <div className="people__choices">
        <PeriodSelect />
      </div>
      {answer.error && <Problem error={answer.error} retry={answer.refetch} />}
      {!data && !answer.error && <p className="loading">{t('app.loading')}</p>}
      {data && (
        <div aria-busy={answer.isFetching}>
          <IndexFigure data={data} />
          <div className="wellbeing__weights">
            {DIMENSION_IDS.map((id) => (
              <div key={id} className="wellbeing__weight">
                <label htmlFor={`weight-${id}`}>
                  <span>{t('wellbeing.weight', { name: tools.name('dimension', id) })}</span>
                  <span>{tools.number(weights[id] ?? 1)}</span>
                </label>
                <input
                  id={`weight-${id}`}
                  type="range"
                  min={0}
                  max={3}
                  step={0.25}
                  value={weights[id] ?? 1}
                  onChange={(event) => setWeights({ ...weights, [id]: Number(event.target.value) })}
                />
              </div>
            ))}
          </div>
          {data.dimensions.map((dimension) => (
            <DimensionPart key={dimension.id} dimension={dimension} />
          ))}
          <EnvironmentPart environment={data.environment} />
        </div>
      )}
    </section>
  )
}

function IndexFigure({ data }: { data: WellbeingResponse }) {
  const tools = useTools()
  const { t } = tools
  const { index, sensitivity } = data
  if (index.value === null) return <p className="missing">{tools.name('wellbeing.missing', index.missing ?? '')}</p>
  const number = (value: number | null): string => (value === null ? t('none') : score(value, tools))
  return (
    <div>
      <p>
        <span className="wellbeing__index">{number(index.value)}</span>{' '}
        {t('wellbeing.interval', {
          lower: number(index.lower),
          upper: number(index.upper),
          n: tools.integer(index.n ?? 0),
        })}
      </p>
      {sensitivity && (
        <p className="note">
          {t('wellbeing.sensitivity', {
            draws: tools.integer(sensitivity.draws),
            p5: number(sensitivity.p5),
            p95: number(sensitivity.p95),
            linear: number(sensitivity.byNormalisation.linear),
            top: number(sensitivity.byNormalisation.top_two),
            geometric: number(sensitivity.byNormalisation.geometric),
          })}
        </p>
      )}
    </div>
  )
}

const score = (value: number, tools: Tools): string => tools.number(Math.round(value * 10) / 10)

function DimensionPart({ dimension }: { dimension: Dimension }) {
  const tools = useTools()
  const { t } = tools
  const name = tools.name('dimension', dimension.id)
  const missing = (why: string | null): string => tools.name('wellbeing.missing', why ?? '')
  const rows = dimension.factors
    .filter(({ score: own }) => own.missing !== 'not_asked')
    .map(({ id, score: own }) => ({ ...own, label: tools.name('factor', id), text: missing(own.missing) }))
  return (
    <section className="wellbeing__dimension" aria-label={name}>
      <h3>{name}</h3>
      <p className="note">
        {dimension.score.value === null
          ? missing(dimension.score.missing)
          : t('wellbeing.score', {
              value: score(dimension.score.value, tools),
              lower: score(dimension.score.lower ?? 0, tools),
              upper: score(dimension.score.upper ?? 0, tools),
            })}
      </p>
      <div className="people__pair">
        <figure>
          <figcaption>{t('wellbeing.perceived')}</figcaption>
          <WhiskerChart rows={rows} label={name} domain={[0, 100]} show={(value) => tools.integer(value)} />
        </figure>
        <FactorTable dimension={dimension} />
      </div>
    </section>
  )
}

function FactorTable({ dimension }: { dimension: Dimension }) {
  const tools = useTools()
  const { t } = tools
  const label = t('wellbeing.table', { name: tools.name('dimension', dimension.id) })
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="people__scroll" tabIndex={0} aria-label={label}>
      <table className="mini">
        <caption className="hidden">{tools.name('dimension', dimension.id)}</caption>
        <thead>
          <tr>
            <th scope="col">{t('wellbeing.column.factor')}</th>
            <th scope="col">{t('wellbeing.column.perceived')}</th>
            <th scope="col">{t('wellbeing.column.beside')}</th>
          </tr>
        </thead>
        <tbody>
          {dimension.factors.map(({ id, score: own, beside }) => (
            <tr key={id}>
              <th scope="row">{tools.name('factor', id)}</th>
              <td className={own.value === null ? 'missing' : undefined}>
                {own.value === null
                  ? tools.name('wellbeing.missing', own.missing ?? '')
                  : t('wellbeing.cell', {
                      value: score(own.value, tools),
                      lower: score(own.lower ?? 0, tools),
                      upper: score(own.upper ?? 0, tools),
                    })}
              </td>
              <td>{beside.length === 0 ? t('none') : <BesideList values={beside} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function BesideList({ values }: { values: readonly Beside[] }) {
  const tools = useTools()
  return (
    <ul>
      {values.map((one) => (
        <li key={`${one.code}/${one.dataPoint}`}>
          {one.dataPoint === '' ? one.indicator : `${one.indicator}, ${one.name}`}:{' '}
          {one.value === null ? tools.t('wellbeing.noValue') : tools.quantity(one.value, one.unit)}
          {one.origin && ` (${tools.name('origin', one.origin)})`}
        </li>
      ))}
    </ul>
  )
}

function EnvironmentPart({ environment }: Pick<WellbeingResponse, 'environment'>) {
  const tools = useTools()
  const { t } = tools
  return (
    <section className="wellbeing__dimension" aria-labelledby="environment-block">
      <h3 id="environment-block">{t('wellbeing.environment')}</h3>
      <p className="note">{t('wellbeing.environment.lead')}</p>
      <table className="mini">
        <caption className="hidden">{t('wellbeing.environment')}</caption>
        <tbody>
          {environment.map(({ id, indicators }) => (
            <tr key={id}>
              <th scope="row">{tools.name('environment', id)}</th>
              <td>
                <BesideList values={indicators} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
