import type { ReactNode } from 'react'
import { useI18n } from '../i18n/formatters.ts'
import { LevelLadder } from './level-ladder.tsx'
import type { WhoRow } from './who-rows.ts'
import { type WhoWords, whoWords } from './who-words.ts'
import './who-table.css'

type Props = {
  readonly caption: string
  /** heading of the first column, and what it says of a row */
  readonly heading: string
  readonly head: (row: WhoRow, words: WhoWords) => ReactNode
  readonly rows: readonly WhoRow[]
  /** whether rows have different levels, which then stand in columns of their own */
  readonly levels: boolean
}

/** Values against guideline and interim targets: bars for the eye, the same in words and numbers beside them. */
export function WhoTable({ caption, heading, head, rows, levels }: Props) {
  const { t } = useI18n()
  const numbers = levels ? (['guideline', 'interim', 'days', 'capture'] as const) : (['days', 'capture'] as const)
  return (
    <table className="who-table">
      <caption className="hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{heading}</th>
          <th scope="col" className="numeric">
            {t('indicators.column.value')}
          </th>
          <td className="who-table__ladder" />
          <th scope="col">{t('who.column.reached')}</th>
          {numbers.map((column) => (
            <th key={column} scope="col" className="numeric">
              {t(`who.column.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={`${row.place.key} ${row.place.pollutant} ${row.verdict.rule}`} {...{ row, head, numbers }} />
        ))}
      </tbody>
    </table>
  )
}

type RowProps = Pick<Props, 'head'> & {
  row: WhoRow
  numbers: readonly ('guideline' | 'interim' | 'days' | 'capture')[]
}

function Row({ row, head, numbers }: RowProps) {
  const i18n = useI18n()
  const words = whoWords(row, i18n)
  const { exceeded, value } = row.verdict
  return (
    <tr className={row.first ? 'who-table__first' : undefined}>
      <th scope="row">{head(row, words)}</th>
      <td className="numeric">
        <span className={value === null ? 'missing' : 'quantity'}>{words.value}</span>
      </td>
      <td className="who-table__ladder">
        <LevelLadder verdict={row.verdict} />
      </td>
      <td className={exceeded ? 'who-table__above' : exceeded === null ? 'missing' : undefined}>{words.reached}</td>
      {numbers.map((column) => (
        <td key={column} className="numeric">
          {/* on a phone the heading of the column stands before each number */}
          <span className="who-table__label" aria-hidden="true">
            {i18n.t(`who.column.${column}`)}{' '}
          </span>
          {words[column]}
        </td>
      ))}
    </tr>
  )
}
