import { useQuery } from '@tanstack/react-query'
import type { AirLimitsResponse } from '#model/api/air-limits.ts'
import { useI18n } from '../i18n/formatters.ts'
import { useViewState } from '../state/use-view-state.ts'
import { assessmentsOf, limitText, yearOf } from './limits-text.ts'
import { airLimitsQuery } from './queries.ts'

type Level = AirLimitsResponse['places'][number]['level']

/** One zone or station compared with the legal standard that applies in the year. Nothing if it measures nothing in it. */
export function LimitsPanel({ level, placeKey }: { level: Level; placeKey: string }) {
  const [{ period }] = useViewState()
  const i18n = useI18n()
  const { t } = i18n
  const year = yearOf(period, new Date())
  const { data } = useQuery(airLimitsQuery(year, ''))
  const rows = assessmentsOf(data?.places ?? [], level, placeKey)
  if (!data || rows.length === 0) return null
  return (
    <section>
      <h3 className="selection__heading">{t('limits.title', { year })}</h3>
      <table className="mini">
        <caption className="note">{data.standard.name}</caption>
        <thead>
          <tr>
            <th scope="col">{t('column.pollutant')}</th>
            <th scope="col" className="numeric">
              {t('limits.column.value')}
            </th>
            <th scope="col">{t('limits.column.verdict')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const text = limitText(row, i18n)
            return (
              <tr key={`${row.pollutant} ${row.kind} ${row.per} ${row.level}`}>
                <th scope="row">
                  {text.pollutant} <span className="note">{text.rule}</span>
                </th>
                <td className="numeric">{text.value}</td>
                <td>
                  {text.verdict}{' '}
                  <span className="note">
                    {t('limits.level.of', { level: text.level })}
                    {row.remaining !== null && ` ${t('limits.left', { n: row.remaining })}`}
                  </span>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
