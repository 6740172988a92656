import { moneyUnit } from '../../i18n/money.ts'
import { AQI_CATEGORIES, type AqiScheme, aqiScale, quantileScale } from '../colours/scales.ts'
import type { LayerInput, LayerModel } from '../layer-model/model.ts'
import { aqiSteps, indexCells, indexHint, indexText, indexWindow, tellingValue } from './air.ts'
import { type Zone, type ZoneLayer, zoneLayer } from './zone-layer.ts'

/** The districts by themselves: air quality index, density of people, income. */
export function districtsLayer(input: LayerInput, measure: string): LayerModel {
  return zoneLayer(input, zoneFact(input, measure))
}

/** What a district is known by, as a number that can be drawn by itself or set against another. */
export function zoneFact(input: LayerInput, name: string): ZoneLayer {
  if (name === 'density') return density(input)
  if (name === 'income') return income(input)
  return airIndex(input, name === 'european' ? 'european' : 'us')
}

function airIndex(input: LayerInput, scheme: AqiScheme): ZoneLayer {
  const { tools, zones } = input
  const stations = zones.features.reduce((sum, { properties }) => sum + properties.airIndex.stations, 0)
  const cell = (column: 'category' | 'pollutant') => (zone: Zone) =>
    indexCells(input, zone.airIndex[scheme])[column] ?? { text: '', sort: null }
  return {
    title: tools.t(scheme === 'us' ? 'air.title.us' : 'air.title.european'),
    statistic: tools.t('districts.statistic.index'),
    window: indexWindow(input, scheme),
    unit: '',
    scale: aqiScale(scheme),
    show: tools.integer,
    column: tools.t('column.index'),
    numberOf: ({ airIndex }) => {
      const index = airIndex[scheme]
      const why =
        airIndex.stations === 0
          ? tools.t('districts.noStation')
          : index
            ? tools.t('districts.incomplete', { value: indexText(input, index) })
            : tools.t('hint.noValue')
      return { value: tellingValue(index), why, n: airIndex.stations, ...(index && { hint: indexHint(input, index) }) }
    },
    steps: aqiSteps(input, scheme).slice(0, AQI_CATEGORIES[scheme].names.length),
    extra: [
      { id: 'category', label: tools.t('column.category'), numeric: false, cell: cell('category') },
      { id: 'pollutant', label: tools.t('column.pollutant'), numeric: false, cell: cell('pollutant') },
    ],
    n: tools.t('n.stationsOnly', { n: stations }),
    origin: 'measured',
    notes: [tools.t('air.note.safe'), tools.t('air.note.atLeast')],
  }
}

function density(input: LayerInput): ZoneLayer {
  const { tools, zones } = input
  const perKm2 = ({ population, areaKm2 }: Zone): number | null =>
    population === null || areaKm2 <= 0 ? null : population / areaKm2
  const values = zones.features.flatMap(({ properties }) => perKm2(properties) ?? [])
  return {
    title: tools.t('districts.title.density'),
    statistic: tools.t('districts.statistic.density'),
    window: null,
    unit: tools.t('districts.unit.density'),
    scale: quantileScale(values, 'density'),
    show: tools.integer,
    column: tools.t('districts.column.density'),
    origin: 'reported',
    numberOf: (zone) => ({ value: perKm2(zone), why: tools.t('hint.noValue') }),
    notes: [tools.t('energy.note.classes')],
  }
}

function income(input: LayerInput): ZoneLayer {
  const { tools, zones } = input
  return {
    title: tools.t('districts.title.income'),
    statistic: tools.t('districts.statistic.income'),
    window: null,
    unit: moneyUnit(zones.features[0]?.properties.incomeUnit ?? null, tools),
    scale: quantileScale(
      zones.features.flatMap(({ properties }) => properties.income ?? []),
      'income',
    ),
    show: tools.integer,
    column: tools.t('districts.column.income'),
    origin: 'reported',
    numberOf: ({ income }) => ({ value: income, why: tools.t('hint.noValue') }),
    notes: [tools.t('energy.note.classes')],
  }
}
