import type { ThingFeature } from '#model/api/city.ts'
import { type Censored, censoredByName } from '#model/observation/censored.ts'
import { isGood } from '#model/observation/quality.ts'
import { GRADES, type Grade } from '#model/things/grade.ts'
import type { Latest } from '../../live/latest.ts'
import { offlineSince } from '../../live/offline.ts'
import { type Cell, type Column, text } from '../../ui/table/table-model.ts'
import type { Datastream, LayerInput, LegendKey, PointMark, Trust } from './model.ts'

/** A Thing with the one Datastream that a layer shows of it. */
export type Reading = {
  readonly thing: ThingFeature
  readonly datastream: Datastream | null
  readonly latest: Latest | null
  readonly trust: Trust
}

/** Observations older than three expected intervals are stale (the API says the same); unknown interval: one hour. */
export function isStale(latestMs: number, expectedIntervalSeconds: number | null, now: number): boolean {
  return now - latestMs > 3 * (expectedIntervalSeconds ?? 1200) * 1000
}

export function trustOf(latest: Latest | null, expectedIntervalSeconds: number | null, now: number): Trust {
  if (!latest) return 'none'
  if (isStale(latest.time, expectedIntervalSeconds, now)) return 'stale'
  return isGood(latest.quality) ? 'fresh' : 'suspect'
}

/** What the value is below or above, where the instrument gave a limit ("<2") instead of one, now or in all of a frame. */
export function limitOf({ datastream, latest }: Pick<Reading, 'datastream' | 'latest'>): Censored | null {
  if (!latest || !datastream) return null
  return latest.limit ?? censoredByName(latest, datastream) ?? null
}

/** Anybody who can publish can register a Thing: until a person confirms it, it counts in no number. */
export const isConfirmed = ({ thing }: Pick<Reading, 'thing'>): boolean => thing.properties.verified

/** Marks in drawing order: what nobody confirmed covers nothing that somebody did. */
export const unconfirmedFirst = <Mark extends Pick<PointMark, 'confirmed'>>(marks: readonly Mark[]): Mark[] => [
  ...marks.filter(({ confirmed }) => !confirmed),
  ...marks.filter(({ confirmed }) => confirmed),
]

/** The grade of an instrument is a shape, so that it does not depend on colour. */
const SHAPE_OF_GRADE = {
  reference: 'square',
  indicative: 'dot',
  low_cost: 'diamond',
  unknown: 'pentagon',
} as const satisfies Record<Grade, PointMark['shape']>
export const shapeOfGrade = ({ thing }: Pick<Reading, 'thing'>): PointMark['shape'] =>
  SHAPE_OF_GRADE[thing.properties.grade]

export const TRUST_KEYS = ['stale', 'suspect', 'none'] as const satisfies readonly LegendKey[]

/** What a legend says of grades: their shapes, and how many confirmed devices have each. */
export function gradeLegend(readings: readonly Pick<Reading, 'thing'>[]) {
  const confirmed = readings.filter(isConfirmed)
  const count = (grade: Grade) => confirmed.filter(({ thing }) => thing.properties.grade === grade).length
  return {
    keys: GRADES,
    grades: Object.fromEntries(GRADES.map((grade) => [grade, count(grade)])) as Record<Grade, number>,
  }
}

/** Who announced itself through its first message has no kind until somebody gives it one. */
const UNKNOWN_KIND = 'unknown'

/**
 * The Things of these kinds, each with its Datastream of `property`; and those of no kind yet that measure it, so that
 * what a city publishes is on the map before its registry is tidy.
 */
export function readingsOf(input: LayerInput, kinds: readonly string[], property: string): Reading[] {
  const found: Reading[] = []
  for (const thing of input.things) {
    const { kind, datastreams } = thing.properties
    const fits =
      kinds.includes(kind) || (kind === UNKNOWN_KIND && datastreams.some((each) => each.property === property))
    if (fits) found.push(readingOf(input, thing, property))
  }
  return found
}

/** Every Thing that measures the property, whatever its kind. */
export const readingsOfProperty = (input: LayerInput, property: string): Reading[] =>
  input.things
    .filter(({ properties }) => properties.datastreams.some((each) => each.property === property))
    .map((thing) => readingOf(input, thing, property))

export function readingOf(input: LayerInput, thing: ThingFeature, property: string): Reading {
  const { datastreams, expectedIntervalSeconds } = thing.properties
  const datastream = datastreams.find((candidate) => candidate.property === property) ?? null
  const latest = datastream && input.latestOf(datastream)
  const trust = trustOf(latest, datastream?.expectedIntervalSeconds ?? expectedIntervalSeconds, input.now)
  // what a device said before it was said to be offline is old at once
  const isOffline = input.frame === null && offlineSince(thing, input.latestOf) !== null
  return { thing, datastream, latest, trust: latest && isOffline ? 'stale' : trust }
}

/**
 * The numbers that classes are made of: those shown now, or those of the whole playback, or a colour would change its
 * meaning from frame to frame.
 */
export function spreadOf(
  { frame }: LayerInput,
  readings: readonly Reading[],
  numberOf: (reading: Reading) => number | null,
): number[] {
  return readings.filter(isConfirmed).flatMap((reading) => {
    if (!frame || !reading.datastream) return numberOf(reading) ?? []
    return frame.samplesOf(reading.datastream).flatMap((result) => {
      const latest = { time: frame.to, result, quality: 1 as const, reasons: [] }
      return numberOf({ ...reading, latest }) ?? []
    })
  })
}

/** An amount belongs to the interval since the last message: per hour it can be compared. Null without a promised one. */
export function perHour({
  thing,
  datastream,
  latest,
}: Pick<Reading, 'thing' | 'datastream' | 'latest'>): number | null {
  const interval = datastream?.expectedIntervalSeconds ?? thing.properties.expectedIntervalSeconds
  return latest && interval ? (latest.result * 3600) / interval : null
}

/** What a layer of Things says of trust: how many confirmed ones are stale, suspect or without a value; how many are not. */
export function countTrust(readings: readonly Pick<Reading, 'thing' | 'trust'>[]) {
  const confirmed = readings.filter(isConfirmed)
  const count = (wanted: Trust) => confirmed.filter(({ trust }) => trust === wanted).length
  return {
    stale: count('stale'),
    suspect: count('suspect'),
    none: count('none'),
    unconfirmed: readings.length - confirmed.length,
  }
}

/** Says in the legend what the numbers leave out, and what the map does. */
export function trustNotes({ i18n }: LayerInput, readings: readonly Pick<Reading, 'thing'>[]): string[] {
  const placeless = readings.filter(({ thing }) => thing.geometry === null).length
  return [
    ...(readings.every(isConfirmed) ? [] : [i18n.t('legend.note.unconfirmed')]),
    ...(placeless > 0 ? [i18n.t('legend.note.placeless', { n: placeless })] : []),
  ]
}

export const numberAttribute = (thing: ThingFeature, name: string): number | null => {
  const value = thing.properties.attributes[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export const thingColumns = ({ i18n: { t } }: LayerInput): { first: Column[]; last: Column[] } => ({
  first: [
    { id: 'name', label: t('column.thing'), numeric: false },
    { id: 'zone', label: t('column.zone'), numeric: false },
  ],
  last: [
    { id: 'grade', label: t('column.grade'), numeric: false },
    { id: 'trust', label: t('column.state'), numeric: false },
    { id: 'time', label: t('column.measured'), numeric: true },
  ],
})

type ThingColumn = Column & { readonly cell: (reading: Reading) => Cell }

export const kindColumn = ({ i18n }: LayerInput): ThingColumn => ({
  ...{ id: 'kind', label: i18n.t('column.kind'), numeric: false },
  cell: ({ thing }) => text(i18n.name('kind', thing.properties.kind)),
})

export function thingCells(
  input: LayerInput,
  { thing, latest, trust }: Omit<Reading, 'datastream'>,
): Record<string, Cell> {
  return {
    name: { text: thing.properties.name, sort: thing.properties.name },
    zone: zoneCell(input, thing.properties.zone),
    grade: gradeCell(input, thing),
    trust: trustCell(input, { thing, trust }),
    time: timeCell(input, latest),
  }
}

/** Nothing of the past is up to date. */
function trustCell({ i18n, frame }: LayerInput, { thing, trust }: Pick<Reading, 'thing' | 'trust'>): Cell {
  const state = i18n.name('trust', frame && trust === 'fresh' ? 'past' : trust)
  if (isConfirmed({ thing })) return { text: state, sort: trust, csv: state }
  const shown = i18n.t('trust.unconfirmed', { state })
  return { text: shown, sort: `unconfirmed ${trust}`, csv: shown }
}

/** Grades sort by how far they are to be trusted. */
function gradeCell({ i18n }: LayerInput, { properties }: ThingFeature): Cell {
  const shown = i18n.name('grade', properties.grade)
  return { text: shown, sort: GRADES.indexOf(properties.grade), csv: shown }
}

/** How long ago, or in playback the frame. */
function timeCell({ i18n, now, frame }: LayerInput, latest: Latest | null): Cell {
  if (frame) return { text: i18n.dateTime(frame.from), sort: frame.from }
  return latest ? { text: i18n.age(latest.time, now), sort: latest.time } : { text: i18n.t('none'), sort: null }
}

function zoneCell({ zones, i18n }: LayerInput, key: string | null): Cell {
  const name = zones.features.find(({ properties }) => properties.key === key)?.properties.name
  return name ? { text: name, sort: name } : { text: i18n.t('none'), sort: null }
}

/** Where a mark goes: the point, or the middle vertex of a line. */
export function pointOf(thing: ThingFeature): readonly [number, number] | null {
  const place = thing.geometry
  if (!place) return null
  if (place.type === 'Point') return place.coordinates
  return place.coordinates[Math.floor(place.coordinates.length / 2)] ?? null
}
