import { text } from '../../../ui/table/table-model.ts'
import { downloadScale } from '../../colours/scales.ts'
import type { LayerInput, LayerModel } from '../../layer-model/model.ts'
import { thingModel } from '../../layer-model/thing-model.ts'
import { readingsOf } from '../../layer-model/things.ts'

/** Wi-Fi hotspots by the devices connected now. */
export function wifiModel(input: LayerInput): LayerModel {
  const { i18n } = input
  const readings = readingsOf(input, ['wifi_hotspot'], 'clients')
  return thingModel(input, {
    title: i18n.t('connectivity.title.wifi'),
    statistic: 'statistic.latest',
    unit: '',
    readings,
    scale: { breaks: [5, 15, 30, 60], colours: downloadScale.colours },
    show: i18n.integer,
    column: i18n.property('clients'),
    extra: [
      {
        id: 'public',
        label: i18n.t('column.public'),
        numeric: false,
        cell: ({ thing }) => text(i18n.t(thing.properties.attributes.public === true ? 'yes' : 'no')),
      },
    ],
  })
}
