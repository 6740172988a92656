import type { Pool } from '#infra/db/pool.ts'
import type { ZoneToday } from '#model/api/street.ts'
import { AppError } from '#model/basics/errors.ts'
import type { AirIndexes } from '../air-quality/index-of.ts'
import type { Equity } from '../equity/equity.ts'
import { selectCity } from '../queries/city.ts'
import { selectZones } from '../queries/zones.ts'
import { openAlerts } from './alerts.ts'

export type TodayDeps = {
  readonly pool: Pool
  readonly clock: () => Date
  readonly equity: Equity
  readonly airIndexes: () => Promise<AirIndexes>
}

type Shown = {
  readonly id: string
  readonly topic: ZoneToday['figures'][number]['topic']
  readonly period: string
  readonly unit: string
  readonly kind: 'burden' | 'service'
}
/** What a resident reads of a district: measures of the equity page, over the window in which they are measured often enough. */
const SHOWN: readonly Shown[] = [
  { id: 'sound_level', topic: 'noise', period: 'last-24h', unit: 'dB', kind: 'burden' },
  { id: 'download', topic: 'connection', period: 'last-30d', unit: 'Mbit/s', kind: 'service' },
  { id: 'upload', topic: 'connection', period: 'last-30d', unit: 'Mbit/s', kind: 'service' },
  { id: 'latency', topic: 'connection', period: 'last-30d', unit: 'ms', kind: 'burden' },
  { id: 'EC:I:T:2A', topic: 'service', period: 'last-30d', unit: '%', kind: 'service' },
  { id: 'EC:ICT:T:1C', topic: 'service', period: 'last-30d', unit: '%', kind: 'service' },
  { id: 'EN:EN:PSN:2A', topic: 'service', period: 'last-30d', unit: '%', kind: 'service' },
]

/** @throws AppError ZONE_UNKNOWN */
export async function zoneToday(deps: TodayDeps, key: string): Promise<ZoneToday> {
  const { pool, clock, equity, airIndexes } = deps
  const zone = (await selectZones(pool)).find((one) => one.key === key)
  if (!zone) throw new AppError('ZONE_UNKNOWN', key)
  const [{ pack }, air] = await Promise.all([selectCity(pool), airIndexes()])
  const periods = [...new Set(SHOWN.map(({ period }) => period))]
  const answers = new Map<string, Awaited<ReturnType<Equity>>>()
  for (const period of periods) answers.set(period, await equity({ period, by: 'zone' }))
  const own = air.byZone.get(zone.id)
  return {
    ...{ zone: key, name: zone.name, at: clock().toISOString(), simulated: pack.simulated },
    alerts: await openAlerts(pool, key),
    air: { zone: own?.european ?? null, city: air.city.european, stations: own?.stations ?? 0 },
    figures: SHOWN.map(({ id, topic, period, unit, kind }) => {
      const found = answers.get(period)?.exposures.find((exposure) => exposure.id === id)
      const value = found?.groups.find((group) => group.key === key)?.value ?? null
      return { id, topic, kind, period, unit: found?.unit ?? unit, value, city: found?.everybody ?? null }
    }),
  }
}
