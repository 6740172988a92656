import { queryOptions, useQuery } from '@tanstack/react-query'
import { type AreaResponse, areaResponse } from '#model/api/area.ts'
import type { ZoneFeatures } from '#model/api/city.ts'
import { get } from '../../http/client.ts'
import { type Formatters, useI18n } from '../../i18n/formatters.ts'
import { Problem } from '../../ui/problem.tsx'
import { type AreaKey, polygonKey } from './area-key.ts'
import { BurdensTable, DevicesTable, EstimatesTable } from './area-tables.tsx'
import { DistrictList } from './district-list.tsx'
import './area.css'

const MINUTE = 60_000

const areaQuery = (key: AreaKey) => {
  const query =
    key.kind === 'zones' ? { zones: key.zones.join(',') } : { polygon: polygonKey(key.ring).slice('polygon:'.length) }
  return queryOptions({
    queryKey: ['area', query],
    queryFn: ({ signal }) => get(areaResponse, '/area', query, signal),
    enabled: key.kind === 'polygon' || key.zones.length > 0,
    refetchInterval: MINUTE,
  })
}

/** What is known of an area that was drawn, or of several districts together. */
export function AreaPanel({ area, zones }: { area: AreaKey; zones: ZoneFeatures }) {
  const { t } = useI18n()
  const { data, error, refetch, isLoading } = useQuery(areaQuery(area))
  const isEmpty = area.kind === 'zones' && area.zones.length === 0
  const known = zones.features.map(({ properties: { key, name } }) => ({ key, name }))
  return (
    <article className="area">
      <h2 className="selection__title">{t(area.kind === 'polygon' ? 'area.title.drawn' : 'area.title.zones')}</h2>
      {area.kind === 'zones' && <DistrictList known={known} chosen={area.zones} />}
      {isEmpty && <p className="note">{t('area.districts.none')}</p>}
      {error && <Problem error={error} retry={refetch} />}
      {isLoading && <p className="loading">{t('app.loading')}</p>}
      {data && !isEmpty && <AreaFigures data={data} />}
    </article>
  )
}

function AreaFigures({ data }: { data: AreaResponse }) {
  const i18n = useI18n()
  const { t } = i18n
  return (
    <>
      <dl className="facts">
        {factsOf(data, i18n).map(([term, text]) => (
          <div key={term} className="facts__row">
            <dt>{term}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {data.refused && <p className="note">{t(`area.refused.${data.refused}`, { n: data.minResidents })}</p>}
      {!data.refused && data.drawn && <p className="note">{t('area.rounded')}</p>}
      {data.simulated && <p className="note">{t('area.simulated')}</p>}
      <BurdensTable data={data} />
      <EstimatesTable data={data} />
      <DevicesTable data={data} />
    </>
  )
}

function factsOf(data: AreaResponse, { t, integer, number, locale }: Formatters): [string, string][] {
  const { population, zones, devices, areaKm2 } = data
  const people =
    population &&
    (population.estimated ? t('area.people.estimated', { n: population.value }) : integer(population.value))
  const counted = zones.filter((zone) => zone.counted).map(({ name }) => name)
  return [
    [t('column.population'), people ?? t('none')],
    [t('zone.area'), `${number(areaKm2)}\u202f${t('unit.km2')}`],
    [t('area.counted'), data.refused ? t('none') : new Intl.ListFormat(locale).format(counted)],
    [t('area.devices'), t('area.devices.count', { n: devices.total, unconfirmed: integer(devices.unconfirmed) })],
  ]
}
