import type { Queryable } from '#infra/db/pool.ts'
import { AppError } from '#model/errors.ts'
import { indicatorOf } from '#model/indicators/catalogue.ts'
import { parsePeriod } from '#model/period.ts'
import { propertyOf } from '#model/properties.ts'
import type { Indicators } from '../indicators/engine.ts'
import { CELL_RESOLUTION, cellsIn } from '../indicators/inputs/cells.ts'
import type { ZoneRow } from '../queries/zones.ts'

export type ExposureKind = 'burden' | 'service'
/** A measured burden or service and what each zone has of it. */
export type ZoneMeasure = {
  readonly id: string
  readonly name: string
  readonly kind: ExposureKind
  readonly unit: string
  readonly source: string
  /** by zone key; zones without a value are absent */
  readonly values: ReadonlyMap<string, number>
}

type FromIndicator = { readonly kind: ExposureKind; readonly code: string; readonly points: readonly string[] }
/** Indicators whose value in a zone is what its people live with: not stocks of the city, not what devices report. */
const FROM_INDICATORS: readonly FromIndicator[] = [
  { kind: 'burden', code: 'EN:EN:AQ:1C', points: ['pm2_5', 'pm10', 'no2', 'so2', 'o3'] },
  { kind: 'burden', code: 'EC:I:T:5A', points: [''] },
  { kind: 'service', code: 'EC:ICT:ICT:4C', points: ['4g', '5g'] },
  { kind: 'service', code: 'EC:I:T:2A', points: [''] },
  { kind: 'service', code: 'EC:I:T:3C', points: [''] },
  { kind: 'service', code: 'EC:I:T:6A', points: [''] },
  { kind: 'service', code: 'EC:ICT:T:1C', points: [''] },
  { kind: 'service', code: 'EN:EN:PSN:1C', points: [''] },
  { kind: 'service', code: 'EN:EN:PSN:2A', points: [''] },
]

/** Observed properties that no indicator stands for: of sensors that stand in a zone, and of those that pass through it. */
const STANDING = [{ kind: 'burden', property: 'sound_level' }] as const
const MOVING = [
  { kind: 'service', property: 'download' },
  { kind: 'service', property: 'upload' },
  { kind: 'burden', property: 'latency' },
] as const
/** Fewest samples in a zone that a median may rest on. */
const LEAST_SAMPLES = 30

// The mean over Datastreams of each one's mean of hourly means. What is calibrated or corrected stands beside the raw
// value and would count its Thing twice.
const FIXED = `
  select z.key, d.property, avg(m.mean) as value
  from datastream d join thing t on t.id = d.thing_id join zone z on z.id = t.zone_id
  join lateral (
    select avg(h.total / h.good) as mean from observation_hourly h
    where h.datastream_id = d.id and h.bucket >= $2 and h.bucket < $3 and h.good > 0
  ) m on m.mean is not null
  where d.property = any($1::text[]) and d.channel = ''
  group by 1, 2`
const PASSING = `
  select z.key, d.property, percentile_cont(0.5) within group (order by m.result) as value
  from mobile_observation m
  join datastream d on d.id = m.datastream_id
  join unnest($4::bigint[], $5::text[]) as z (cell, key) on z.cell = h3_parent(m.cell, ${CELL_RESOLUTION})
  where d.property = any($1::text[]) and m.quality in (1, 2) and m.phenomenon_time >= $2 and m.phenomenon_time < $3
  group by 1, 2 having count(*) >= ${LEAST_SAMPLES}`

type Of = { readonly period: string; readonly timeZone: string; readonly now: Date; readonly zones: readonly ZoneRow[] }

/** Every measure with the zones that have a value of it in the period. */
export async function measuredByZone(db: Queryable, indicators: Indicators, of: Of): Promise<ZoneMeasure[]> {
  const measures: ZoneMeasure[] = []
  for (const { code, points, kind } of FROM_INDICATORS)
    for (const point of points) measures.push(await fromIndicator(indicators, { code, point, kind, period: of.period }))
  return [...measures, ...(await fromProperties(db, of))]
}

type Point = { readonly code: string; readonly point: string; readonly kind: ExposureKind; readonly period: string }

async function fromIndicator(indicators: Indicators, { code, point, kind, period }: Point): Promise<ZoneMeasure> {
  const indicator = indicatorOf(code)
  if (!indicator) throw new AppError('INDICATOR_UNKNOWN', code)
  const { zones, unit } = await indicators.zoneValues(code, { period, dataPoint: point })
  const points = [...indicator.dataPoints, ...(indicator.extensions ?? [])]
  const part = points.find(({ id }) => id === point)?.name ?? ''
  return {
    id: point === '' ? code : `${code}:${point}`,
    name: point === '' ? indicator.name : `${indicator.name}: ${part}`,
    kind,
    unit,
    source: point === '' ? code : `${code} ${point}`,
    values: new Map(zones.flatMap(({ zone, value }) => (value === null ? [] : [[zone, value]]))),
  }
}

type Row = { readonly key: string; readonly property: string; readonly value: number }

async function fromProperties(db: Queryable, { period, timeZone, now, zones }: Of): Promise<ZoneMeasure[]> {
  const { from, to } = parsePeriod(period, timeZone, now)
  const names = (of: readonly { property: string }[]): string[] => of.map(({ property }) => property)
  const cells = zones.flatMap(({ key, geometry }) => cellsIn(geometry).map((cell) => ({ key, cell: `0x${cell}` })))
  const standing = await db.query<Row>(FIXED, [names(STANDING), from, to])
  const passing = await db.query<Row>(PASSING, [
    names(MOVING),
    from,
    to,
    cells.map(({ cell }) => BigInt(cell).toString()),
    cells.map(({ key }) => key),
  ])
  const rows = [...standing.rows, ...passing.rows]
  return [...STANDING, ...MOVING].map(({ property, kind }) => {
    const { label, unit } = propertyOf(property)
    const own = rows.filter((row) => row.property === property)
    const values = new Map(own.map(({ key, value }) => [key, value]))
    return { id: property, name: label, kind, unit, source: property, values }
  })
}
