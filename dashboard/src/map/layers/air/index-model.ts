import { INDEX_POLLUTANTS } from '#model/air-quality/index-of-hours.ts'
import { acuteOf, acuteText } from '../../../air-quality/acute.ts'
import { type AqiScheme, aqiScale, colourOf, type Scale } from '../../colours/scales.ts'
import { thingSourceFact } from '../../layer-model/legend-parts.ts'
import { type LayerInput, type LayerModel, NO_MARKS, type PointMark, withRows } from '../../layer-model/model.ts'
import {
  countTrust,
  gradeLegend,
  isConfirmed,
  pointOf,
  type Reading,
  readingOf,
  shapeOfGrade,
  TRUST_KEYS,
  thingCells,
  thingColumns,
  trustNotes,
  unconfirmedFirst,
} from '../../layer-model/things.ts'
import { aqiSteps, indexCells, indexHint, indexText, indexWindow, tellingValue } from './index-text.ts'

/** A new station is on the map before it has the hours that an index needs. */
const isPollutant = ({ property }: { readonly property: string }): boolean =>
  INDEX_POLLUTANTS.some((pollutant) => pollutant === property)

/** Things that measure air, coloured by their index. */
export function indexModel(input: LayerInput, scheme: AqiScheme): LayerModel {
  const { i18n } = input
  const entries = input.things
    .filter(({ geometry, properties }) => properties.airIndex || (geometry && properties.datastreams.some(isPollutant)))
    .map((thing) => {
      const index = thing.properties.airIndex?.[scheme] ?? null
      const reading = readingOf(input, thing, index?.pollutant ?? 'pm2_5')
      return { ...reading, index, trust: index ? (input.frame ? 'fresh' : reading.trust) : ('none' as const) }
    })
  const { first, last } = thingColumns(input)
  const stations = entries.filter(isConfirmed)
  const withIndex = stations.filter(({ index }) => index)
  const { keys, grades } = gradeLegend(entries)
  const model: Omit<LayerModel, 'rows'> = {
    legend: {
      title: i18n.t(scheme === 'us' ? 'air.title.us' : 'air.title.european'),
      steps: aqiSteps(input, scheme),
      facts: [
        [i18n.t('fact.statistic'), i18n.t(scheme === 'us' ? 'air.statistic.us' : 'air.statistic.european')],
        [i18n.t('fact.window'), indexWindow(input, scheme)],
        [i18n.t('fact.n'), i18n.t('n.stations', { n: withIndex.length, of: stations.length })],
        thingSourceFact(input, entries),
      ],
      keys: [...keys, ...TRUST_KEYS, 'unconfirmed'],
      grades,
      ...countTrust(entries),
      notes: [...trustNotes(input, entries), i18n.t('air.note.safe'), i18n.t('air.note.atLeast')],
    },
    compared: { column: 'index', show: i18n.integer },
    columns: [
      ...first,
      { id: 'index', label: i18n.t('column.index'), numeric: true },
      { id: 'category', label: i18n.t('column.category'), numeric: false },
      { id: 'pollutant', label: i18n.t('column.pollutant'), numeric: false },
      ...last,
    ],
    marks: {
      ...NO_MARKS,
      points: unconfirmedFirst(
        entries.flatMap((entry) => {
          const { index } = entry
          const hint = [index ? indexHint(input, index) : i18n.t('hint.noIndex'), ...acuteHints(input, entry)].join(
            ' · ',
          )
          return mark(input, entry, aqiScale(scheme), tellingValue(index), index ? indexText(input, index) : '', hint)
        }),
      ),
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

/** What is measured now and is not in the index yet; playback shows the index of its time. */
const acuteHints = (input: LayerInput, { thing }: Pick<Reading, 'thing'>): string[] =>
  input.frame ? [] : acuteOf(thing, input.latestOf, input.now).map((reading) => acuteText(reading, input.i18n))

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
  const confirmed = isConfirmed({ thing })
  const colour = value === null || !confirmed ? noData : colourOf(scale, value)
  const shape = shapeOfGrade({ thing })
  return [{ id: `thing:${key}`, name, position, colour, trust, confirmed, radius: 13, shape, label, hint }]
}
