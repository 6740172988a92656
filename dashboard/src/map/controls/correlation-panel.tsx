import { type Correlation, FEW_PLACES, pearson, spearman } from '#model/statistics/inference/correlation.ts'
import { type Formatters, useI18n } from '../../i18n/formatters.ts'
import { intervalColumns } from '../../ui/table/file-columns.ts'
import { Table } from '../../ui/table/table.tsx'
import type { TableColumn } from '../../ui/table/table-model.ts'
import type { LayerModel } from '../layer-model/model.ts'
import './correlation-panel.css'
import './legend.css'

type Row = { readonly kind: 'spearman' | 'pearson'; readonly found: Correlation | null }

/** Whether the two go together over the districts, how closely, and how little that may mean. */
export function CorrelationPanel({ pairs, districts }: NonNullable<LayerModel['correlation']>) {
  const i18n = useI18n()
  const { t, integer } = i18n
  const rank = spearman(pairs)
  const rows: readonly Row[] = [
    { kind: 'spearman', found: rank },
    { kind: 'pearson', found: pearson(pairs) },
  ]
  const few = pairs.length < FEW_PLACES
  return (
    <section className="correlation" aria-labelledby="correlation">
      <h3 id="correlation" className="legend__title">
        {t('correlation.title')}
      </h3>
      <p className="note">{t('correlation.n', { n: integer(pairs.length), of: integer(districts) })}</p>
      {few && <p className="correlation__few">{t('correlation.few', { n: FEW_PLACES })}</p>}
      <Table<Row>
        caption={t('correlation.title')}
        rows={rows}
        columns={correlationColumns(i18n)}
        rowKey={({ kind }) => kind}
        className="mini"
        fileName={t('correlation.measure')}
      />
      <p>{t(`correlation.${verdictOf(rank)}`)}</p>
      <p className="note">{t('correlation.note')}</p>
    </section>
  )
}

const signed = (value: number, { locale }: Formatters): string =>
  new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: 'exceptZero' })
    .format(value)
    .replace('-', '−')

export function correlationColumns(i18n: Formatters): TableColumn<Row>[] {
  const { t } = i18n
  const show = (value: number): string => signed(value, i18n)
  return [
    { id: 'kind', label: t('correlation.measure'), value: ({ kind }) => t(`correlation.${kind}`) },
    {
      ...{ id: 'value', label: t('correlation.value'), numeric: true, value: ({ found }) => found?.value ?? null },
      cell: ({ found }) => (found ? show(found.value) : t('none')),
    },
    ...intervalColumns<Row>(
      { id: 'interval', label: t('correlation.interval'), bounds: ({ found }) => found, show },
      i18n,
    ),
  ]
}

function verdictOf(found: Correlation | null): 'unknown' | 'open' | 'together' | 'apart' {
  if (!found || found.lower === null || found.upper === null) return 'unknown'
  if (found.lower > 0) return 'together'
  return found.upper < 0 ? 'apart' : 'open'
}
