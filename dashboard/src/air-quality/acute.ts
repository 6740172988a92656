import { type AcuteReading, acuteReadings } from '#model/air-quality/acute.ts'
import type { ThingFeature } from '#model/api/city.ts'
import type { Formatters } from '../i18n/formatters.ts'
import type { Latest } from '../live/latest.ts'
import { trustOf } from '../map/layer-model/things.ts'

type Datastream = ThingFeature['properties']['datastreams'][number]

/** What a Thing measures now that its index does not reflect yet; readings that are stale say nothing of now. */
export function acuteOf(
  { properties }: Pick<ThingFeature, 'properties'>,
  latestOf: (datastream: Datastream) => Latest | null,
  now: number,
): readonly AcuteReading[] {
  const { datastreams, airIndex, expectedIntervalSeconds } = properties
  const readings = datastreams.flatMap((datastream) => {
    const latest = latestOf(datastream)
    const trust = trustOf(latest, datastream.expectedIntervalSeconds ?? expectedIntervalSeconds, now)
    if (!latest || trust === 'stale') return []
    return [{ property: datastream.property, value: latest.result, time: latest.time, quality: latest.quality }]
  })
  return acuteReadings(readings, [airIndex?.us ?? null, airIndex?.european ?? null])
}

/** "PM2.5 now 180 µg/m³, very poor (14:05). The index rests on 12 µg/m³ (NowCast) and 20 µg/m³ (mean of 1 h)." */
export function acuteText(
  { pollutant, value, time, category, isSuspect, averages }: AcuteReading,
  { t, name, property, quantity, dateTime }: Formatters,
): string {
  const now = t(isSuspect ? 'acute.nowSuspect' : 'acute.now', {
    pollutant: property(pollutant),
    value: quantity(value, 'ug/m3'),
    category: name('aqi', category),
    at: dateTime(time),
  })
  const means = averages.map(({ averaging, concentration }) => {
    const isNowCast = averaging.startsWith('nowcast')
    const values = { value: quantity(concentration, 'ug/m3'), averaging: name('averaging', averaging) }
    return t(isNowCast ? 'acute.nowcast' : 'acute.mean', values)
  })
  return [
    now,
    means.length === 0 ? t('acute.noMean') : t('acute.restsOn', { means: [...new Set(means)].join(' · ') }),
  ].join(' ')
}
