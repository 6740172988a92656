import type { Queryable } from '#infra/db/pool.ts'
import { countsDoubted } from '#model/air-quality/measuring-ranges.ts'
import { DAY_MS } from '#model/basics/durations.ts'
import { stepMsOf } from '../compile.ts'
import type { Feature } from './measured.ts'
import type { Span } from './series.ts'

const NEWEST = `
  select w.id, floor(extract(epoch from o.phenomenon_time) * 1000)::float8 as at
  from unnest($1::int[], $2::timestamptz[], $3::boolean[]) as w (id, until, doubted)
  cross join lateral (
    select phenomenon_time from observation
    where datastream_id = w.id and phenomenon_time < w.until and phenomenon_time > $4
      and (quality in (1, 2) or w.doubted and quality = 3)
    order by phenomenon_time desc limit 1
  ) o`

/** For a value, what is measured at the very end counts as well. */
const INSTANT_MS = 1

/** When the newest evidence of Datastreams up to the ends of their spans was; null: none within 31 days before. */
export async function newestEvidence(
  db: Queryable,
  feature: Feature,
  spans: readonly Pick<Span, 'stream' | 'until'>[],
): Promise<ReadonlyMap<number, number | null>> {
  if (spans.length === 0) return new Map()
  const step = stepMsOf(feature.condition)
  const isDoubtCounted = ({ grade }: Span['stream']): boolean =>
    feature.suspect || (feature.condition.kind === 'legal_threshold' && countsDoubted(grade))
  const least = spans.reduce((ms, { until }) => Math.min(ms, until), Number.POSITIVE_INFINITY)
  const { rows } = await db.query<{ id: number; at: number }>(NEWEST, [
    spans.map(({ stream }) => stream.id),
    spans.map(({ until }) => new Date(until + (step === 0 ? INSTANT_MS : 0))),
    spans.map(({ stream }) => isDoubtCounted(stream)),
    new Date(least - 31 * DAY_MS),
  ])
  const found = new Map<number, number | null>(spans.map(({ stream }) => [stream.id, null]))
  for (const { id, at } of rows) found.set(id, step === 0 ? at : Math.floor(at / step) * step + step)
  return found
}
