import { pollutantScale } from '../../colours/scales.ts'
import type { MapLayer } from '../../layer-model/layer.ts'
import { nowOrFrame } from '../../layer-model/legend-parts.ts'
import type { LayerInput, LayerModel } from '../../layer-model/model.ts'
import { playProperties } from '../../layer-model/playback-source.ts'
import { thingModel } from '../../layer-model/thing-model.ts'
import { readingsOf } from '../../layer-model/things.ts'
import { indexModel } from './index-model.ts'

export const airLayer = {
  id: 'air',
  measures: ['us', 'european', 'pm2_5', 'pm10', 'no2', 'o3', 'so2', 'co'],
  model: (input, { measure }) => airModel(input, measure),
  playback: (measure) => (isIndex(measure) ? { kind: 'index', scheme: measure, by: 'thing' } : playProperties(measure)),
} as const satisfies MapLayer

const KINDS = ['air_station']

const isIndex = (measure: string) => measure === 'us' || measure === 'european'

/** Things that measure air, coloured by their index or by the latest value of one pollutant. */
export function airModel(input: LayerInput, measure: string): LayerModel {
  return isIndex(measure) ? indexModel(input, measure) : pollutantModel(input, measure)
}

function pollutantModel(input: LayerInput, property: string): LayerModel {
  const { i18n } = input
  const all = readingsOf(input, KINDS, property)
  const readings = all.every(({ datastream }) => datastream) ? all : all.filter(({ datastream }) => datastream)
  return thingModel(input, {
    title: i18n.t(nowOrFrame(input, 'title.latest'), { property: i18n.property(property) }),
    statistic: 'statistic.latest',
    unit: i18n.unit(readings[0]?.datastream?.unit ?? 'ug/m3'),
    readings,
    scale: pollutantScale(property),
    show: i18n.number,
    column: i18n.property(property),
    shapeOf: 'grade',
    radius: 13,
    labelOf: (value) => (value < 10 ? i18n.number(Math.round(value * 10) / 10) : i18n.integer(value)),
    notes: [i18n.t('air.note.bands')],
  })
}
