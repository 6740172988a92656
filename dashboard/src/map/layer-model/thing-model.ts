import { amount, type Cell, type Column, type Row } from '../../ui/table/table-model.ts'
import { colourOf, type Scale } from '../colours/scales.ts'
import { hintedPoint } from './hinted-point.ts'
import { NOTHING_KEPT } from './kept.ts'
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
  countOf,
  countTrust,
  gradeLegend,
  isConfirmed,
  legendKey,
  limitOf,
  pointOf,
  pointsInOrder,
  type Reading,
  shapeOfGrade,
  TRUST_KEYS,
  thingCells,
  thingColumns,
  trustNotes,
} from './things.ts'

/** What is drawn of a reading follows from it alone: its mark is made again only when the reading is another one. */
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
    const value = valueCell(input, reading, { numberOf, show })
    return { id: `thing:${key}`, key, cells: { ...thingCells(input, reading), ...more, value } }
  }
  const byGrade = measure.shapeOf === 'grade'
  const shapeOf = measure.shapeOf === 'grade' ? shapeOfGrade : measure.shapeOf
  const many = readings.length > MAX_LABELLED
  const labelOf = (value: number): string => measure.labelOf?.(value) ?? ''
  const hintOf = (reading: Reading): string => {
    const value = numberOf(reading)
    if (value === null) return i18n.t('hint.noValue')
    return `${bounded(input, reading, { numberOf, show }) ?? show(value)} ${measure.unit}`.trim()
  }
  const { kept = NOTHING_KEPT } = input
  const hints = kept.once('hints', () => ({ hintOf }))
  hints.hintOf = hintOf
  const markOf = (reading: Reading): PointMark | null => {
    const position = pointOf(reading.thing)
    if (!position) return null
    const value = numberOf(reading)
    const look = {
      id: `thing:${reading.thing.properties.key}`,
      name: reading.thing.properties.name,
      position,
      colour: value === null || !isConfirmed(reading) ? input.noData : colourOf(scale, value),
      trust: value === null ? 'none' : reading.trust,
      confirmed: isConfirmed(reading),
      radius: measure.radius ?? 8,
      shape: shapeOf?.(reading) ?? 'dot',
      label: value === null || many ? '' : (bounded(input, reading, { numberOf, show: labelOf }) ?? labelOf(value)),
    }
    return hintedPoint(look, reading, hints)
  }
  const looks = JSON.stringify([measure.title, measure.unit, measure.radius, scale, many])
  const marks = kept.map('marks', looks, readings, markOf)
  const hasNumber = (reading: Reading): boolean => numberOf(reading) !== null
  const isLimit = (reading: Reading): boolean => limitOf(reading) !== null
  const groups = kept.groups('readings', readings, (reading) =>
    legendKey(reading, `${hasNumber(reading)} ${isLimit(reading)}`),
  )
  const based = countOf(groups, (reading) => isConfirmed(reading) && hasNumber(reading))
  const grade = byGrade ? gradeLegend(groups) : { keys: [] }
  const model: Omit<LayerModel, 'rows'> = {
    legend: {
      title: measure.title,
      steps: measure.steps ?? rangeLabels(scale, show, i18n.t),
      facts: [
        [i18n.t('fact.statistic'), i18n.t(nowOrFrame(input, measure.statistic))],
        ...windowFact(input),
        ...(measure.unit ? [[i18n.t('fact.unit'), measure.unit] as const] : []),
        [i18n.t('fact.n'), basedOn(input, based)],
        thingSourceFact(input, groups),
      ],
      ...grade,
      keys: [...grade.keys, ...(measure.keys ?? TRUST_KEYS), 'unconfirmed'],
      ...countTrust(groups),
      notes: [...trustNotes(input, groups), ...limitNotes(input, countOf(groups, isLimit)), ...(measure.notes ?? [])],
    },
    columns: [
      ...first,
      ...(measure.extra ?? []).map(({ cell: _, ...column }) => column),
      { id: 'value', label: measure.unit ? `${measure.column} (${measure.unit})` : measure.column, numeric: true },
      ...last,
    ],
    compared: { column: 'value', show: measure.showDifference ?? show },
    marks: { ...NO_MARKS, points: pointsInOrder(marks, groups) },
  }
  return withRows(model, () => readings.map(rowOf))
}

type Shown = {
  readonly numberOf: (reading: Reading) => number | null
  readonly show: (value: number) => string
}

/** "<2" where the value is a limit that is known, in the number that is shown. */
function bounded({ i18n }: LayerInput, reading: Reading, { numberOf, show }: Shown): string | undefined {
  const { latest } = reading
  const censored = limitOf(reading)
  if (!latest || censored?.limit == null) return undefined
  const limit = numberOf({ ...reading, latest: { ...latest, result: censored.limit } })
  const shown = limit === null ? '' : show(limit)
  return shown === '' ? undefined : i18n.t(`value.${censored.bound}`, { value: shown })
}

/** A limit is no number to subtract from another; a mean of which some values are limits says how many. */
function valueCell(input: LayerInput, reading: Reading, { numberOf, show }: Shown): Cell {
  const { i18n } = input
  const value = numberOf(reading)
  const plain = amount(value, show, i18n.t('none'))
  const limit = bounded(input, reading, { numberOf, show })
  if (limit !== undefined) return { text: limit, sort: value, csv: limit, atLeast: true }
  const { censored } = reading.latest ?? {}
  return censored && value !== null
    ? { ...plain, text: `${plain.text} (${i18n.t('series.censored', censored)})` }
    : plain
}

/** Says what "<" means, where it is shown. */
const limitNotes = ({ i18n }: LayerInput, n: number): string[] => (n === 0 ? [] : [i18n.t('legend.note.limits', { n })])

const basedOn = ({ i18n, frame }: LayerInput, n: number): string =>
  frame?.n === null || frame === null
    ? i18n.t('n.things', { n })
    : i18n.t('n.things.frame', { n, observations: frame.n })
