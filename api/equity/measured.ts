import type { Queryable } from '#infra/db/pool.ts'
import { AppError } from '#model/basics/errors.ts'
import type { Period } from '#model/basics/period.ts'
import { indicatorOf } from '#model/indicators/catalogue/index.ts'
import { propertyOf } from '#model/observation/properties.ts'
import { goodSql } from '#model/observation/quality.ts'
import { meanLevel } from '#model/observation/sound.ts'
import type { Indicators } from '../indicators/engine.ts'
import { CELL_RESOLUTION, cellsIn } from '../indicators/inputs/cells.ts'
import { MIN_DATA_CAPTURE } from '../indicators/measure/context.ts'
import { soundClockHours } from '../measurements/clock-hours.ts'
import { hoursOf } from '../measurements/hours.ts'
import type { ThingAt, ZoneAt } from '../measurements/registry-at.ts'

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
const MIN_SAMPLES = 30

// The level over time of each microphone, then that of all in a zone: both are means of energies. A microphone counts with 75 %
// of the hours, as for the day-evening-night level.
const MICROPHONES = `
  select w.id, z.key from datastream_whole w join unnest($1::int[], $2::text[]) as z (thing, key) on z.thing = w.thing_id
  where w.property = 'sound_level'`
const levelsText = (hasQuarters: boolean | undefined): string => `
  select datastream_id as id, 10 * log(avg(energy)) as level
  from ${soundClockHours(hasQuarters, { ids: '$1', from: '$2', to: '$3' })}
  group by 1 having count(*) >= $4::float8`
const PASSING = `
  select z.key, d.property, percentile_cont(0.5) within group (order by m.result) as value
  from mobile_observation m
  join datastream d on d.id = m.datastream_id
  join unnest($4::bigint[], $5::text[]) as z (cell, key) on z.cell = h3_parent(m.cell, ${CELL_RESOLUTION})
  where d.property = any($1::text[]) and d.thing_id = any($6::int[]) and ${goodSql('m.quality')} and m.phenomenon_time >= $2 and m.phenomenon_time < $3
  group by 1, 2 having count(*) >= ${MIN_SAMPLES}`

/** Zones and Things that count as of the end of the period. */
type Of = {
  readonly period: Period
  readonly timeZone: string
  readonly now: Date
  readonly zones: readonly ZoneAt[]
  readonly things: readonly ThingAt[]
}

/** Every measure with the zones that have a value of it in the period. */
export async function measuredByZone(db: Queryable, indicators: Indicators, of: Of): Promise<ZoneMeasure[]> {
  const measures: ZoneMeasure[] = []
  for (const { code, points, kind } of FROM_INDICATORS)
    for (const point of points)
      measures.push(await fromIndicator(indicators, { code, point, kind, period: of.period.label }))
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

async function fromProperties(db: Queryable, of: Of): Promise<ZoneMeasure[]> {
  const { period, zones, things } = of
  const { from, to } = period
  const cells = zones.flatMap(({ key, geometry }) => cellsIn(geometry).map((cell) => ({ key, cell: `0x${cell}` })))
  const passing = await db.query<Row>(PASSING, [
    MOVING.map(({ property }) => property),
    from,
    to,
    cells.map(({ cell }) => BigInt(cell).toString()),
    cells.map(({ key }) => key),
    things.map(({ id }) => id),
  ])
  const rows = [...(await soundLevels(db, of)), ...passing.rows]
  return [...STANDING, ...MOVING].map(({ property, kind }) => {
    const { label, unit } = propertyOf(property)
    const own = rows.filter((row) => row.property === property)
    const values = new Map(own.map(({ key, value }) => [key, value]))
    return { id: property, name: label, kind, unit, source: property, values }
  })
}

async function soundLevels(db: Queryable, { period, timeZone, now, zones, things }: Of): Promise<Row[]> {
  const hours = hoursOf(period, now, timeZone)
  const keys = new Map(zones.map(({ id, key }) => [id, key]))
  const placed = things.filter(({ zoneId }) => zoneId !== null && keys.has(zoneId))
  const inZone = [placed.map(({ id }) => id), placed.map(({ zoneId }) => keys.get(zoneId ?? 0))]
  const microphones = (await db.query<{ id: number; key: string }>(MICROPHONES, inZone)).rows
  const values = [microphones.map(({ id }) => id), hours.from, hours.to, MIN_DATA_CAPTURE * hours.count]
  const { rows } = await db.query<{ id: number; level: number }>(levelsText(hours.hasQuarters), values)
  const levels = new Map(rows.map(({ id, level }) => [id, level]))
  return [...Map.groupBy(microphones, ({ key }) => key)].flatMap(([key, own]) => {
    const value = meanLevel(own.flatMap(({ id }) => levels.get(id) ?? []))
    return value === undefined ? [] : [{ key, property: 'sound_level', value }]
  })
}
