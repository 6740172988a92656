import type { ZoneValuesResponse } from '#model/api/indicators.ts'
import { quantileScale } from '../colours/scales.ts'
import type { LayerInput, LayerModel } from '../layer-model/model.ts'
import { nowOrFrame } from './legend-parts.ts'
import { kindColumn, type Reading, readingsOf, spreadOf } from './things.ts'
import { valueLayer } from './value-layer.ts'
import { zoneLayer } from './zone-layer.ts'

const KINDS = ['feeder', 'building', 'solar_plant', 'wind_plant', 'grid_intake']

// the canonical unit is the watt; feeders and plants are read in kilowatts
const kilowatts = ({ latest }: Reading): number | null => (latest ? latest.result / 1000 : null)

/** Electric power drawn or produced now, a Thing at a time. */
export function powerLayer(input: LayerInput): LayerModel {
  const { i18n } = input
  const readings = readingsOf(input, KINDS, 'active_power').filter(({ datastream }) => datastream)
  return valueLayer(input, {
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

/** Electricity drawn per inhabitant and year, zone by zone: the indicator on the map. */
export function consumptionLayer(input: LayerInput, values: ZoneValuesResponse, window: string): LayerModel {
  const { i18n } = input
  const known = values.zones.flatMap(({ value }) => (value === null ? [] : [value]))
  return zoneLayer(input, {
    title: i18n.t('energy.title.zones'),
    statistic: i18n.t('energy.statistic.zones', { code: values.code }),
    window,
    unit: i18n.name('unit', values.unit),
    scale: quantileScale(known, 'energy'),
    show: i18n.number,
    column: i18n.t('energy.column.zones'),
    numberOf: (zone) => {
      const found = values.zones.find((entry) => entry.zone === zone.key)
      const why = found?.missing ?? i18n.t('hint.noValue')
      return { value: found?.value ?? null, why, n: found?.n ?? null, capture: found?.dataCapture ?? null }
    },
    notes: [i18n.t('energy.note.classes')],
  })
}
