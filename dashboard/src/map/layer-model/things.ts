import type { ThingFeature } from '#model/api/city.ts'
import { type Censored, censoredByName } from '#model/observation/censored.ts'
import { isGood } from '#model/observation/quality.ts'
import { isAvailability } from '#model/things/availability.ts'
import { GRADES, type Grade } from '#model/things/grade.ts'
import type { Latest } from '../../live/latest.ts'
import { offlineSince } from '../../live/offline.ts'
import { type Cell, type Column, text } from '../../ui/table/table-model.ts'
import { type Group, NOTHING_KEPT } from './kept.ts'
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

/** Of these groups the marks that there are, in drawing order. */
export function pointsInOrder(
  marks: readonly (PointMark | null)[],
  groups: readonly Group<Pick<Reading, 'thing'>>[],
): readonly PointMark[] {
  // 100,000 marks that are in order already are not looked at
  const points = marks.includes(null) ? marks.filter((mark) => mark !== null) : (marks as readonly PointMark[])
  return groups.every(({ of }) => isConfirmed(of)) ? points : unconfirmedFirst(points)
}

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
export function gradeLegend(groups: readonly Group<Pick<Reading, 'thing'>>[]) {
  const grades = Object.fromEntries(GRADES.map((grade) => [grade, 0])) as Record<Grade, number>
  for (const { of, n } of groups) if (isConfirmed(of)) grades[of.thing.properties.grade] += n
  return { keys: GRADES, grades }
}

/** Who announced itself through its first message has no kind until somebody gives it one. */
const UNKNOWN_KIND = 'unknown'

/**
 * The Things of these kinds, each with its Datastream of `property`; and those of no kind yet that measure it, so that
 * what a city publishes is on the map before its registry is tidy.
 */
export function readingsOf(input: LayerInput, kinds: readonly string[], property: string): readonly Reading[] {
  return readingsWhere(input, `${kinds.join()} ${property}`, ({ properties: { kind, datastreams } }) => {
    const fits =
      kinds.includes(kind) || (kind === UNKNOWN_KIND && datastreams.some((each) => each.property === property))
    return fits ? property : null
  })
}

/** Every Thing that measures the property, whatever its kind. */
export const readingsOfProperty = (input: LayerInput, property: string): readonly Reading[] =>
  readingsWhere(input, property, ({ properties }) =>
    properties.datastreams.some((each) => each.property === property) ? property : null,
  )

/** The Things for which `propertyOf` names what is shown of them. `name` is that of the choice, the same in every batch. */
export function readingsWhere(
  input: LayerInput,
  name: string,
  propertyOf: (thing: ThingFeature) => string | null,
): readonly Reading[] {
  const { kept = NOTHING_KEPT } = input
  const shown = kept.once(`shown ${name}`, () =>
    input.things.flatMap((thing) => {
      const property = propertyOf(thing)
      return property === null ? [] : [shownOf(thing, property)]
    }),
  )
  return kept.follow<Shown, Reading>(
    `readings ${name}`,
    { items: shown, datastreamsOf: followedOf, changes: input.changes },
    (one, before) => readNow(input, one, before),
  )
}

/** What it is heard of decides whether it is offline, too. */
const followedOf = ({ thing, datastream, saysOffline }: Shown): readonly number[] =>
  saysOffline ? thing.properties.datastreams.map(({ id }) => id) : datastream ? [datastream.id] : []

/** What of a Thing is shown, which does not change with its values. */
type Shown = {
  readonly thing: ThingFeature
  readonly datastream: Datastream | null
  readonly expectedIntervalSeconds: number | null
  /** it says of itself whether it is offline */
  readonly saysOffline: boolean
}

function shownOf(thing: ThingFeature, property: string): Shown {
  const { datastreams } = thing.properties
  const datastream = datastreams.find((candidate) => candidate.property === property) ?? null
  const expectedIntervalSeconds = datastream?.expectedIntervalSeconds ?? thing.properties.expectedIntervalSeconds
  return { thing, datastream, expectedIntervalSeconds, saysOffline: datastreams.some(isAvailability) }
}

function readNow(input: LayerInput, shown: Shown, before: Reading | undefined): Reading {
  const { thing, datastream, expectedIntervalSeconds, saysOffline } = shown
  const latest = datastream && input.latestOf(datastream)
  // what a device said before it was said to be offline is old at once
  const isOffline = saysOffline && input.frame === null && offlineSince(thing, input.latestOf) !== null
  const trust = latest && isOffline ? 'stale' : trustOf(latest, expectedIntervalSeconds, input.now)
  return before && before.latest === latest && before.trust === trust ? before : { thing, datastream, latest, trust }
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
export function countTrust(groups: readonly Group<Pick<Reading, 'thing' | 'trust'>>[]) {
  const counts: Record<Trust | 'unconfirmed', number> = { fresh: 0, stale: 0, suspect: 0, none: 0, unconfirmed: 0 }
  for (const { of, n } of groups) counts[isConfirmed(of) ? of.trust : 'unconfirmed'] += n
  const { fresh: _, ...others } = counts
  return others
}

/** Says in the legend what the numbers leave out, and what the map does. */
export function trustNotes({ i18n }: LayerInput, groups: readonly Group<Pick<Reading, 'thing'>>[]): string[] {
  const placeless = countOf(groups, ({ thing }) => thing.geometry === null)
  return [
    ...(groups.every(({ of }) => isConfirmed(of)) ? [] : [i18n.t('legend.note.unconfirmed')]),
    ...(placeless > 0 ? [i18n.t('legend.note.placeless', { n: placeless })] : []),
  ]
}

/** What a legend counts of a reading; `more` is what a layer counts besides. */
export const legendKey = ({ thing, trust }: Pick<Reading, 'thing' | 'trust'>, more: string): string => {
  const { verified, grade, simulated } = thing.properties
  return `${verified} ${grade} ${simulated} ${thing.geometry !== null} ${trust} ${more}`
}

export const countOf = <Item>(groups: readonly Group<Item>[], isCounted: (item: Item) => boolean): number =>
  groups.reduce((sum, { of, n }) => (isCounted(of) ? sum + n : sum), 0)

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
