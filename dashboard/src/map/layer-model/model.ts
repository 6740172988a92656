import type { ThingFeature, ZoneFeatures } from '#model/api/city.ts'
import type { Area, Position } from '#model/basics/geo.ts'
import type { Grade } from '#model/things/grade.ts'
import type { Formatters } from '../../i18n/formatters.ts'
import type { Latest } from '../../live/latest.ts'
import type { Column, Row } from '../../ui/table/table-model.ts'
import type { Rgb } from '../colours/palette.ts'
import type { Changes, Kept } from './kept.ts'

/**
 * One layer, complete: what the map draws, what the legend says and what the table lists come out of the same function
 * of the same data, so they cannot disagree.
 */
export type LayerModel = {
  readonly legend: Legend
  readonly columns: readonly Column[]
  /** made when first read: without a table nobody needs 100,000 of them four times a second */
  readonly rows: readonly Row[]
  readonly marks: Marks
  /** the column by which two moments are compared, and how the size of a difference is written */
  readonly compared?: { readonly column: string; readonly show: (size: number) => string }
  /** two maps to show next to each other in place of this one */
  readonly sideBySide?: readonly [a: LayerModel, b: LayerModel]
  /** whether the two numbers of a map go together: the districts that have both, of how many */
  readonly correlation?: { readonly pairs: readonly [number, number][]; readonly districts: number }
}

/** A model whose rows are made once, when they are first read. */
export function withRows(model: Omit<LayerModel, 'rows'>, makeRows: () => readonly Row[]): LayerModel {
  let rows: readonly Row[] | undefined
  return {
    ...model,
    get rows() {
      rows ??= makeRows()
      return rows
    },
  }
}

/** fresh: as expected; stale: older than three intervals; suspect: flagged 3 or 4; none: no value at all */
export type Trust = 'fresh' | 'stale' | 'suspect' | 'none'

export type PointMark = {
  /** selection id, `thing:<key>` */
  readonly id: string
  readonly name: string
  readonly position: Position
  readonly colour: Rgb
  readonly trust: Trust
  /** false: it registered itself and nobody has confirmed it; drawn without the colour of its value, below the others */
  readonly confirmed: boolean
  /** px */
  readonly radius: number
  readonly shape: 'dot' | 'triangle' | 'square' | 'diamond' | 'pentagon'
  /** written on the mark; '' for none */
  readonly label: string
  /** shown when it is pointed at */
  readonly hint: string
}
export type LineMark = Pick<PointMark, 'id' | 'name' | 'colour' | 'trust' | 'confirmed' | 'hint'> & {
  readonly path: readonly Position[]
}
export type AreaMark = {
  readonly id: string
  readonly name: string
  readonly area: Area
  /** null: nothing to show here, see `hint` */
  readonly colour: Rgb | null
  /** missing: hatched */
  readonly certainty: 'plain' | 'missing'
  readonly hint: string
}
export type CellMark = { readonly id: string; readonly cell: string; readonly colour: Rgb; readonly hint: string }
export type Marks = {
  readonly points: readonly PointMark[]
  readonly lines: readonly LineMark[]
  readonly areas: readonly AreaMark[]
  readonly cells: readonly CellMark[]
}
export const NO_MARKS: Marks = { points: [], lines: [], areas: [], cells: [] }

export type LegendStep = { readonly colour: Rgb; readonly label: string; readonly range?: string }
/** Colours by certainty: the narrowest intervals first. */
export type UncertainKey = readonly { readonly label: string; readonly steps: readonly LegendStep[] }[]
export type Legend = {
  readonly title: string
  readonly steps: readonly LegendStep[]
  /** of estimates, in place of `steps` */
  readonly uncertain?: UncertainKey
  /** of a map of two numbers: colours[class of a][class of b] */
  readonly grid?: LegendGrid
  /** statistic, window, n, unit and the like: term and description */
  readonly facts: readonly (readonly [term: string, text: string])[]
  /** shown with the steps, where the layer has them */
  readonly keys: readonly LegendKey[]
  /** confirmed devices by state */
  readonly stale: number
  readonly suspect: number
  readonly none: number
  readonly unconfirmed?: number
  /** confirmed devices of each grade, where the shape of a mark says its grade */
  readonly grades?: Readonly<Record<Grade, number>>
  readonly notes: readonly string[]
}

export type LegendKey = Grade | ('stale' | 'suspect' | 'none' | 'unconfirmed' | 'missing' | 'mast' | 'plant' | 'feeder')

export type LegendGrid = {
  readonly colours: readonly (readonly Rgb[])[]
  /** districts of each colour */
  readonly counts: readonly (readonly number[])[]
  readonly a: LegendAxis
  readonly b: LegendAxis
}
/** `breaks`: where the middle and the high class begin; 'city': below, like and above the city */
export type LegendAxis = { readonly name: string; readonly breaks: readonly string[] | 'city' }

/** A moment of the past, as playback shows it: what a layer reads in place of the present. */
export type Frame = {
  readonly from: number
  readonly to: number
  /** good observations in the frame; null where it shows an index, which has its own window */
  readonly n: number | null
  readonly latestOf: LayerInput['latestOf']
  /** numbers of the whole window, so that classes made of them hold from frame to frame */
  readonly samplesOf: (datastream: Datastream) => readonly number[]
  readonly thingsOf: (things: readonly ThingFeature[]) => readonly ThingFeature[]
  readonly zonesOf: (zones: ZoneFeatures) => ZoneFeatures
}

/** What every layer may read. `latestOf` has live values in it already, or those of the frame. */
export type LayerInput = {
  readonly zones: ZoneFeatures
  readonly things: readonly ThingFeature[]
  readonly simulated: boolean
  readonly latestOf: (datastream: Datastream) => Latest | null
  readonly now: number
  /** null: live */
  readonly frame: Frame | null
  readonly noData: Rgb
  readonly i18n: Formatters
  /** absent: everything is made anew */
  readonly kept?: Kept
  readonly changes?: Changes
}
export type Datastream = ThingFeature['properties']['datastreams'][number]
