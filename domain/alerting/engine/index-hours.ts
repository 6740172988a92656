/** Which hours of an index are not what they were when they were evaluated. */
import type { Pool } from '#infra/db/pool.ts'
import { INDEX_POLLUTANTS } from '#model/air-quality/index-of-hours.ts'
import { HOUR_MS, MINUTE_MS } from '#model/basics/durations.ts'
import type { LatestRow } from '../evidence/heard.ts'
import { type Index, oldestHour } from './derived-rules.ts'
import { selectStale } from './repair.ts'

const POLLUTANTS: ReadonlySet<string> = new Set(INDEX_POLLUTANTS)
/** Late data that never ends does not have indices computed with every pass. */
const MIN_GAP_MS = MINUTE_MS

// What is delivered in its order is not noted as late, however late it is.
const DELIVERED = `
  select d.id, floor(extract(epoch from o.phenomenon_time) * 1000)::float8 as at
  from unnest($1::int[], $2::float8[]) d (id, after)
  cross join lateral (
    select phenomenon_time from observation
    where datastream_id = d.id and phenomenon_time > to_timestamp(d.after / 1000) and phenomenon_time <= $3
    order by phenomenon_time limit 1
  ) o`
const NOTED = `
  select datastream_id as id, id as note, floor(extract(epoch from earliest) * 1000)::float8 as at
  from late_observation where id > $1 order by id`

export type Scheme = 'european' | 'us_epa'

export class IndexHours {
  /** end of the newest hour that was evaluated */
  reached: number
  /** this engine has evaluated all hours once */
  isStarted = false
  readonly #newest = new Map<number, number>()
  /** earliest change of each Datastream that no evaluation has seen */
  readonly #changed = new Map<number, number>()
  #noted = 0
  #revisedAt = 0
  /** the hours from this one on are to be evaluated again */
  #first: number | undefined
  readonly #figures = new Map<Scheme, Map<number, Index>>()

  /** @param reached by whichever engine */
  constructor(reached: number) {
    this.reached = reached
  }

  /** Which hours changed by what has been stored since the last pass. */
  async note(pool: Pool, latest: Iterable<LatestRow>, now: number): Promise<void> {
    const delivered: { id: number; after: number }[] = []
    const watched = new Set<number>()
    for (const { id, property, time } of latest) {
      if (!POLLUTANTS.has(property)) continue
      watched.add(id)
      const before = this.#newest.get(id) ?? (this.isStarted ? oldestHour(this.reached) - HOUR_MS : time)
      if (before < this.reached && before < time) delivered.push({ id, after: before })
      this.#newest.set(id, time)
    }
    if (delivered.length > 0) {
      const values = [delivered.map(({ id }) => id), delivered.map(({ after }) => after), new Date(this.reached)]
      for (const { id, at } of (await pool.query<{ id: number; at: number }>(DELIVERED, values)).rows) this.#add(id, at)
    }
    const { rows } = await pool.query<{ id: number; note: number; at: number }>(NOTED, [this.#noted])
    for (const { id, note, at } of rows) {
      this.#noted = Math.max(this.#noted, Number(note))
      if (watched.has(id) && at <= this.reached) this.#add(id, at)
    }
    await this.#plan(pool, now)
  }

  #add(id: number, at: number): void {
    this.#changed.set(id, Math.min(at, this.#changed.get(id) ?? at))
  }

  /** What is not rolled up again yet is as it was. */
  async #plan(pool: Pool, now: number): Promise<void> {
    if (this.#changed.size === 0 || now - this.#revisedAt < MIN_GAP_MS) return
    const changed = [...this.#changed].map(([id, at]) => ({ id, earliest: at, latest: at }))
    if ((await selectStale(pool, changed)).size > 0) return
    this.#revisedAt = now
    const first = Math.ceil(Math.min(...this.#changed.values()) / HOUR_MS) * HOUR_MS
    this.#changed.clear()
    this.#first = Math.min(first, this.#first ?? first)
    for (const found of this.#figures.values())
      for (const hour of [...found.keys()]) if (hour >= first) found.delete(hour)
  }

  /** @returns the first of the hours up to `at` that are to be evaluated again; undefined: none */
  first(at: number): number | undefined {
    const oldest = oldestHour(at)
    if (!this.isStarted || at > this.reached) this.#first = oldest
    return this.#first === undefined ? undefined : Math.min(at, Math.max(oldest, this.#first))
  }

  /** What was computed of the hours that are to be evaluated again. */
  figuresOf(scheme: Scheme): Map<number, Index> {
    const found = this.#figures.get(scheme) ?? new Map<number, Index>()
    this.#figures.set(scheme, found)
    return found
  }

  /** All up to `at` were evaluated, and that was written; with `again` those as well that were to be evaluated again. */
  evaluated(at: number, again: boolean): void {
    this.reached = Math.max(at, this.reached)
    if (!again) return
    this.isStarted = true
    this.#first = undefined
    this.#figures.clear()
  }
}
