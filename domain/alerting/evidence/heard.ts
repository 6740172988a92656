import type { Queryable } from '#infra/db/pool.ts'
import { DAY_MS } from '#model/basics/durations.ts'
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

// What a Datastream on availability said last may hide when its Thing was last heard.
const LAST_ALIVE = `
  select wanted.id, floor(extract(epoch from o.phenomenon_time) * 1000)::float8 as at
  from unnest($1::int[]) wanted (id)
  cross join lateral (
    select phenomenon_time from observation
    where datastream_id = wanted.id and phenomenon_time > $2 and result <> 0 and reasons & ${REASONS.retained_state} = 0
    order by phenomenon_time desc limit 1
  ) o`

/** When Things last said that they are online, of those that said something else since; read when they say something new. */
export class LastAlive {
  readonly #known = new Map<
    number,
    { readonly time: number; readonly thing: number; readonly alive: number | undefined }
  >()

  /** @returns by Thing, Unix milliseconds */
  async read(db: Queryable, rows: readonly LatestRow[], now: Date): Promise<ReadonlyMap<number, number>> {
    const said = rows.filter((row) => isAvailability(row) && !isSignOfLife(newestOf(row)))
    const fresh = said.filter(({ id, time }) => this.#known.get(id)?.time !== time)
    if (fresh.length > 0) {
      const values = [fresh.map(({ id }) => id), new Date(now.getTime() - DAY_MS)]
      const found = await db.query<{ id: number; at: number }>({ name: 'alerting-alive', text: LAST_ALIVE, values })
      const byStream = new Map(found.rows.map(({ id, at }) => [id, at]))
      for (const { id, thing, time } of fresh) this.#known.set(id, { time, thing, alive: byStream.get(id) })
    }
    return new Map(
      said.flatMap(({ id, thing }) => {
        const alive = this.#known.get(id)?.alive
        return alive === undefined ? [] : [[thing, alive] as const]
      }),
    )
  }
}

export function heardOf(rows: readonly LatestRow[], alive: ReadonlyMap<number, number> = new Map()): Heard {
  const heard = new Map(alive)
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
