import type { Formatters, MessageId } from '../../../i18n/formatters.ts'
import {
  BEAUFORT,
  noiseScale,
  quantileScale,
  RAIN,
  rainScale,
  type Scale,
  stepScale,
  windScale,
} from '../../colours/scales.ts'
import { rangeLabels, type StatisticId } from '../../layer-model/legend-parts.ts'
import type { LegendStep } from '../../layer-model/model.ts'
import { perHour, type Reading } from '../../layer-model/things.ts'

export const ENVIRONMENT_PROPERTIES = [
  'sound_level',
  'temperature',
  'relative_humidity',
  'wind_speed',
  'pressure',
  'precipitation',
  'water_flow',
  'water_level',
] as const

/** A measure is named as the observed property that it shows. */
export type EnvironmentMeasure = {
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
const BY_PROPERTY: Readonly<Record<(typeof ENVIRONMENT_PROPERTIES)[number], EnvironmentMeasure>> = {
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

/** How a property of the environment is shown; undefined where it is not. */
export const environmentMeasure = (property: string): EnvironmentMeasure | undefined =>
  Object.entries(BY_PROPERTY).find(([name]) => name === property)?.[1]
