import type { AirIndex } from '#model/air-quality/air-index.ts'
import type { Row } from '../../../ui/table/table-model.ts'
import { AQI_CATEGORIES, type AqiScheme, aqiScale } from '../../colours/scales.ts'
import type { LayerInput, LegendStep } from '../../layer-model/model.ts'

/** What the index looks back on; in playback also from when. */
export function indexWindow({ i18n, frame }: LayerInput, scheme: AqiScheme): string {
  const window = i18n.t(scheme === 'us' ? 'air.window.us' : 'air.window.european')
  return frame ? i18n.t('air.window.frame', { window, time: i18n.dateTime(frame.to) }) : window
}

export const aqiSteps = ({ i18n }: LayerInput, scheme: AqiScheme): LegendStep[] =>
  AQI_CATEGORIES[scheme].names.map((name, index) => ({
    colour: aqiScale(scheme).colours[index] ?? [128, 128, 128],
    label: i18n.name('aqi', name),
    range: AQI_CATEGORIES[scheme].ranges[index] ?? '',
  }))

/** The number that may be coloured: a lower bound below poor says too little (the EEA draws such stations grey). */
export const tellingValue = (index: AirIndex | null): number | null =>
  index && index.category !== 'incomplete' ? index.value : null

/** "≥ 11" where the index is a lower bound. */
export const indexText = ({ i18n }: LayerInput, { value, atLeast }: AirIndex): string =>
  atLeast ? `≥ ${i18n.integer(value)}` : i18n.integer(value)

export const indexHint = (input: LayerInput, index: AirIndex): string => {
  const { i18n } = input
  const { category, pollutant } = index
  return i18n.t('air.hint', {
    value: indexText(input, index),
    category: i18n.name('aqi', category),
    pollutant: i18n.property(pollutant),
  })
}

export const indexCells = (input: LayerInput, index: AirIndex | null): Row['cells'] => {
  const { i18n } = input
  const none = { text: i18n.t('none'), sort: null }
  if (!index) return { index: none, category: none, pollutant: none }
  const category = i18n.name('aqi', index.category)
  const pollutant = i18n.property(index.pollutant)
  return {
    index: { text: indexText(input, index), sort: index.value, atLeast: index.atLeast },
    category: { text: category, sort: index.value, csv: category },
    pollutant: { text: pollutant, sort: pollutant },
  }
}
