import type { ReactNode } from 'react'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { LevelLadder } from './level-ladder.tsx'
import { startsPollutant, type WhoRow } from './who-rows.ts'
import { whoText } from './who-text.ts'
import './who-table.css'

type Heading = {
  readonly label: string
  readonly value: (row: WhoRow) => string
  readonly cell: (row: WhoRow, previous: WhoRow | undefined) => ReactNode
}
type Props = {
  readonly caption: string
  readonly heading: Heading
  readonly rows: readonly WhoRow[]
  /** whether rows have different levels, which are then columns of their own */
  readonly levels: boolean
}

/** Values compared with the guideline and the interim targets: bars, and next to them the same as text. */
export function WhoTable({ caption, heading, rows, levels }: Props) {
  const i18n = useI18n()
  return (
    <Table<WhoRow>
      caption={caption}
      columns={[{ id: 'heading', ...heading }, ...columnsOf(levels, i18n)]}
      rows={rows}
      rowKey={({ place, verdict }) => `${place.key} ${place.pollutant} ${verdict.rule}`}
      className="who-table"
      rowClass={(row, previous) => (startsPollutant(row, previous) ? 'who-table__first' : undefined)}
      stackedLabel="who-table__label"
      fileName={caption}
    />
  )
}

function columnsOf(levels: boolean, i18n: Formatters): readonly TableColumn<WhoRow>[] {
  const { t } = i18n
  const textOf = (row: WhoRow) => whoText(row, i18n)
  const guideline: TableColumn<WhoRow> = {
    ...{ id: 'guideline', label: t('who.column.guideline'), numeric: true, fileOnly: !levels },
    value: ({ verdict }) => verdict.level,
    cell: (row) => textOf(row).guideline,
  }
  const interim: TableColumn<WhoRow> = {
    ...{ id: 'interim', label: t('who.column.interim'), numeric: true, fileOnly: !levels },
    value: ({ verdict }) => verdict.interim.join(' '),
    cell: (row) => textOf(row).interim,
  }
  return [
    {
      ...{ id: 'value', label: t('indicators.column.value'), numeric: true, value: ({ verdict }) => verdict.value },
      cell: (row) => <span className={row.verdict.value === null ? 'missing' : 'quantity'}>{textOf(row).value}</span>,
    },
    { id: 'unit', label: t('fact.unit'), fileOnly: true, value: (row) => textOf(row).unit },
    {
      ...{ id: 'ladder', label: '', className: () => 'who-table__ladder' },
      cell: ({ verdict }) => <LevelLadder verdict={verdict} />,
    },
    {
      ...{ id: 'reached', label: t('who.column.reached'), value: (row) => textOf(row).reached },
      className: ({ verdict: { exceeded } }) =>
        exceeded ? 'who-table__above' : exceeded === null ? 'missing' : undefined,
    },
    guideline,
    interim,
    {
      ...{ id: 'days', label: t('who.column.days'), numeric: true, value: ({ verdict }) => verdict.daysAbove },
      cell: (row) => textOf(row).days,
    },
    {
      ...{ id: 'capture', label: t('who.column.capture'), numeric: true, value: ({ place }) => place.dataCapture },
      cell: (row) => textOf(row).capture,
    },
  ]
}
