import type { WellbeingChange } from '#model/api/wellbeing.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { boundColumns } from '../ui/table/file-columns.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { score, scoreColumns } from './score.ts'
import './styles/people.css'

type Scores = WellbeingChange['index']
type Verdict = 'rose' | 'fell' | 'open' | 'unknown' | 'alone'
type Row = {
  readonly id: string
  readonly label: string
  readonly scores: Scores
  readonly verdict: Verdict
  /** the index or a dimension, with its parts below */
  readonly isHead: boolean
}

/** The index, its dimensions and their factors in two survey rounds. */
export function ChangeTable({ data }: { data: WellbeingChange }) {
  const i18n = useI18n()
  const { t } = i18n
  return (
    <Table<Row>
      caption={t('panel.table.of', { title: t('change.title') })}
      rows={changeRows(data, i18n)}
      columns={changeColumns(data, i18n)}
      rowKey={({ id }) => id}
      rowClass={({ isHead }) => (isHead ? 'selected' : undefined)}
      className="mini"
      scroller="people__scroll"
      fileName={`${t('change.title')} ${data.baseline.id} ${data.followup.id}`}
    />
  )
}

export const changeRows = ({ index, dimensions }: WellbeingChange, { t, name }: Formatters): Row[] => [
  { id: 'index', label: t('change.index'), scores: index, verdict: verdictOf(index), isHead: true },
  ...dimensions.flatMap((dimension): Row[] => [
    {
      ...{ id: dimension.id, label: name('dimension', dimension.id), isHead: true },
      ...{ scores: dimension, verdict: verdictOf(dimension) },
    },
    ...dimension.factors
      .filter(({ items }) => items > 0)
      .map((factor) => ({
        ...{ id: factor.id, label: name('factor', factor.id), isHead: false, scores: factor },
        verdict: factor.significant && !factor.holds ? ('alone' as const) : verdictOf(factor),
      })),
  ]),
]

export function changeColumns({ baseline, followup }: WellbeingChange, i18n: Formatters): TableColumn<Row>[] {
  const { t } = i18n
  const label = t('change.column')
  const show = ({ value }: { readonly value: number }): string => score(value, i18n)
  const round = (id: 'from' | 'to', title: string): TableColumn<Row>[] =>
    scoreColumns<Row>({ id, label: title, of: ({ scores }) => scores[id], show }, i18n)
  return [
    { id: 'factor', label: t('wellbeing.column.factor'), value: (row) => row.label },
    ...round('from', baseline.title),
    ...round('to', followup.title),
    {
      ...{ id: 'change', label, value: ({ scores }) => scores.change?.value ?? null },
      className: ({ scores }) => (scores.change ? undefined : 'missing'),
      cell: ({ scores: { change } }) =>
        change
          ? t('wellbeing.cell', {
              value: signed(change.value, i18n),
              lower: signed(change.lower, i18n),
              upper: signed(change.upper, i18n),
            })
          : t('none'),
    },
    ...boundColumns<Row>({ id: 'change', name: label, bounds: ({ scores }) => scores.change }, i18n),
    { id: 'verdict', label: t('change.column.verdict'), value: ({ verdict }) => t(`change.${verdict}`) },
  ]
}

/** With a sign; zero after rounding has none. */
function signed(value: number, i18n: Formatters): string {
  const shown = Math.round(value * 10) / 10
  return `${shown > 0 ? '+' : ''}${score(shown === 0 ? 0 : shown, i18n)}`
}

function verdictOf({ change, significant }: Scores): Verdict {
  if (!change || significant === null) return 'unknown'
  if (!significant) return 'open'
  return change.value > 0 ? 'rose' : 'fell'
}
