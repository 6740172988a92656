import { memo } from 'react'
import { useI18n } from '../../i18n/formatters.ts'
import { doubtText } from './reading-text.ts'
import type { SeriesPoint } from './series.ts'
import { shownValue, tabledPoints } from './series-file.ts'
import type { ShownSeries } from './shown-series.ts'
import './series.css'

const MOST = 300

type Row = { readonly one: ShownSeries; readonly point: SeriesPoint }

/** The chart as numbers, latest first; of several series each row names its own. */
export const SeriesTable = memo(({ shown }: { shown: readonly ShownSeries[] }) => {
  const { t, unit } = useI18n()
  const isAlone = shown.length === 1
  const rows = shown
    .flatMap((one) => tabledPoints(one).map((point): Row => ({ one, point })))
    .sort((a, b) => b.point.time - a.point.time)
  const has = {
    range: shown.some(({ series }) => series.statistic === 'mean'),
    buckets: shown.some(({ series }) => series.statistic !== 'raw'),
  }
  const [first] = shown
  const value = t(`series.column.${(isAlone && first?.series.statistic) || 'raw'}`)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="series__table" tabIndex={0} aria-label={t('series.table')}>
      <table className="mini">
        <caption className="hidden">{t('series.table')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('column.time')}</th>
            {!isAlone && <th scope="col">{t('series.column.series')}</th>}
            <NumberHead text={isAlone && first ? `${value} ${unit(first.datastream.unit)}` : value} />
            {has.range && <NumberHead text={t('column.min')} />}
            {has.range && <NumberHead text={t('column.max')} />}
            {has.buckets && <NumberHead text={t('column.n')} />}
            {has.buckets && <NumberHead text={t('column.capture')} />}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST).map((row) => (
            <TableRow key={`${row.one.datastream.id} ${row.point.time}`} {...row} has={has} isAlone={isAlone} />
          ))}
        </tbody>
      </table>
      {rows.length > MOST && <p className="note">{t('series.table.cut', { shown: MOST, of: rows.length })}</p>}
    </section>
  )
})

const NumberHead = ({ text }: { text: string }) => (
  <th scope="col" className="numeric">
    {text}
  </th>
)

type RowProps = Row & {
  readonly has: { readonly range: boolean; readonly buckets: boolean }
  readonly isAlone: boolean
}

function TableRow({ one, point, has, isAlone }: RowProps) {
  const i18n = useI18n()
  const { t, dateTime, number, quantity, percent, integer } = i18n
  const { unit } = one.datastream
  const written = (value: number): string => (isAlone ? number(value) : quantity(value, unit))
  const show = (value: number | null): string => (value === null ? t('none') : written(value))
  const value = shownValue(point)
  const text = value === null ? t('none') : written(value)
  return (
    <tr>
      <th scope="row">{dateTime(point.time * 1000)}</th>
      {!isAlone && <td>{one.style.letter}</td>}
      <td className="numeric">
        {point.limit?.limit == null ? text : t(`value.${point.limit.bound}`, { value: text })}
        {point.censored && !point.limit && <span className="note"> {t('series.censored', point.censored)}</span>}
        {point.suspect && <span className="note"> {doubtText(point, i18n)}</span>}
      </td>
      {has.range && <td className="numeric">{show(point.min)}</td>}
      {has.range && <td className="numeric">{show(point.max)}</td>}
      {has.buckets && <td className="numeric">{integer(point.n)}</td>}
      {has.buckets && <td className="numeric">{point.capture === null ? t('none') : percent(point.capture)}</td>}
    </tr>
  )
}
