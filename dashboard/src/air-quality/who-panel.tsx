import { useQuery } from '@tanstack/react-query'
import { useI18n } from '../i18n/formatters.ts'
import { useViewState } from '../state/use-view-state.ts'
import { exceedancesQuery } from './queries.ts'
import { rowsOf, type WhoPlace } from './who-rows.ts'
import { whoText } from './who-text.ts'

/** One zone or station compared with the WHO levels over the period of the page. Nothing if it measures none of them. */
export function WhoPanel({ level, placeKey }: { level: WhoPlace['level']; placeKey: string }) {
  const [{ period }] = useViewState()
  const i18n = useI18n()
  const { t, name } = i18n
  const { data } = useQuery(exceedancesQuery(period))
  const rows = rowsOf(data?.places ?? [], level, placeKey)
  if (rows.length === 0) return null
  return (
    <section>
      <h3 className="selection__heading">{t('who.title')}</h3>
      <table className="mini">
        <caption className="note">{t('who.panel.caption', { period: name('period', period) })}</caption>
        <thead>
          <tr>
            <th scope="col">{t('column.pollutant')}</th>
            <th scope="col" className="numeric">
              {t('indicators.column.value')}
            </th>
            <th scope="col">{t('who.column.reached')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const text = whoText(row, i18n)
            return (
              <tr key={`${row.place.pollutant} ${row.verdict.rule}`}>
                <th scope="row">
                  {text.pollutant} <span className="note">{text.rule}</span>
                </th>
                <td className="numeric">{text.value}</td>
                <td>
                  {text.reached} <span className="note">{t('who.level.of', { guideline: text.guideline })}</span>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
