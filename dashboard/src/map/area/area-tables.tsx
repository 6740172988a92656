import type { AreaResponse } from '#model/api/area.ts'
import { useI18n } from '../../i18n/formatters.ts'
import { Table } from '../../ui/table/table.tsx'
import { measureName } from './measure-name.ts'
import './area.css'

type Of = { readonly data: AreaResponse }

/** What is measured in the districts that count, next to the city. */
export function BurdensTable({ data: { burdens, period, zones } }: Of) {
  const i18n = useI18n()
  const { t, quantity, integer, name } = i18n
  if (burdens.length === 0) return null
  const title = t('area.burdens')
  const counted = zones.filter((zone) => zone.counted).length
  return (
    <section>
      <h3 className="selection__heading">{title}</h3>
      <p className="note">{t('area.burdens.what', { period: name('period', period) })}</p>
      <Table<AreaResponse['burdens'][number]>
        caption={title}
        className="mini"
        scroller="area__scroll"
        fileName="area-burdens"
        rowKey={({ id }) => id}
        rows={burdens}
        columns={[
          {
            ...{ id: 'measure', label: t('equity.column.measure'), value: (burden) => measureName(burden, i18n) },
            cell: (burden) => (
              <>
                {measureName(burden, i18n)} <span className="note">{t(`area.kind.${burden.kind}`)}</span>
              </>
            ),
          },
          {
            ...{ id: 'value', label: t('area.column.here'), numeric: true, value: ({ value }) => value },
            cell: ({ value, unit }) => quantity(value, unit),
          },
          {
            ...{ id: 'city', label: t('area.column.city'), numeric: true, value: ({ city }) => city },
            cell: ({ city, unit }) => quantity(city, unit),
          },
          {
            ...{ id: 'zones', label: t('area.column.zones'), numeric: true, value: (burden) => burden.zones },
            cell: (burden) => t('area.of', { n: integer(burden.zones), of: integer(counted) }),
          },
        ]}
      />
    </section>
  )
}

/** What the newest survey says, with interval and n. */
export function EstimatesTable({ data: { estimates, survey, confidence } }: Of) {
  const { t, percent, integer, date } = useI18n()
  if (!survey || estimates.length === 0) return null
  const title = t('area.survey', { title: survey.title })
  return (
    <section>
      <h3 className="selection__heading">
        <bdi>{title}</bdi>
      </h3>
      <p className="note">
        {t('area.survey.what', {
          from: date(`${survey.from}T12:00:00Z`),
          to: date(`${survey.to}T12:00:00Z`),
          threshold: survey.threshold,
        })}
        {survey.simulated && ` ${t('area.simulated')}`}
      </p>
      <Table<AreaResponse['estimates'][number]>
        caption={title}
        className="mini"
        scroller="area__scroll"
        fileName="area-survey"
        rowKey={({ question }) => question}
        rows={estimates}
        note={({ value, suppressed }) =>
          value === null ? { text: t('area.suppressed', { n: suppressed }), className: 'note' } : null
        }
        columns={[
          {
            ...{ id: 'question', label: t('area.column.question'), value: ({ text }) => text },
            cell: ({ text }) => <bdi>{text}</bdi>,
          },
          {
            ...{ id: 'value', label: t('area.column.share'), numeric: true, value: ({ value }) => value },
            cell: ({ value }) => (value === null ? t('none') : percent(value)),
          },
          {
            ...{ id: 'lower', label: t('survey.column.interval', { confidence: percent(confidence) }), numeric: true },
            value: ({ lower }) => lower,
            cell: ({ lower, upper }) =>
              lower === null || upper === null ? t('none') : t('range', { from: percent(lower), to: percent(upper) }),
          },
          {
            ...{ id: 'upper', label: t('survey.column.upper', { confidence: percent(confidence) }), fileOnly: true },
            value: ({ upper }) => upper,
          },
          {
            ...{ id: 'n', label: t('column.n'), numeric: true, value: ({ n }) => n },
            cell: ({ n, suppressed }) => (
              <>
                {n === null ? t('none') : integer(n)}
                {suppressed > 0 && <span className="note"> {t('area.without', { n: suppressed })}</span>}
              </>
            ),
          },
        ]}
      />
    </section>
  )
}

/** What the devices in the area measure now. */
export function DevicesTable({ data: { devices, at } }: Of) {
  const { t, quantity, integer, property, dateTime } = useI18n()
  if (devices.properties.length === 0) return null
  const title = t('area.now')
  return (
    <section>
      <h3 className="selection__heading">{title}</h3>
      <p className="note">{t('area.now.what', { at: dateTime(at), stale: devices.stale })}</p>
      <Table<AreaResponse['devices']['properties'][number]>
        caption={title}
        className="mini"
        scroller="area__scroll"
        fileName="area-devices"
        rowKey={(row) => row.property}
        rows={devices.properties}
        columns={[
          {
            ...{ id: 'property', label: t('area.column.property'), value: (row) => property(row.property) },
            cell: (row) => property(row.property),
          },
          {
            ...{ id: 'median', label: t('area.column.median'), numeric: true, value: ({ median }) => median },
            cell: ({ median, unit }) => quantity(median, unit),
          },
          {
            ...{ id: 'min', label: t('area.column.range'), numeric: true, value: ({ min }) => min },
            cell: ({ min, max, unit }) => t('range', { from: quantity(min, unit), to: quantity(max, unit) }),
          },
          { id: 'max', label: t('area.column.max'), fileOnly: true, value: ({ max }) => max },
          {
            ...{ id: 'devices', label: t('area.column.devices'), numeric: true, value: (row) => row.devices },
            cell: (row) => integer(row.devices),
          },
        ]}
      />
    </section>
  )
}
