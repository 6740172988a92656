import type { ThingFeature } from '#model/api/city.ts'
import { isGood } from '#model/observation/quality.ts'
import type { Formatters } from '../../../i18n/formatters.ts'
import type { MapLayer } from '../../layer-model/layer.ts'
import { nowOrFrame } from '../../layer-model/legend-parts.ts'
import type { LayerInput, LayerModel } from '../../layer-model/model.ts'
import { playProperties } from '../../layer-model/playback-source.ts'
import { thingModel } from '../../layer-model/thing-model.ts'
import { kindColumn, type Reading, readingsOfProperty, spreadOf } from '../../layer-model/things.ts'
import { ENVIRONMENT_PROPERTIES, environmentMeasure } from './measures.ts'

export const environmentLayer = {
  id: 'environment',
  measures: ENVIRONMENT_PROPERTIES,
  offeredMeasures: measuredIn,
  model: (input, { measure }) => environmentModel(input, measure),
  playback: (measure) => playProperties(measure),
} as const satisfies MapLayer

/** The properties that some Thing of the city measures. */
function measuredIn(things: readonly ThingFeature[]): readonly string[] {
  const measured = new Set(things.flatMap(({ properties }) => properties.datastreams.map(({ property }) => property)))
  return ENVIRONMENT_PROPERTIES.filter((property) => measured.has(property))
}

/** Four digits have no room for a separator. */
const labelOf = (value: number, decimals: number, { decimal, locale }: Formatters): string =>
  Math.abs(value) < 1000 ? decimal(value, decimals) : value.toLocaleString(locale, PLAIN)
const PLAIN = { useGrouping: false, maximumFractionDigits: 0 } as const

const latestResult = ({ latest }: Reading): number | null => latest?.result ?? null

/** Things of any kind by the latest value of one property of the environment; null where nothing measures it. */
export function environmentModel(input: LayerInput, name: string): LayerModel | null {
  const { i18n } = input
  const readings = readingsOfProperty(input, name)
  const measure = environmentMeasure(name)
  if (!measure || readings.length === 0) return null
  const { scale: scaleOf, note, steps, numberOf = latestResult, decimals } = measure
  // one broken sensor would stretch the classes of all the others
  const trusted = (reading: Reading): number | null =>
    reading.latest && isGood(reading.latest.quality) ? numberOf(reading) : null
  const scale = typeof scaleOf === 'function' ? scaleOf(spreadOf(input, readings, trusted)) : scaleOf
  const property = i18n.property(name)
  return thingModel(input, {
    title: i18n.t(nowOrFrame(input, 'title.latest'), { property }),
    statistic: measure.statistic ?? 'statistic.latest',
    unit: i18n.unit(measure.unit ?? readings[0]?.datastream?.unit ?? ''),
    readings,
    numberOf,
    scale,
    show: i18n.number,
    column: property,
    extra: [kindColumn(input)],
    shapeOf: 'grade',
    radius: 14,
    labelOf: (value) => labelOf(value, decimals, i18n),
    notes: [i18n.t(note)],
    ...(steps && { steps: steps(scale, i18n) }),
  })
}
