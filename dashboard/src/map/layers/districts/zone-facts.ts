import { moneyUnit } from '../../../i18n/money.ts'
import { AQI_CATEGORIES, type AqiScheme, aqiScale, quantileScale } from '../../colours/scales.ts'
import type { LayerInput } from '../../layer-model/model.ts'
import type { Zone, ZoneMeasure } from '../../layer-model/zone-model.ts'
import { aqiSteps, indexCells, indexHint, indexText, indexWindow, tellingValue } from '../air/index-text.ts'

export const ZONE_FACTS = ['us', 'european', 'density', 'income'] as const

/** What a district is known by, as a number that can be drawn by itself or compared with another. */
export function zoneFact(input: LayerInput, name: string): ZoneMeasure {
  if (name === 'density') return density(input)
  if (name === 'income') return income(input)
  return airIndex(input, name === 'european' ? 'european' : 'us')
}

function airIndex(input: LayerInput, scheme: AqiScheme): ZoneMeasure {
  const { i18n, zones } = input
  const stations = zones.features.reduce((sum, { properties }) => sum + properties.airIndex.stations, 0)
  const cell = (column: 'category' | 'pollutant') => (zone: Zone) =>
    indexCells(input, zone.airIndex[scheme])[column] ?? { text: '', sort: null }
  return {
    title: i18n.t(scheme === 'us' ? 'air.title.us' : 'air.title.european'),
    statistic: i18n.t('districts.statistic.index'),
    window: indexWindow(input, scheme),
    unit: '',
    scale: aqiScale(scheme),
    show: i18n.integer,
    column: i18n.t('column.index'),
    numberOf: ({ airIndex }) => {
      const index = airIndex[scheme]
      const why =
        airIndex.stations === 0
          ? i18n.t('districts.noStation')
          : index
            ? i18n.t('districts.incomplete', { value: indexText(input, index) })
            : i18n.t('hint.noValue')
      const hint = index && { hint: indexHint(input, index), atLeast: index.atLeast }
      return { value: tellingValue(index), why, n: airIndex.stations, ...hint }
    },
    steps: aqiSteps(input, scheme).slice(0, AQI_CATEGORIES[scheme].names.length),
    extra: [
      { id: 'category', label: i18n.t('column.category'), numeric: false, cell: cell('category') },
      { id: 'pollutant', label: i18n.t('column.pollutant'), numeric: false, cell: cell('pollutant') },
    ],
    n: i18n.t('n.stationsOnly', { n: stations }),
    origin: 'measured',
    notes: [i18n.t('air.note.safe'), i18n.t('air.note.atLeast')],
  }
}

function density(input: LayerInput): ZoneMeasure {
  const { i18n, zones } = input
  const perKm2 = ({ population, areaKm2 }: Zone): number | null =>
    population === null || areaKm2 <= 0 ? null : population / areaKm2
  const values = zones.features.flatMap(({ properties }) => perKm2(properties) ?? [])
  return {
    title: i18n.t('districts.title.density'),
    statistic: i18n.t('districts.statistic.density'),
    window: null,
    unit: i18n.t('districts.unit.density'),
    scale: quantileScale(values, 'density'),
    show: i18n.integer,
    column: i18n.t('districts.column.density'),
    origin: 'reported',
    numberOf: (zone) => ({ value: perKm2(zone), why: i18n.t('hint.noValue') }),
    notes: [i18n.t('energy.note.classes')],
  }
}

function income(input: LayerInput): ZoneMeasure {
  const { i18n, zones } = input
  return {
    title: i18n.t('districts.title.income'),
    statistic: i18n.t('districts.statistic.income'),
    window: null,
    unit: moneyUnit(zones.features[0]?.properties.incomeUnit ?? null, i18n),
    scale: quantileScale(
      zones.features.flatMap(({ properties }) => properties.income ?? []),
      'income',
    ),
    show: i18n.integer,
    column: i18n.t('districts.column.income'),
    origin: 'reported',
    numberOf: ({ income }) => ({ value: income, why: i18n.t('hint.noValue') }),
    notes: [i18n.t('energy.note.classes')],
  }
}
