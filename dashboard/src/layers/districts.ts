import { AQI_CATEGORIES, type AqiScheme, aqiScale, quantileScale } from '../map/scales.ts'
import { aqiSteps, indexCells, indexHint, indexWindow } from './air.ts'
import type { LayerInput, LayerModel } from './model.ts'
import { type Zone, zoneLayer } from './zone-layer.ts'

/** The districts by themselves: air quality index, density of people, income. */
export function districtsLayer(input: LayerInput, measure: string): LayerModel {
  if (measure === 'density') return densityLayer(input)
  if (measure === 'income') return incomeLayer(input)
  return indexLayer(input, measure === 'european' ? 'european' : 'us')
}

function indexLayer(input: LayerInput, scheme: AqiScheme): LayerModel {
  const { tools, zones } = input
  const stations = zones.features.reduce((sum, { properties }) => sum + properties.airIndex.stations, 0)
  const cell = (column: 'category' | 'pollutant') => (zone: Zone) =>
    indexCells(input, zone.airIndex[scheme])[column] ?? { text: '', sort: null }
  return zoneLayer(input, {
    title: tools.t(scheme === 'us' ? 'air.title.us' : 'air.title.european'),
    statistic: tools.t('districts.statistic.index'),
    window: indexWindow(input, scheme),
    unit: '',
    scale: aqiScale(scheme),
    show: tools.integer,
    column: tools.t('column.index'),
    numberOf: ({ airIndex }) => {
      const index = airIndex[scheme]
      const why = airIndex.stations === 0 ? tools.t('districts.noStation') : tools.t('hint.noValue')
      return { value: index?.value ?? null, why, n: airIndex.stations, ...(index && { hint: indexHint(input, index) }) }
    },
    steps: aqiSteps(input, scheme).slice(0, AQI_CATEGORIES[scheme].names.length),
    extra: [
      { id: 'category', label: tools.t('column.category'), numeric: false, cell: cell('category') },
      { id: 'pollutant', label: tools.t('column.pollutant'), numeric: false, cell: cell('pollutant') },
    ],
    n: tools.t('n.stationsOnly', { n: stations }),
    notes: [tools.t('air.note.safe')],
  })
}

function densityLayer(input: LayerInput): LayerModel {
  const { tools, zones } = input
  const density = ({ population, areaKm2 }: Zone): number | null =>
    population === null || areaKm2 <= 0 ? null : population / areaKm2
  const values = zones.features.flatMap(({ properties }) => density(properties) ?? [])
  return zoneLayer(input, {
    title: tools.t('districts.title.density'),
    statistic: tools.t('districts.statistic.density'),
    window: null,
    unit: tools.t('districts.unit.density'),
    scale: quantileScale(values, 'density'),
    show: tools.integer,
    column: tools.t('districts.column.density'),
    numberOf: (zone) => ({ value: density(zone), why: tools.t('hint.noValue') }),
    notes: [tools.t('energy.note.classes')],
  })
}

function incomeLayer(input: LayerInput): LayerModel {
  const { tools, zones } = input
  return zoneLayer(input, {
    title: tools.t('districts.title.income'),
    statistic: tools.t('districts.statistic.income'),
    window: null,
    unit: tools.t('districts.unit.income'),
    scale: quantileScale(
      zones.features.flatMap(({ properties }) => properties.income ?? []),
      'income',
    ),
    show: tools.integer,
    column: tools.t('districts.column.income'),
    numberOf: ({ income }) => ({ value: income, why: tools.t('hint.noValue') }),
    notes: [tools.t('energy.note.classes')],
  })
}
