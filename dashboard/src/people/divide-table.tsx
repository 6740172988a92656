import type { DividesResponse } from '#model/api/people.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { intervalColumns } from '../ui/table/file-columns.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { estimateColumns, responseColumns } from './estimate-columns.ts'
import { gapText } from './estimate-text.ts'
import './styles/people.css'

type Group = DividesResponse['groups'][number]
type Props = { readonly data: DividesResponse; readonly show: (value: number) => string }

/** The estimates of the chart, and the gap and the ratio of every group to the reference group. */
export function DivideTable({ data, show }: Props) {
  const i18n = useI18n()
  return (
    <Table<Group>
      caption={i18n.t('divides.table')}
      rows={data.groups}
      columns={divideColumns({ data, show }, i18n)}
      rowKey={({ label }) => label}
      className="mini"
      scroller="people__scroll"
      fileName={`${data.survey} ${data.question} ${data.by.join(' ')}`}
    />
  )
}

export function divideColumns({ data, show }: Props, i18n: Formatters): TableColumn<Group>[] {
  const { t, name, decimal } = i18n
  const isShare = data.statistic === 'proportion'
  const gapLabel = t(isShare ? 'divides.column.gapPoints' : 'divides.column.gap')
  // gaps of shares are percentage points, in the file too
  const scale = isShare ? 100 : 1
  const scaled = (value: number): number => scale * value
  const gapOf = (value: number): string => gapText(value / scale, isShare, i18n)
  return [
    { id: 'group', label: t('divides.column.group'), value: ({ label }) => label },
    ...estimateColumns<Group>(
      {
        ...{ id: 'value', label: t('divides.column.value'), estimate: ({ estimate }) => estimate, show },
        hidden: ({ suppressed }) => name('suppressed', suppressed ?? ''),
      },
      i18n,
    ),
    { id: 'unit', label: t('fact.unit'), fileOnly: true, value: () => (isShare ? null : i18n.unit(data.unit)) },
    ...intervalColumns<Group>(
      { id: 'interval', label: t('divides.column.interval'), bounds: ({ estimate }) => estimate, show },
      i18n,
    ),
    {
      ...{ id: 'gap', label: gapLabel, numeric: true, value: ({ gap }) => gap && scaled(gap.value) },
      cell: ({ gap }) => (gap ? gapOf(scaled(gap.value)) : t('none')),
    },
    ...intervalColumns<Group>(
      {
        ...{ id: 'gap-interval', label: t('divides.column.gapInterval'), show: gapOf },
        bounds: ({ gap }) => gap && { lower: scaled(gap.lower), upper: scaled(gap.upper) },
      },
      i18n,
    ),
    {
      ...{ id: 'ratio', label: t('divides.column.ratio'), numeric: true, value: ({ ratio }) => ratio?.value ?? null },
      cell: ({ ratio }) => (ratio ? decimal(ratio.value, 2) : t('none')),
    },
    ...responseColumns<Group>(({ estimate }) => estimate, i18n),
  ]
}
