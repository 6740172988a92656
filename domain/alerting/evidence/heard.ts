import { REASONS } from '#model/observation/quality.ts'
import { isAvailability, lastHeard, type Newest, offlineAt } from '#model/things/availability.ts'

/** The newest Observation of each Datastream. */
export const LATEST = `
  select l.datastream_id as id, d.thing_id as thing, floor(extract(epoch from l.phenomenon_time) * 1000)::float8 as time,
         d.property, d.channel, l.result, l.reasons
  from latest_observation l join datastream d on d.id = l.datastream_id`
export type LatestRow = Omit<Newest, 'isRetained'> & {
  readonly id: number
  readonly thing: number
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
  for (const [thing, own] of Map.groupBy(rows, (row) => row.thing)) {
    const streams = own.map((row) => ({ ...row, isRetained: (row.reasons & REASONS.retained_state) !== 0 }))
    const last = lastHeard(streams)
    if (last !== undefined) heard.set(thing, last)
    if (streams.some(isAvailability)) deaths.set(thing, offlineAt(streams) ?? undefined)
  }
  return { heard, deaths }
}
