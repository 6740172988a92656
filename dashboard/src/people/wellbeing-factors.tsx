import type { WellbeingResponse } from '#model/api/wellbeing.ts'
import { type Tools, useTools } from '../i18n/tools.ts'
import { WhiskerChart } from '../ui/whisker-chart.tsx'

type Dimension = WellbeingResponse['dimensions'][number]
type Beside = WellbeingResponse['environment'][number]['indicators'][number]

/** One decimal. */
export const score = (value: number, tools: Tools): string => tools.number(Math.round(value * 10) / 10)

/** A dimension: what people say of each factor, what is measured beside it, and where the two disagree. */
export function DimensionPart({ dimension }: { dimension: Dimension }) {
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
          {dimension.factors.map(({ id, score: own, beside, disagreement }) => (
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
              <td>
                {beside.length === 0 ? t('none') : <BesideList values={beside} />}
                {disagreement && <p className="wellbeing__disagreement">{t(`wellbeing.${disagreement}`)}</p>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

export function BesideList({ values }: { values: readonly Beside[] }) {
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
