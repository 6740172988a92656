import { REASONS } from '#model/observation/quality.ts'
import { isAvailability, isSignOfLife, type Newest, offlineAt } from '#model/things/availability.ts'

/** The newest Observation of each Datastream. */
export const LATEST = `
  select l.datastream_id as id, d.thing_id as thing, floor(extract(epoch from l.phenomenon_time) * 1000)::float8 as time,
         d.property, d.channel, l.result, l.quality, l.reasons
  from latest_observation l join datastream d on d.id = l.datastream_id`
export type LatestRow = Omit<Newest, 'isRetained'> & {
  readonly id: number
  readonly thing: number
  /** QARTOD */
  readonly quality: number
  readonly reasons: number
}

export type Heard = {
  /** newest sign of life of each Thing, Unix milliseconds */
  readonly heard: ReadonlyMap<number, number>
  /** of Things that say whether they are online: when they were said to be offline, or undefined while they are not */
  readonly deaths: ReadonlyMap<number, number | undefined>
}

export function heardOf(rows: readonly LatestRow[]): Heard {
  const heard = new Map<number, number>()
  const deaths = new Map<number, number | undefined>()
  // most Things say nothing of themselves, and there are many of them in every pass
  const withAvailability = new Set(rows.filter(isAvailability).map(({ thing }) => thing))
  const own = new Map<number, Newest[]>()
  for (const row of rows) {
    const newest = newestOf(row)
    if (isSignOfLife(newest)) heard.set(row.thing, Math.max(heard.get(row.thing) ?? row.time, row.time))
    if (!withAvailability.has(row.thing)) continue
    const streams = own.get(row.thing)
    if (streams) streams.push(newest)
    else own.set(row.thing, [newest])
  }
  for (const [thing, streams] of own) deaths.set(thing, offlineAt(streams) ?? undefined)
  return { heard, deaths }
}

const newestOf = ({ property, channel, time, result, reasons }: LatestRow): Newest => ({
  ...{ property, channel, time, result, isRetained: (reasons & REASONS.retained_state) !== 0 },
})
