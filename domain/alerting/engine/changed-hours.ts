/** Which hours of an index are not what they were when they were evaluated. */
import type { Pool } from '#infra/db/pool.ts'
import { INDEX_POLLUTANTS } from '#model/air-quality/index-of-hours.ts'
import { HOUR_MS, MINUTE_MS } from '#model/basics/durations.ts'
import type { LatestRow } from '../evidence/heard.ts'
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

type Looked = { readonly latest: Iterable<LatestRow>; readonly reached: number; readonly oldest: number }

export class ChangedHours {
  readonly #newest = new Map<number, number>()
  /** earliest change of each Datastream that no evaluation has seen */
  readonly #pending = new Map<number, number>()
  #noted = 0
  #isRunning = false
  /** what is pending is seen by the evaluation that is under way */
  #isSeen = false
  #comparedAt = 0

  /** @param reached end of the newest hour that was evaluated @param oldest end of the first that is evaluated again */
  async note(pool: Pool, { latest, reached, oldest }: Looked): Promise<void> {
    const delivered: { id: number; after: number }[] = []
    const watched = new Set<number>()
    for (const { id, property, time } of latest) {
      if (!POLLUTANTS.has(property)) continue
      watched.add(id)
      const before = this.#newest.get(id) ?? (this.#isRunning ? oldest - HOUR_MS : time)
      if (before < reached && before < time) delivered.push({ id, after: before })
      this.#newest.set(id, time)
    }
    this.#isRunning = true
    if (delivered.length > 0) {
      const values = [delivered.map(({ id }) => id), delivered.map(({ after }) => after), new Date(reached)]
      for (const { id, at } of (await pool.query<{ id: number; at: number }>(DELIVERED, values)).rows) this.#add(id, at)
    }
    const { rows } = await pool.query<{ id: number; note: number; at: number }>(NOTED, [this.#noted])
    for (const { id, note, at } of rows) {
      this.#noted = Math.max(this.#noted, Number(note))
      if (watched.has(id) && at <= reached) this.#add(id, at)
    }
  }

  #add(id: number, at: number): void {
    this.#pending.set(id, Math.min(at, this.#pending.get(id) ?? at))
  }

  /** @returns end of the first hour that changed; undefined: none, or they are not rolled up again yet */
  async first(pool: Pool, now: number): Promise<number | undefined> {
    this.#isSeen = false
    if (this.#pending.size === 0 || now - this.#comparedAt < MIN_GAP_MS) return undefined
    const changed = [...this.#pending].map(([id, at]) => ({ id, earliest: at, latest: at }))
    if ((await selectStale(pool, changed)).size > 0) return undefined
    this.#isSeen = true
    return Math.ceil(Math.min(...this.#pending.values()) / HOUR_MS) * HOUR_MS
  }

  /** What changed was evaluated, and that was written. */
  done(now: number): void {
    this.#comparedAt = now
    if (this.#isSeen) this.#pending.clear()
  }
}
