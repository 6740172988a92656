import { amount, type Column, type Row } from '../../ui/table/table-model.ts'
import { colourOf, type Scale } from '../colours/scales.ts'
import { nowOrFrame, rangeLabels, type StatisticId, thingSourceFact, windowFact } from './legend-parts.ts'
import {
  type LayerInput,
  type LayerModel,
  type Legend,
  type LegendStep,
  NO_MARKS,
  type PointMark,
  withRows,
} from './model.ts'
import {
  countTrust,
  gradeLegend,
  isConfirmed,
  pointOf,
  type Reading,
  shapeOfGrade,
  TRUST_KEYS,
  thingCells,
  thingColumns,
  trustNotes,
  unconfirmedFirst,
} from './things.ts'

export type ThingMeasure = {
  readonly title: string
  /** message that says what each number is; with `.frame` behind it, what it is in playback */
  readonly statistic: StatisticId
  readonly unit: string
  readonly readings: readonly Reading[]
  /** the number that colours the Thing; by default its latest result */
  readonly numberOf?: (reading: Reading) => number | null
  readonly scale: Scale
  readonly show: (value: number) => string
  /** how a difference between two moments is written, where not as a value */
  readonly showDifference?: (size: number) => string
  readonly steps?: readonly LegendStep[]
  readonly column: string
  readonly extra?: readonly (Column & { readonly cell: (reading: Reading) => Row['cells'][string] })[]
  /** 'grade': the shape says how good the instrument is */
  readonly shapeOf?: 'grade' | ((reading: Reading) => PointMark['shape'])
  readonly radius?: number
  /** writes the value on the mark */
  readonly labelOf?: (value: number) => string
  readonly keys?: Legend['keys']
  readonly notes?: readonly string[]
}

/** Where thousands of points stand no number can be read. */
const MAX_LABELLED = 2000

/** Things coloured by one number of each: the common form of most layers. */
export function thingModel(input: LayerInput, measure: ThingMeasure): LayerModel {
  const { i18n } = input
  const { readings, scale, show } = measure
  const numberOf = measure.numberOf ?? (({ latest }: Reading) => latest?.result ?? null)
  const { first, last } = thingColumns(input)
  const rowOf = (reading: Reading): Row => {
    const { key } = reading.thing.properties
    const more = Object.fromEntries((measure.extra ?? []).map(({ id, cell }) => [id, cell(reading)]))
    const value = amount(numberOf(reading), show, i18n.t('none'))
    return { id: `thing:${key}`, key, cells: { ...thingCells(input, reading), ...more, value } }
  }
  const byGrade = measure.shapeOf === 'grade'
  const shapeOf = measure.shapeOf === 'grade' ? shapeOfGrade : measure.shapeOf
  const many = readings.length > MAX_LABELLED
  const points = readings.flatMap((reading): PointMark[] => {
    const position = pointOf(reading.thing)
    if (!position) return []
    const value = numberOf(reading)
    return [
      {
        id: `thing:${reading.thing.properties.key}`,
        name: reading.thing.properties.name,
        position,
        colour: value === null || !isConfirmed(reading) ? input.noData : colourOf(scale, value),
        trust: value === null ? 'none' : reading.trust,
        confirmed: isConfirmed(reading),
        radius: measure.radius ?? 8,
        shape: shapeOf?.(reading) ?? 'dot',
        label: value === null || many ? '' : (measure.labelOf?.(value) ?? ''),
        get hint() {
          return value === null ? i18n.t('hint.noValue') : `${show(value)} ${measure.unit}`.trim()
        },
      },
    ]
  })
  const based = readings.filter((reading) => isConfirmed(reading) && numberOf(reading) !== null)
  const grade = byGrade ? gradeLegend(readings) : { keys: [] }
  const model: Omit<LayerModel, 'rows'> = {
    legend: {
      title: measure.title,
      steps: measure.steps ?? rangeLabels(scale, show, i18n.t),
      facts: [
        [i18n.t('fact.statistic'), i18n.t(nowOrFrame(input, measure.statistic))],
        ...windowFact(input),
        ...(measure.unit ? [[i18n.t('fact.unit'), measure.unit] as const] : []),
        [i18n.t('fact.n'), basedOn(input, based.length)],
        thingSourceFact(input, readings),
      ],
      ...grade,
      keys: [...grade.keys, ...(measure.keys ?? TRUST_KEYS), 'unconfirmed'],
      ...countTrust(readings),
      notes: [...trustNotes(input, readings), ...(measure.notes ?? [])],
    },
    columns: [
      ...first,
      ...(measure.extra ?? []).map(({ cell: _, ...column }) => column),
      { id: 'value', label: measure.unit ? `${measure.column} (${measure.unit})` : measure.column, numeric: true },
      ...last,
    ],
    compared: { column: 'value', show: measure.showDifference ?? show },
    marks: { ...NO_MARKS, points: unconfirmedFirst(points) },
  }
  return withRows(model, () => readings.map(rowOf))
}

const basedOn = ({ i18n, frame }: LayerInput, n: number): string =>
  frame?.n === null || frame === null
    ? i18n.t('n.things', { n })
    : i18n.t('n.things.frame', { n, observations: frame.n })
