import { quantileScale } from '../../colours/scales.ts'
import type { LayerInput, LayerModel } from '../../layer-model/model.ts'
import { thingModel } from '../../layer-model/thing-model.ts'
import { kindColumn, perHour, readingsOf, spreadOf } from '../../layer-model/things.ts'

/** Counters by the vehicles or bicycles that pass in an hour. */
export function trafficModel(input: LayerInput): LayerModel {
  const { i18n } = input
  const readings = [
    ...readingsOf(input, ['traffic_counter'], 'vehicle_count'),
    ...readingsOf(input, ['bike_counter'], 'bicycle_count'),
  ]
  return thingModel(input, {
    title: i18n.t('mobility.title.traffic'),
    statistic: 'mobility.statistic.traffic',
    unit: i18n.t('unit.perHour'),
    readings,
    numberOf: perHour,
    scale: quantileScale(spreadOf(input, readings, perHour), 'traffic'),
    show: i18n.integer,
    column: i18n.t('mobility.column.traffic'),
    extra: [kindColumn(input)],
    shapeOf: ({ thing }) => (thing.properties.kind === 'bike_counter' ? 'diamond' : 'dot'),
    notes: [i18n.t('energy.note.classes')],
  })
}
