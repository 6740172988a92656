import type { AirAssessment } from '#model/api/air-limits.ts'
import { useI18n } from '../i18n/formatters.ts'
import { limitWords } from './limits-words.ts'
import './who-table.css'

type Props = {
  readonly caption: string
  readonly rows: readonly AirAssessment[]
  /** whether rows say at which station it is worst */
  readonly stations?: boolean
}
const NUMBERS = ['value', 'level', 'exceedances', 'remaining', 'capture'] as const

/** Levels of a standard, one a row: value, exceedances, what is left of those permitted, verdict. */
export function LimitsTable({ caption, rows, stations = false }: Props) {
  const { t } = useI18n()
  return (
    <table className="who-table">
      <caption className="hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{t('column.pollutant')}</th>
          {NUMBERS.map((column) => (
            <th key={column} scope="col" className="numeric">
              {t(`limits.column.${column}`)}
            </th>
          ))}
          <th scope="col">{t('limits.column.verdict')}</th>
          {stations && <th scope="col">{t('limits.column.station')}</th>}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <Row
            key={`${row.pollutant} ${row.kind} ${row.per} ${row.level}`}
            {...{ row, stations, first: rows[index - 1]?.pollutant !== row.pollutant }}
          />
        ))}
      </tbody>
    </table>
  )
}

type RowProps = { readonly row: AirAssessment; readonly stations: boolean; readonly first: boolean }

function Row({ row, stations, first }: RowProps) {
  const i18n = useI18n()
  const words = limitWords(row, i18n)
  return (
    <tr className={first ? 'who-table__first' : undefined}>
      <th scope="row">
        <strong className={first ? undefined : 'hidden'}>{words.pollutant} </strong>
        <span className="who-table__rule">{words.rule}</span>
      </th>
      {NUMBERS.map((column) => (
        <td key={column} className="numeric">
          {/* on a phone the heading of the column stands before each number */}
          <span className="who-table__label" aria-hidden="true">
            {i18n.t(`limits.column.${column}`)}{' '}
          </span>
          {words[column]}
        </td>
      ))}
      <td className={row.exceeded ? 'who-table__above' : row.exceeded === null ? 'missing' : undefined}>
        {words.verdict}
      </td>
      {stations && <td>{row.station}</td>}
    </tr>
  )
}
