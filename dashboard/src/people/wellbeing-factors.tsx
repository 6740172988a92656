import type { WellbeingResponse } from '#model/api/wellbeing.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Picture } from '../ui/picture/picture.tsx'
import { WhiskerChart } from '../ui/whisker-chart.tsx'
import './styles/people.css'
import './wellbeing.css'

type Dimension = WellbeingResponse['dimensions'][number]
type Beside = WellbeingResponse['environment'][number]['indicators'][number]

/** One decimal. */
export const score = (value: number, i18n: Formatters): string => i18n.number(Math.round(value * 10) / 10)

/** A dimension: survey result and measurement for each factor, and where the two disagree. */
export function DimensionPart({ dimension }: { dimension: Dimension }) {
  const i18n = useI18n()
  const { t } = i18n
  const name = i18n.name('dimension', dimension.id)
  const missing = (why: string | null): string => i18n.name('wellbeing.missing', why ?? '')
  const rows = dimension.factors
    .filter(({ score: own }) => own.missing !== 'not_asked')
    .map(({ id, score: own }) => ({ ...own, label: i18n.name('factor', id), text: missing(own.missing) }))
  return (
    <section className="wellbeing__dimension" aria-label={name}>
      <h3>{name}</h3>
      <p className="note">
        {dimension.score.value === null
          ? missing(dimension.score.missing)
          : t('wellbeing.score', {
              value: score(dimension.score.value, i18n),
              lower: score(dimension.score.lower ?? 0, i18n),
              upper: score(dimension.score.upper ?? 0, i18n),
            })}
      </p>
      <div className="people__pair">
        <figure>
          <figcaption>{t('wellbeing.perceived')}</figcaption>
          <Picture name={name}>
            <WhiskerChart rows={rows} label={name} domain={[0, 100]} show={(value) => i18n.integer(value)} />
          </Picture>
        </figure>
        <FactorTable dimension={dimension} />
      </div>
    </section>
  )
}

function FactorTable({ dimension }: { dimension: Dimension }) {
  const i18n = useI18n()
  const { t } = i18n
  const label = t('wellbeing.table', { name: i18n.name('dimension', dimension.id) })
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="people__scroll" tabIndex={0} aria-label={label}>
      <table className="mini">
        <caption className="hidden">{i18n.name('dimension', dimension.id)}</caption>
        <thead>
          <tr>
            <th scope="col">{t('wellbeing.column.factor')}</th>
            <th scope="col">{t('wellbeing.column.perceived')}</th>
            <th scope="col">{t('wellbeing.column.measured')}</th>
          </tr>
        </thead>
        <tbody>
          {dimension.factors.map(({ id, score: own, beside, disagreement }) => (
            <tr key={id}>
              <th scope="row">{i18n.name('factor', id)}</th>
              <td className={own.value === null ? 'missing' : undefined}>
                {own.value === null
                  ? i18n.name('wellbeing.missing', own.missing ?? '')
                  : t('wellbeing.cell', {
                      value: score(own.value, i18n),
                      lower: score(own.lower ?? 0, i18n),
                      upper: score(own.upper ?? 0, i18n),
                    })}
              </td>
              <td>
                {beside.length === 0 ? t('none') : <MeasuredList values={beside} />}
                {disagreement && <p className="wellbeing__disagreement">{t(`wellbeing.${disagreement}`)}</p>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

export function MeasuredList({ values }: { values: readonly Beside[] }) {
  const i18n = useI18n()
  return (
    <ul>
      {values.map((one) => (
        <li key={`${one.code}/${one.dataPoint}`}>
          {one.dataPoint === '' ? one.indicator : `${one.indicator}, ${one.name}`}:{' '}
          {one.value === null ? i18n.t('wellbeing.noValue') : i18n.quantity(one.value, one.unit)}
          {one.origin && ` (${i18n.name('origin', one.origin)})`}
        </li>
      ))}
    </ul>
  )
}
