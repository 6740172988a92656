import type { CoreIndicatorsResponse } from '#model/api/people.ts'
import type { Formatters } from '../i18n/formatters.ts'
import { intervalColumns } from '../ui/table/file-columns.ts'
import type { TableColumn } from '../ui/table/table-model.ts'
import { estimateColumns, responseColumns } from './estimate-columns.ts'
import './styles/equity.css'

type Indicator = CoreIndicatorsResponse['indicators'][number]
type Item = Indicator['items'][number]
/** One item of an indicator: the question, or one of its answers. */
export type CoreRow = { readonly indicator: Indicator; readonly item: Item }

/** An indicator overall, and in the groups of one characteristic. */
export function coreColumns(
  by: string,
  groups: readonly { readonly code: string; readonly label: string }[],
  i18n: Formatters,
): TableColumn<CoreRow>[] {
  const { t } = i18n
  const show = (value: number, { item }: CoreRow): string =>
    item.statistic === 'proportion' ? i18n.percent(value, 0) : i18n.number(value)
  const overall = ({ item }: CoreRow) => item.estimates.find(({ group }) => Object.keys(group).length === 0)
  const hidden = (): string => t('core.hidden')
  return [
    {
      ...{ id: 'indicator', label: t('core.column.indicator'), value: ({ item }) => item.label ?? item.text },
      cell: ({ indicator, item }) => (
        <>
          <strong>{indicator.code}</strong> {item.label ?? item.text}
          {indicator.sdg && <span className="equity__unit"> {t('core.sdg', { sdg: indicator.sdg })}</span>}
        </>
      ),
    },
    { id: 'code', label: t('indicators.column.code'), fileOnly: true, value: ({ indicator }) => indicator.code },
    { id: 'sdg', label: t('core.column.sdg'), fileOnly: true, value: ({ indicator }) => indicator.sdg },
    { id: 'statistic', label: t('series.column.statistic'), fileOnly: true, value: ({ item }) => item.statistic },
    ...estimateColumns<CoreRow>({ id: 'all', label: t('core.column.all'), estimate: overall, show, hidden }, i18n),
    ...intervalColumns<CoreRow>(
      { id: 'interval', label: t('divides.column.interval'), bounds: (row) => overall(row) ?? null, show },
      i18n,
    ),
    ...responseColumns<CoreRow>(overall, i18n),
    ...groups.flatMap(({ code, label }) => {
      const estimate = ({ item }: CoreRow) => item.estimates.find(({ group }) => group[by] === code)
      return estimateColumns<CoreRow>({ id: `group ${code}`, label, estimate, show, hidden }, i18n)
    }),
  ]
}
