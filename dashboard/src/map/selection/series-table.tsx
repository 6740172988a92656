import { useI18n } from '../../i18n/formatters.ts'
import type { Series, SeriesPoint } from './series.ts'
import './series.css'

const MOST = 300

/** The chart as numbers, latest first. */
export function SeriesTable({ series, unit }: { series: Series; unit: string }) {
  const { t, dateTime, number, percent, integer, unit: unitLabel } = useI18n()
  const buckets = series.statistic !== 'raw'
  const points = series.points.filter(({ n }) => n > 0 || buckets).toReversed()
  const show = (value: number | null): string => (value === null ? t('none') : number(value))
  const doubt = ({ suspects }: SeriesPoint): string => {
    if (!suspects) return t('trust.suspect')
    const { n, mean, counted } = suspects
    if (counted > 0 && mean !== null) return t('series.suspects.counted', { n: counted, mean: number(mean) })
    return mean === null ? t('series.suspects', { n }) : t('series.suspects.mean', { n, mean: number(mean) })
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="series__table" tabIndex={0} aria-label={t('series.table')}>
      <table className="mini">
        <caption className="hidden">{t('series.table')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('column.time')}</th>
            <th scope="col" className="numeric">
              {t(`series.column.${series.statistic}`)} {unitLabel(unit)}
            </th>
            {series.statistic === 'mean' && (
              <>
                <th scope="col" className="numeric">
                  {t('column.min')}
                </th>
                <th scope="col" className="numeric">
                  {t('column.max')}
                </th>
              </>
            )}
            {buckets && (
              <>
                <th scope="col" className="numeric">
                  {t('column.n')}
                </th>
                <th scope="col" className="numeric">
                  {t('column.capture')}
                </th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {points.slice(0, MOST).map((point) => (
            <tr key={point.time}>
              <th scope="row">{dateTime(point.time * 1000)}</th>
              <td className="numeric">
                {point.limit?.limit == null
                  ? show(point.value)
                  : t(`value.${point.limit.bound}`, { value: number(point.limit.limit) })}
                {point.censored && !point.limit && (
                  <span className="note"> {t('series.censored', point.censored)}</span>
                )}
                {point.suspect && <span className="note"> {doubt(point)}</span>}
              </td>
              {series.statistic === 'mean' && (
                <>
                  <td className="numeric">{show(point.min)}</td>
                  <td className="numeric">{show(point.max)}</td>
                </>
              )}
              {buckets && (
                <>
                  <td className="numeric">{integer(point.n)}</td>
                  <td className="numeric">{point.capture === null ? t('none') : percent(point.capture)}</td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {points.length > MOST && <p className="note">{t('series.table.cut', { shown: MOST, of: points.length })}</p>}
    </section>
  )
}
