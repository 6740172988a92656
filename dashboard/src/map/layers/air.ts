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
  const { tools } = input
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
      title: tools.t(scheme === 'us' ? 'air.title.us' : 'air.title.european'),
      steps: aqiSteps(input, scheme),
      facts: [
        [tools.t('fact.statistic'), tools.t(scheme === 'us' ? 'air.statistic.us' : 'air.statistic.european')],
        [tools.t('fact.window'), indexWindow(input, scheme)],
        [tools.t('fact.n'), tools.t('n.stations', { n: withIndex.length, of: entries.length })],
        sourceFact(input),
      ],
      keys: ['stale', 'suspect', 'none'],
      ...countTrust(entries),
      notes: [tools.t('air.note.safe'), tools.t('air.note.atLeast')],
    },
    columns: [
      ...first,
      { id: 'index', label: tools.t('column.index'), numeric: true },
      { id: 'category', label: tools.t('column.category'), numeric: false },
      { id: 'pollutant', label: tools.t('column.pollutant'), numeric: false },
      ...last,
    ],
    marks: {
      ...NO_MARKS,
      points: entries.flatMap((entry) => {
        const { index } = entry
        const hint = index ? indexHint(input, index) : tools.t('hint.noIndex')
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
export function indexWindow({ tools, frame }: LayerInput, scheme: AqiScheme): string {
  const window = tools.t(scheme === 'us' ? 'air.window.us' : 'air.window.european')
  return frame ? tools.t('air.window.frame', { window, time: tools.dateTime(frame.to) }) : window
}

export const aqiSteps = ({ tools }: LayerInput, scheme: AqiScheme): LegendStep[] =>
  AQI_CATEGORIES[scheme].names.map((name, index) => ({
    colour: aqiScale(scheme).colours[index] ?? [128, 128, 128],
    label: tools.name('aqi', name),
    range: AQI_CATEGORIES[scheme].ranges[index] ?? '',
  }))

/** The number that may be coloured: a lower bound below poor says too little (the EEA draws such stations grey). */
export const tellingValue = (index: AirIndex | null): number | null =>
  index && index.category !== 'incomplete' ? index.value : null

/** "≥ 11" where the index is a lower bound. */
export const indexText = ({ tools }: LayerInput, { value, atLeast }: AirIndex): string =>
  atLeast ? `≥ ${tools.integer(value)}` : tools.integer(value)

export const indexHint = (input: LayerInput, index: AirIndex): string => {
  const { tools } = input
  const { category, pollutant } = index
  return tools.t('air.hint', {
    value: indexText(input, index),
    category: tools.name('aqi', category),
    pollutant: tools.property(pollutant),
  })
}

export const indexCells = (input: LayerInput, index: AirIndex | null): Row['cells'] => {
  const { tools } = input
  const none = { text: tools.t('none'), sort: null }
  if (!index) return { index: none, category: none, pollutant: none }
  const category = tools.name('aqi', index.category)
  const pollutant = tools.property(index.pollutant)
  return {
    index: { text: indexText(input, index), sort: index.value },
    category: { text: category, sort: index.value },
    pollutant: { text: pollutant, sort: pollutant },
  }
}

function pollutantLayer(input: LayerInput, property: string): LayerModel {
  const { tools } = input
  const readings = readingsOf(input, KINDS, property).filter(({ datastream }) => datastream)
  return valueLayer(input, {
    title: tools.t(nowOrFrame(input, 'title.latest'), { property: tools.property(property) }),
    statistic: 'statistic.latest',
    unit: tools.unit(readings[0]?.datastream?.unit ?? 'ug/m3'),
    readings,
    scale: pollutantScale(property),
    show: tools.number,
    column: tools.property(property),
    extra: [gradeColumn(input)],
    radius: 13,
    labelOf: (value) => (value < 10 ? tools.number(Math.round(value * 10) / 10) : tools.integer(value)),
    notes: [tools.t('air.note.bands')],
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
