import { type Correlation, FEW_PLACES, pearson, spearman } from '#model/statistics/inference/correlation.ts'
import { type Formatters, useI18n } from '../../i18n/formatters.ts'
import type { LayerModel } from '../layer-model/model.ts'
import './correlation-panel.css'
import './legend.css'

/** Whether the two go together over the districts, how closely, and how little that may mean. */
export function CorrelationPanel({ pairs, districts }: NonNullable<LayerModel['correlation']>) {
  const i18n = useI18n()
  const { t, integer } = i18n
  const rows = [
    ['spearman', spearman(pairs)],
    ['pearson', pearson(pairs)],
  ] as const
  const few = pairs.length < FEW_PLACES
  return (
    <section className="correlation" aria-labelledby="correlation">
      <h3 id="correlation" className="legend__title">
        {t('correlation.title')}
      </h3>
      <p className="note">{t('correlation.n', { n: integer(pairs.length), of: integer(districts) })}</p>
      {few && <p className="correlation__few">{t('correlation.few', { n: FEW_PLACES })}</p>}
      <table className="mini">
        <caption className="hidden">{t('correlation.title')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('correlation.measure')}</th>
            <th scope="col" className="numeric">
              {t('correlation.value')}
            </th>
            <th scope="col" className="numeric">
              {t('correlation.interval')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([kind, found]) => (
            <tr key={kind}>
              <th scope="row">{t(`correlation.${kind}`)}</th>
              <td className="numeric">{found ? signed(found.value, i18n) : t('none')}</td>
              <td className="numeric">{found ? intervalOf(found, i18n) : t('none')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>{t(`correlation.${verdictOf(rows[0][1])}`)}</p>
      <p className="note">{t('correlation.note')}</p>
    </section>
  )
}

const signed = (value: number, { locale }: Formatters): string =>
  new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: 'exceptZero' })
    .format(value)
    .replace('-', '−')

function intervalOf({ lower, upper }: Correlation, i18n: Formatters): string {
  if (lower === null || upper === null) return i18n.t('none')
  return i18n.t('range', { from: signed(lower, i18n), to: signed(upper, i18n) })
}

function verdictOf(found: Correlation | null): 'unknown' | 'open' | 'together' | 'apart' {
  if (!found || found.lower === null || found.upper === null) return 'unknown'
  if (found.lower > 0) return 'together'
  return found.upper < 0 ? 'apart' : 'open'
}
