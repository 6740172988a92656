import type { ThingFeature } from '#model/api/city.ts'
import { fold } from '#model/text/fold.ts'
import type { Formatters } from '../../i18n/formatters.ts'
import { formatRef, type SeriesRef } from '../../state/series-address.ts'
import type { Datastream } from '../layer-model/model.ts'
import { NO_MATCH, RANKS, rankOf } from '../search/rank.ts'
import { AXES } from './axes.ts'
import { refOf } from './shown-series.ts'

type Candidate = {
  readonly thing: ThingFeature
  readonly datastream: Datastream
  /** name and key of the Thing, property and channel, folded */
  readonly text: string
}
export type SeriesIndex = readonly Candidate[]
/** What can be added on one axis; `isNew`: the chart has no second axis yet. */
export type SeriesGroup = {
  readonly id: string
  readonly unit: string | null
  readonly found: readonly { readonly ref: SeriesRef; readonly thing: ThingFeature; readonly datastream: Datastream }[]
  readonly total: number
}

const MAX_PER_GROUP = 8
const MAX_TEXT = 80

export function seriesIndex(things: readonly ThingFeature[], property: Formatters['property']): SeriesIndex {
  const labels = new Map<string, string>()
  const labelOf = (name: string): string => {
    const label = labels.get(name) ?? fold(property(name))
    labels.set(name, label)
    return label
  }
  return things.flatMap((thing) => {
    const { key, name, datastreams } = thing.properties
    const of = `${fold(name)} ${fold(key)}`
    return datastreams.map((datastream) => {
      const { property: code, channel } = datastream
      return { thing, datastream, text: `${of} ${labelOf(code)} ${fold(code)} ${fold(channel)}` }
    })
  })
}

/**
 * Series that have an axis in a chart of these units, without those that it shows: those of the first unit, then those of the
 * second, or of any other unit while there is no second one.
 */
export function findSeries(
  text: string,
  index: SeriesIndex,
  units: readonly string[],
  shown: readonly SeriesRef[],
): SeriesGroup[] {
  const wanted = fold(text.trim().slice(0, MAX_TEXT))
  if (wanted === '') return []
  const words = wanted.split(/\s+/)
  const [first, second = null] = units
  const taken = new Set(shown.map(formatRef))
  const groups = AXES.map((axis) => ({ axis, total: 0, byRank: RANKS.map((): Candidate[] => []) }))
  for (const candidate of index) {
    const { unit } = candidate.datastream
    const group = unit === first ? groups[0] : second === null || unit === second ? groups[1] : undefined
    const rank = group ? rankOf(candidate.text, wanted, words) : NO_MATCH
    const list = group?.byRank[rank]
    if (!group || !list || taken.has(formatRef(refOf(candidate.thing, candidate.datastream)))) continue
    group.total += 1
    if (list.length < MAX_PER_GROUP) list.push(candidate)
  }
  return groups
    .filter(({ total }) => total > 0)
    .map(({ axis, total, byRank }) => ({
      id: axis,
      unit: axis === 'y' ? (first ?? null) : second,
      found: byRank
        .flat()
        .slice(0, MAX_PER_GROUP)
        .map(({ thing, datastream }) => ({ ref: refOf(thing, datastream), thing, datastream })),
      total,
    }))
}
