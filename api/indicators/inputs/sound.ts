import type { Queryable } from '#infra/db/pool.ts'
import { soundClockHours } from '../../measurements/clock-hours.ts'
import type { Hours } from '../../measurements/hours.ts'
import { localTime, localTimeValues } from '../../measurements/local-time.ts'
import { byMonth, type Span } from '../../measurements/months.ts'

/** Energy means of the day, evening and night of one microphone, relative to the reference, with the hours they rest on. */
export type SoundPeriods = {
  readonly day: number | null
  readonly evening: number | null
  readonly night: number | null
  readonly hours: number
  readonly n: number
}

// Day 7 to 19, evening 19 to 23, night 23 to 7, local time: Directive 2002/49/EC, annex I. Levels are averaged as energies.
const LOCAL_HOUR = `extract(hour from ${localTime('bucket', 4)})`
const sums = (hasQuarters: boolean | undefined): string => `
  select id, part, sum(energy) as energy, count(*)::int as hours, sum(n)::float8 as n
  from (
    select datastream_id as id, energy, n,
           case when ${LOCAL_HOUR} between 7 and 18 then 'day'
                when ${LOCAL_HOUR} between 19 and 22 then 'evening' else 'night' end as part
    from ${soundClockHours(hasQuarters, { ids: '$1', from: '$2', to: '$3' })}
  ) hour
  group by 1, 2`
type Sums = { id: number; part: 'day' | 'evening' | 'night'; energy: number; hours: number; n: number }

/** By Datastream id; silent microphones are absent. */
export async function soundPeriods(
  db: Queryable,
  ids: readonly number[],
  hours: Hours,
  timeZone: string,
): Promise<ReadonlyMap<number, SoundPeriods>> {
  const load = async (span: Span): Promise<Sums[]> => {
    const values = [ids, span.from, span.to, ...localTimeValues(timeZone, span)]
    return (await db.query<Sums>(sums(hours.hasQuarters), values)).rows
  }
  const family = { name: 'sound', version: 3, ids, rollup: 'sound_daily' as const, load }
  const byStream = Map.groupBy(await byMonth(db, family, hours, timeZone), ({ id }) => id)
  return new Map([...byStream].map(([id, rows]) => [id, periodsOf(rows)]))
}

function periodsOf(rows: readonly Sums[]): SoundPeriods {
  const sum = (of: readonly Sums[], what: 'energy' | 'hours' | 'n'): number =>
    of.reduce((sum, row) => sum + row[what], 0)
  const mean = (part: Sums['part']): number | null => {
    const own = rows.filter((row) => row.part === part)
    return own.length > 0 ? sum(own, 'energy') / sum(own, 'hours') : null
  }
  const [day, evening, night] = [mean('day'), mean('evening'), mean('night')]
  return { day, evening, night, hours: sum(rows, 'hours'), n: sum(rows, 'n') }
}
