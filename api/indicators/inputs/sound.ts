import type { Queryable } from '#infra/db/pool.ts'
import type { Hours } from './hours.ts'

/** Energy means of the day, evening and night of one microphone, relative to the reference, with the hours they rest on. */
export type SoundPeriods = {
  readonly day: number | null
  readonly evening: number | null
  readonly night: number | null
  readonly hours: number
  readonly n: number
}

// Day 7 to 19, evening 19 to 23, night 23 to 7, local time: Directive 2002/49/EC, annex I. Levels are averaged as energies.
const PERIODS = `
  select id, avg(energy) filter (where local >= 7 and local < 19) as day,
         avg(energy) filter (where local >= 19 and local < 23) as evening,
         avg(energy) filter (where local >= 23 or local < 7) as night,
         count(*)::int as hours, sum(n)::float8 as n
  from (
    select datastream_id as id, energy, n, extract(hour from bucket at time zone $4) as local
    from sound_hourly where datastream_id = any($1::int[]) and bucket >= $2 and bucket < $3
  ) hour
  group by id`

/** By Datastream id; silent microphones are absent. */
export async function soundPeriods(
  db: Queryable,
  ids: readonly number[],
  { from, to }: Hours,
  timeZone: string,
): Promise<ReadonlyMap<number, SoundPeriods>> {
  const { rows } = await db.query<SoundPeriods & { id: number }>(PERIODS, [ids, from, to, timeZone])
  return new Map(rows.map(({ id, ...row }) => [id, row]))
}
