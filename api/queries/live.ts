import type { Queryable } from '#infra/db/pool.ts'
import type { LiveObservation } from '#model/mqtt/live-feed.ts'
import type { Quality } from '#model/observation/quality.ts'
import type { Domain } from '#model/things/domain.ts'

const LATEST = `
  select t.key as thing, t.domain, d.id, d.property, d.channel, l.phenomenon_time as time, l.result, l.quality, l.reasons
  from latest_observation l
  join datastream d on d.id = l.datastream_id
  join thing t on t.id = d.thing_id`

type Row = {
  thing: string
  domain: Domain
  id: number
  property: string
  channel: string
  time: Date
  result: number
  quality: Quality
  reasons: number
}
export type Latest = LiveObservation & { domain: Domain }

/** The latest observation of every Datastream, in one statement. */
export async function selectLatest(db: Queryable): Promise<Latest[]> {
  const { rows } = await db.query<Row>({ name: 'api-latest', text: LATEST })
  return rows.map(({ id, time, ...row }) => ({ ...row, datastreamId: id, phenomenonTime: time.toISOString() }))
}
