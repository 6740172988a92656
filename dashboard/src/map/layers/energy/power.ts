import { quantileScale } from '../../colours/scales.ts'
import { nowOrFrame } from '../../layer-model/legend-parts.ts'
import type { LayerInput, LayerModel } from '../../layer-model/model.ts'
import { thingModel } from '../../layer-model/thing-model.ts'
import { kindColumn, type Reading, readingsOf, spreadOf } from '../../layer-model/things.ts'

const KINDS = ['feeder', 'building', 'solar_plant', 'wind_plant', 'grid_intake']

// the canonical unit is the watt; feeders and plants are read in kilowatts
const kilowatts = ({ latest }: Reading): number | null => (latest ? latest.result / 1000 : null)

/** Electric power drawn or produced now, a Thing at a time. */
export function powerModel(input: LayerInput): LayerModel {
  const { i18n } = input
  const readings = readingsOf(input, KINDS, 'active_power').filter(({ datastream }) => datastream)
  return thingModel(input, {
    title: i18n.t(nowOrFrame(input, 'energy.title.power')),
    statistic: 'statistic.latest',
    unit: i18n.unit('kW'),
    readings,
    numberOf: kilowatts,
    scale: quantileScale(spreadOf(input, readings, kilowatts), 'power'),
    show: i18n.number,
    column: i18n.property('active_power'),
    extra: [kindColumn(input)],
    shapeOf: ({ thing: { properties } }) => {
      if (properties.kind === 'feeder') return 'square'
      return properties.kind === 'building' ? 'dot' : 'diamond'
    },
    radius: 8,
    keys: ['feeder', 'plant', 'stale', 'suspect', 'none'],
    notes: [i18n.t('energy.note.classes')],
  })
}
