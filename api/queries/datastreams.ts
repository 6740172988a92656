import type { Queryable } from '#infra/db/pool.ts'
import { AppError } from '#model/basics/errors.ts'
import { PROPERTIES, type PropertyKind } from '#model/observation/properties.ts'
import { expectedIntervalOf } from '#model/things/expected-interval.ts'
import type { Grade } from '#model/things/grade.ts'

export type Datastream = {
  id: number
  thing: string
  property: string
  channel: string
  unit: string
  kind: PropertyKind
  /** its observations may carry their own position, and then live in mobile_observation */
  positioned: boolean
  expectedIntervalSeconds: number | null
  grade: Grade
}

const DATASTREAM = `
  select d.id, t.key as thing, d.property, d.channel, d.unit, t.expected_interval_s, t.grade, t.attributes
  from datastream d join thing t on t.id = d.thing_id
  where d.id = $1`

type Row = Omit<Datastream, 'kind' | 'positioned' | 'expectedIntervalSeconds'> & {
  expected_interval_s: number | null
  attributes: Record<string, unknown>
}

/** @throws AppError DATASTREAM_UNKNOWN */
export async function requireDatastream(db: Queryable, id: number): Promise<Datastream> {
  const { rows } = await db.query<Row>({ name: 'api-datastream', text: DATASTREAM, values: [id] })
  const row = rows[0]
  if (!row) throw new AppError('DATASTREAM_UNKNOWN', String(id))
  const { expected_interval_s, attributes, ...rest } = row
  const property = PROPERTIES.get(row.property)
  return {
    ...rest,
    kind: property?.kind ?? 'gauge',
    positioned: property?.positioned ?? false,
    expectedIntervalSeconds: expectedIntervalOf({ expectedIntervalSeconds: expected_interval_s, attributes }, rest),
  }
}
