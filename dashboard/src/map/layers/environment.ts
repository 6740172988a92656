import { isGood } from '#model/observation/quality.ts'
import type { Formatters, MessageId } from '../../i18n/formatters.ts'
import type { MEASURES as OFFERED } from '../../state/view-state.ts'
import {
  BEAUFORT,
  noiseScale,
  quantileScale,
  RAIN,
  rainScale,
  type Scale,
  stepScale,
  windScale,
} from '../colours/scales.ts'
import type { LayerInput, LayerModel, LegendStep } from '../layer-model/model.ts'
import { nowOrFrame, rangeLabels, type StatisticId } from './legend-parts.ts'
import { gradeColumn, kindColumn, perHour, type Reading, readingsOfProperty, spreadOf } from './things.ts'
import { valueLayer } from './value-layer.ts'

/** A measure is named as the observed property that it shows. */
type Measure = {
  readonly scale: Scale | ((values: readonly number[]) => Scale)
  readonly note: MessageId
  readonly steps?: (scale: Scale, i18n: Formatters) => LegendStep[]
  /** of the number that is shown, where it is not the latest result in its canonical unit */
  readonly numberOf?: (reading: Reading) => number | null
  readonly unit?: string
  readonly statistic?: StatisticId
  /** decimals on the mark, so many that 49.6 does not read as 50 in the class below it; the table has more */
  readonly decimals: 0 | 1
}

const beaufortSteps = (scale: Scale, { number, t }: Formatters): LegendStep[] =>
  rangeLabels(scale, number, t).map((step, index) => ({
    ...step,
    range: t('environment.beaufort', { force: BEAUFORT[index] ?? '' }),
  }))

const rainSteps = (scale: Scale, { number, name, t }: Formatters): LegendStep[] =>
  rangeLabels(scale, number, t).map(({ colour, label }, index) => ({
    ...{ colour, label: name('environment.rain', RAIN[index] ?? '') },
    range: label,
  }))

/** Meter readings of water are left out: a counter says nothing on a map, its series shows what was drawn. */
const MEASURES: Readonly<Record<(typeof OFFERED.environment)[number], Measure>> = {
  sound_level: {
    ...{ scale: noiseScale, note: 'environment.note.sound', decimals: 1 },
    statistic: 'environment.statistic.level',
  },
  temperature: { scale: (values) => stepScale(values, 'heat', 0.5), note: 'environment.note.steps', decimals: 1 },
  relative_humidity: {
    scale: (values) => stepScale(values, 'humidity', 5),
    note: 'environment.note.steps',
    decimals: 1,
  },
  wind_speed: { scale: windScale, note: 'environment.note.wind', steps: beaufortSteps, decimals: 1 },
  pressure: { scale: (values) => stepScale(values, 'pressure', 1), note: 'environment.note.steps', decimals: 0 },
  precipitation: {
    ...{ scale: rainScale, note: 'environment.note.rain', steps: rainSteps, decimals: 1 },
    ...{ numberOf: perHour, unit: 'mm/h', statistic: 'environment.statistic.rate' },
  },
  water_flow: { scale: (values) => quantileScale(values, 'water'), note: 'energy.note.classes', decimals: 0 },
  water_level: { scale: (values) => quantileScale(values, 'water'), note: 'environment.note.level', decimals: 1 },
}

/** Four digits have no room for a separator. */
const labelOf = (value: number, decimals: number, { decimal, locale }: Formatters): string =>
  Math.abs(value) < 1000 ? decimal(value, decimals) : value.toLocaleString(locale, PLAIN)
const PLAIN = { useGrouping: false, maximumFractionDigits: 0 } as const

const isMeasure = (name: string): name is keyof typeof MEASURES => Object.hasOwn(MEASURES, name)
const latestResult = ({ latest }: Reading): number | null => latest?.result ?? null

/** Things of any kind by the latest value of one property of the surroundings; null where nothing measures it. */
export function environmentLayer(input: LayerInput, name: string): LayerModel | null {
  const { i18n } = input
  const readings = readingsOfProperty(input, name)
  if (!isMeasure(name) || readings.length === 0) return null
  const { scale: scaleOf, note, steps, numberOf = latestResult, decimals, ...measure } = MEASURES[name]
  // one broken sensor would stretch the classes of all the others
  const trusted = (reading: Reading): number | null =>
    reading.latest && isGood(reading.latest.quality) ? numberOf(reading) : null
  const scale = typeof scaleOf === 'function' ? scaleOf(spreadOf(input, readings, trusted)) : scaleOf
  const property = i18n.property(name)
  return valueLayer(input, {
    title: i18n.t(nowOrFrame(input, 'title.latest'), { property }),
    statistic: measure.statistic ?? 'statistic.latest',
    unit: i18n.unit(measure.unit ?? readings[0]?.datastream?.unit ?? ''),
    readings,
    numberOf,
    scale,
    show: i18n.number,
    column: property,
    extra: [kindColumn(input), gradeColumn(input)],
    radius: 14,
    labelOf: (value) => labelOf(value, decimals, i18n),
    notes: [i18n.t(note)],
    ...(steps && { steps: steps(scale, i18n) }),
  })
}
