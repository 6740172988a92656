import { amount } from '../../../ui/table/table-model.ts'
import { fillScale } from '../../colours/scales.ts'
import type { LayerInput, LayerModel } from '../../layer-model/model.ts'
import { thingModel } from '../../layer-model/thing-model.ts'
import { numberAttribute, type Reading, readingsOf } from '../../layer-model/things.ts'

/** Bicycle docks by the share of their places that have a bicycle. */
export function bikesModel(input: LayerInput): LayerModel {
  const { i18n } = input
  const capacityOf = ({ thing }: Reading): number | null => numberAttribute(thing, 'capacity')
  return thingModel(input, {
    title: i18n.t('mobility.title.bikes'),
    statistic: 'mobility.statistic.bikes',
    unit: '',
    readings: readingsOf(input, ['bike_dock'], 'bikes_available'),
    numberOf: (reading) => {
      const capacity = capacityOf(reading)
      return reading.latest && capacity ? reading.latest.result / capacity : null
    },
    scale: fillScale,
    show: (share) => i18n.percent(share),
    showDifference: (share) => i18n.t('legend.points', { n: i18n.number(Math.round(share * 100)) }),
    column: i18n.t('mobility.column.bikes'),
    extra: [
      {
        id: 'bikes',
        label: i18n.property('bikes_available'),
        numeric: true,
        cell: ({ latest }) => amount(latest?.result, i18n.integer, i18n.t('none')),
      },
      {
        id: 'capacity',
        label: i18n.t('column.capacity'),
        numeric: true,
        cell: (reading) => amount(capacityOf(reading), i18n.integer, i18n.t('none')),
      },
    ],
    radius: 9,
    shapeOf: () => 'square',
  })
}
