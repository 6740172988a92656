import type { ThingFeature } from '#model/api/city.ts'
import { refsOf, type SeriesPlaces, type SeriesRef } from '../../state/series-address.ts'
import type { Datastream } from '../layer-model/model.ts'
import { type Axis, axesOf } from './axes.ts'
import { LINE_STYLES, type LineStyle } from './line-style.ts'
import type { Series } from './series.ts'

/** A series of the address, found among the Things of the city. */
export type ChosenSeries = {
  readonly ref: SeriesRef
  readonly thing: ThingFeature
  readonly datastream: Datastream
}
export type ShownSeries = ChosenSeries & {
  readonly axis: Axis
  readonly style: LineStyle
  readonly series: Series
  /** what was asked for: the same address gives the same data */
  readonly source: string
  readonly truncated: boolean
}
export type Choice = {
  readonly drawn: readonly (ChosenSeries & { readonly axis: Axis; readonly style: LineStyle })[]
  /** of a third unit */
  readonly withoutAxis: readonly ChosenSeries[]
  /** named by the address, but not in the city */
  readonly unknown: readonly SeriesRef[]
}

export const refOf = (thing: ThingFeature, { property, channel }: Datastream): SeriesRef => ({
  thing: thing.properties.key,
  property,
  channel,
})

export const isStreamOf = ({ property, channel }: SeriesRef, datastream: Datastream): boolean =>
  datastream.property === property && datastream.channel === channel

/** What the address names, with an axis for each unit and the style of its place for each series, in the order of the address. */
export function choiceOf(places: SeriesPlaces, things: readonly ThingFeature[]): Choice {
  const refs = refsOf(places)
  const wanted = new Set(refs.map(({ thing }) => thing))
  const byKey = new Map(
    things.flatMap((thing) => (wanted.has(thing.properties.key) ? [[thing.properties.key, thing] as const] : [])),
  )
  const found = refs.map((ref): ChosenSeries | SeriesRef => {
    const thing = byKey.get(ref.thing)
    const datastream = thing?.properties.datastreams.find((one) => isStreamOf(ref, one))
    return thing && datastream ? { ref, thing, datastream } : ref
  })
  const known = found.filter((one): one is ChosenSeries => 'ref' in one)
  const axes = axesOf(known.map(({ datastream }) => datastream.unit))
  const withAxis = known.flatMap((one, index) => (axes[index] ? [{ ...one, axis: axes[index] }] : []))
  return {
    drawn: withAxis.flatMap((one) => {
      const style = LINE_STYLES[places.indexOf(one.ref)]
      return style ? [{ ...one, style }] : []
    }),
    withoutAxis: known.filter((_, index) => axes[index] === null),
    unknown: found.filter((one): one is SeriesRef => !('ref' in one)),
  }
}

/** Where values come from, as code: a simulator, a device that nobody confirmed, or a measurement. */
export type Origin = 'simulated' | 'unconfirmed' | 'measured'
export const originOf = ({ thing: { properties } }: Pick<ChosenSeries, 'thing'>): Origin =>
  properties.simulated ? 'simulated' : properties.verified ? 'measured' : 'unconfirmed'
