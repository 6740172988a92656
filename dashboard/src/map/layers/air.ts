import type { AirIndex } from '#model/air-quality/air-index.ts'
import { INDEX_POLLUTANTS } from '#model/air-quality/index-of-hours.ts'
import { AQI_CATEGORIES, type AqiScheme, aqiScale, colourOf, pollutantScale, type Scale } from '../colours/scales.ts'
import {
  type LayerInput,
  type LayerModel,
  type LegendStep,
  NO_MARKS,
  type PointMark,
  type Row,
  withRows,
} from '../layer-model/model.ts'
import { nowOrFrame, sourceFact } from './legend-parts.ts'
import {
  countTrust,
  gradeColumn,
  pointOf,
  type Reading,
  readingOf,
  readingsOf,
  thingCells,
  thingColumns,
} from './things.ts'
import { valueLayer } from './value-layer.ts'

const KINDS = ['air_station']

/** A new station is on the map before it has the hours that an index needs. */
const isPollutant = ({ property }: { readonly property: string }): boolean =>
  INDEX_POLLUTANTS.some((pollutant) => pollutant === property)

/** Things that measure air, coloured by their index or by the latest value of one pollutant. */
export function airLayer(input: LayerInput, measure: string): LayerModel {
  return measure === 'us' || measure === 'european' ? indexLayer(input, measure) : pollutantLayer(input, measure)
}

function indexLayer(input: LayerInput, scheme: AqiScheme): LayerModel {
  const { i18n } = input
  const entries = input.things
    .filter(({ geometry, properties }) => properties.airIndex || (geometry && properties.datastreams.some(isPollutant)))
    .map((thing) => {
      const index = thing.properties.airIndex?.[scheme] ?? null
      const reading = readingOf(input, thing, index?.pollutant ?? 'pm2_5')
      return { ...reading, index, trust: index ? (input.frame ? 'fresh' : reading.trust) : ('none' as const) }
    })
  const { first, last } = thingColumns(input)
  const withIndex = entries.filter(({ index }) => index)
  const model: Omit<LayerModel, 'rows'> = {
    legend: {
      title: i18n.t(scheme === 'us' ? 'air.title.us' : 'air.title.european'),
      steps: aqiSteps(input, scheme),
      facts: [
        [i18n.t('fact.statistic'), i18n.t(scheme === 'us' ? 'air.statistic.us' : 'air.statistic.european')],
        [i18n.t('fact.window'), indexWindow(input, scheme)],
        [i18n.t('fact.n'), i18n.t('n.stations', { n: withIndex.length, of: entries.length })],
        sourceFact(input),
      ],
      keys: ['stale', 'suspect', 'none'],
      ...countTrust(entries),
      notes: [i18n.t('air.note.safe'), i18n.t('air.note.atLeast')],
    },
    columns: [
      ...first,
      { id: 'index', label: i18n.t('column.index'), numeric: true },
      { id: 'category', label: i18n.t('column.category'), numeric: false },
      { id: 'pollutant', label: i18n.t('column.pollutant'), numeric: false },
      ...last,
    ],
    marks: {
      ...NO_MARKS,
      points: entries.flatMap((entry) => {
        const { index } = entry
        const hint = index ? indexHint(input, index) : i18n.t('hint.noIndex')
        return mark(input, entry, aqiScale(scheme), tellingValue(index), index ? indexText(input, index) : '', hint)
      }),
    },
  }
  return withRows(model, () =>
    entries.map((entry) => ({
      id: `thing:${entry.thing.properties.key}`,
      key: entry.thing.properties.key,
      cells: { ...thingCells(input, entry), ...indexCells(input, entry.index) },
    })),
  )
}

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
    index: { text: indexText(input, index), sort: index.value },
    category: { text: category, sort: index.value },
    pollutant: { text: pollutant, sort: pollutant },
  }
}

function pollutantLayer(input: LayerInput, property: string): LayerModel {
  const { i18n } = input
  const readings = readingsOf(input, KINDS, property).filter(({ datastream }) => datastream)
  return valueLayer(input, {
    title: i18n.t(nowOrFrame(input, 'title.latest'), { property: i18n.property(property) }),
    statistic: 'statistic.latest',
    unit: i18n.unit(readings[0]?.datastream?.unit ?? 'ug/m3'),
    readings,
    scale: pollutantScale(property),
    show: i18n.number,
    column: i18n.property(property),
    extra: [gradeColumn(input)],
    radius: 13,
    labelOf: (value) => (value < 10 ? i18n.number(Math.round(value * 10) / 10) : i18n.integer(value)),
    notes: [i18n.t('air.note.bands')],
  })
}

function mark(
  { noData }: LayerInput,
  { thing, trust }: Pick<Reading, 'thing' | 'trust'>,
  scale: Scale,
  value: number | null,
  label: string,
  hint: string,
): PointMark[] {
  const position = pointOf(thing)
  if (!position) return []
  const { key, name } = thing.properties
  const colour = value === null ? noData : colourOf(scale, value)
  return [{ id: `thing:${key}`, name, position, colour, trust, radius: 13, shape: 'dot', label, hint }]
}
