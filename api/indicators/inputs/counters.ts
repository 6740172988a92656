import { AROUND_DAYS, readMeters } from '#domain/meter/read-meters.ts'
import type { Queryable } from '#infra/db/pool.ts'
import { HOUR_MS } from '#model/basics/durations.ts'
import type { MeterEvent } from '#model/meter/reading.ts'
import { windowOf } from '#model/meter/window.ts'
import type { Hours } from '../../measurements/hours.ts'
import { byMonth, type Span } from '../../measurements/months.ts'

/** What a meter counted over a period, from its opening reading to its closing one. */
export type Consumption = {
  readonly opening: number
  readonly closing: number
  /** what the difference of the two misses: counted = closing - opening + correction */
  readonly correction: number
  readonly events: readonly MeterEvent[]
  readonly resets: number
  /** readings that are left out because they left the line of the meter and came back */
  readonly outliers: number
  /** hours between the two readings, and how many of them lie in the period */
  readonly span: number
  readonly within: number
  /** hours of the period with a good reading */
  readonly hours: number
  readonly n: number
  readonly good: number
  readonly suspect: number
}

/** A complete month, or the rest of a period outside complete months. Plain JSON, so that months can be cached. */
type Stretch = Pick<Consumption, 'events' | 'outliers' | 'hours' | 'n' | 'good' | 'suspect'> & {
  readonly id: number
  readonly counted: number
  readonly opening: { readonly at: number; readonly value: number }
  readonly closing: { readonly at: number; readonly value: number }
}

/** By Datastream id; meters without a good reading are absent. */
export async function consumptions(
  db: Queryable,
  ids: readonly number[],
  hours: Hours,
  timeZone: string,
): Promise<ReadonlyMap<number, Consumption>> {
  const family = {
    ...{ name: 'meters', version: 4, ids, rollup: 'meter_daily' as const, aroundDays: AROUND_DAYS },
    // grades, ratings and replacements: what the registry says of meters is part of how they count
    about: await registryPrint(db, ids),
    load: (part: Span) => load(db, ids, part),
  }
  const stretches = await byMonth(db, family, hours, timeZone)
  const byMeter = Map.groupBy(stretches, ({ id }) => id)
  return new Map([...byMeter].map(([id, own]) => [id, joined(own, hours)]))
}

const REGISTRY = `
  select d.id, t.grade, t.attributes, r.replaced
  from datastream d join thing t on t.id = d.thing_id
  left join lateral (
    select string_agg(concat_ws(' ', channel, replaced_at, final_reading, start_reading), ';' order by channel, replaced_at) as replaced
    from meter_replacement where thing_id = t.id and property = d.property
  ) r on true
  where d.id = any($1::int[])`
const PRINT = `select count(*) || ' ' || bit_xor(hash_record_extended(m, 0)) as print from (${REGISTRY}) m`

const registryPrint = async (db: Queryable, ids: readonly number[]): Promise<string> =>
  (await db.query<{ print: string | null }>(PRINT, [ids])).rows[0]?.print ?? ''

async function load(db: Queryable, ids: readonly number[], part: Span): Promise<Stretch[]> {
  const [from, to] = [part.from.getTime(), part.to.getTime()]
  const reads = await readMeters(db, ids, [from, to])
  return [...reads].flatMap(([id, read]) => {
    const window = windowOf(read, from, to)
    if (!window) return []
    const sum = (of: (row: (typeof read.rows)[number]) => number): number =>
      read.rows.reduce((all, row) => all + of(row), 0)
    const reading = ({ at, value }: typeof window.opening) => ({ at, value })
    return {
      ...{ id, opening: reading(window.opening), closing: reading(window.closing) },
      ...{ counted: window.counted, events: window.events, outliers: window.outliers.length },
      hours: sum((row) => row.goodHours),
      ...{ n: sum((row) => row.n), good: sum((row) => row.good), suspect: sum((row) => row.suspect) },
    }
  })
}

function joined(stretches: readonly Stretch[], { from, to }: Span): Consumption {
  const inTime = stretches.toSorted((a, b) => a.closing.at - b.closing.at)
  const [first, last] = [inTime[0], inTime.at(-1)]
  if (!first || !last) throw new Error('unreachable: a group has a stretch')
  const sum = (of: (stretch: Stretch) => number): number => inTime.reduce((all, stretch) => all + of(stretch), 0)
  const { opening, closing } = { opening: first.opening, closing: last.closing }
  const events = inTime.flatMap((stretch) => stretch.events)
  return {
    ...{ opening: opening.value, closing: closing.value },
    correction: sum((stretch) => stretch.counted) - (closing.value - opening.value),
    events,
    resets: events.filter(({ kind }) => kind === 'reset').length,
    outliers: sum((stretch) => stretch.outliers),
    span: (closing.at - opening.at) / HOUR_MS,
    within: (Math.min(closing.at, to.getTime()) - Math.max(opening.at, from.getTime())) / HOUR_MS,
    hours: sum((stretch) => stretch.hours),
    n: sum((stretch) => stretch.n),
    good: sum((stretch) => stretch.good),
    suspect: sum((stretch) => stretch.suspect),
  }
}
