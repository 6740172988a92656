import type { AirIndex } from '#model/air-quality/air-index.ts'
import { INDEX_POLLUTANTS } from '#model/air-quality/index-of-hours.ts'
import { acuteOf, acuteText } from '../../../air-quality/acute.ts'
import { type AqiScheme, aqiScale, colourOf, type Scale } from '../../colours/scales.ts'
import { type Hints, hintedPoint } from '../../layer-model/hinted-point.ts'
import { NOTHING_KEPT } from '../../layer-model/kept.ts'
import { thingSourceFact } from '../../layer-model/legend-parts.ts'
import { type LayerInput, type LayerModel, NO_MARKS, type PointMark, withRows } from '../../layer-model/model.ts'
import {
  countOf,
  countTrust,
  gradeLegend,
  isConfirmed,
  legendKey,
  pointOf,
  pointsInOrder,
  type Reading,
  readingsWhere,
  shapeOfGrade,
  TRUST_KEYS,
  thingCells,
  thingColumns,
  trustNotes,
} from '../../layer-model/things.ts'
import { aqiSteps, indexCells, indexHint, indexText, indexWindow, tellingValue } from './index-text.ts'

/** A new station is on the map before it has the hours that an index needs. */
const isPollutant = ({ property }: { readonly property: string }): boolean =>
  INDEX_POLLUTANTS.some((pollutant) => pollutant === property)

type Entry = Reading & { readonly index: AirIndex | null }

/** Things that measure air, coloured by their index. */
export function indexModel(input: LayerInput, scheme: AqiScheme): LayerModel {
  const { i18n } = input
  const { kept = NOTHING_KEPT } = input
  const readings = readingsWhere(input, `index ${scheme}`, (thing) => {
    const { airIndex, datastreams } = thing.properties
    if (!airIndex && !(thing.geometry && datastreams.some(isPollutant))) return null
    return airIndex?.[scheme]?.pollutant ?? 'pm2_5'
  })
  const entries = kept.map<Reading, Entry>('entries', scheme, readings, (reading) => {
    const index = reading.thing.properties.airIndex?.[scheme] ?? null
    return { ...reading, index, trust: index ? (input.frame ? 'fresh' : reading.trust) : 'none' }
  })
  const hintOf = (entry: Entry): string => {
    const said = entry.index ? indexHint(input, entry.index) : i18n.t('hint.noIndex')
    return [said, ...acuteHints(input, entry)].join(' · ')
  }
  const hints = kept.once('hints', () => ({ hintOf }))
  hints.hintOf = hintOf
  const scale = aqiScale(scheme)
  const marks = kept.map('marks', scheme, entries, (entry) => markOf(input, entry, { scale, hints }))
  const groups = kept.groups('entries', entries, (entry) => legendKey(entry, String(entry.index !== null)))
  const { first, last } = thingColumns(input)
  const stations = countOf(groups, isConfirmed)
  const withIndex = countOf(groups, (entry) => isConfirmed(entry) && entry.index !== null)
  const { keys, grades } = gradeLegend(groups)
  const model: Omit<LayerModel, 'rows'> = {
    legend: {
      title: i18n.t(scheme === 'us' ? 'air.title.us' : 'air.title.european'),
      steps: aqiSteps(input, scheme),
      facts: [
        [i18n.t('fact.statistic'), i18n.t(scheme === 'us' ? 'air.statistic.us' : 'air.statistic.european')],
        [i18n.t('fact.window'), indexWindow(input, scheme)],
        [i18n.t('fact.n'), i18n.t('n.stations', { n: withIndex, of: stations })],
        thingSourceFact(input, groups),
      ],
      keys: [...keys, ...TRUST_KEYS, 'unconfirmed'],
      grades,
      ...countTrust(groups),
      notes: [...trustNotes(input, groups), i18n.t('air.note.safe'), i18n.t('air.note.atLeast')],
    },
    compared: { column: 'index', show: i18n.integer },
    columns: [
      ...first,
      { id: 'index', label: i18n.t('column.index'), numeric: true },
      { id: 'category', label: i18n.t('column.category'), numeric: false },
      { id: 'pollutant', label: i18n.t('column.pollutant'), numeric: false },
      ...last,
    ],
    marks: { ...NO_MARKS, points: pointsInOrder(marks, groups) },
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

type Looks = { readonly scale: Scale; readonly hints: Hints<Entry> }

function markOf(input: LayerInput, entry: Entry, { scale, hints }: Looks): PointMark | null {
  const { thing, trust, index } = entry
  const position = pointOf(thing)
  if (!position) return null
  const { key, name } = thing.properties
  const confirmed = isConfirmed(entry)
  const value = tellingValue(index)
  const look = {
    ...{ id: `thing:${key}`, name, position, trust, confirmed, radius: 13, shape: shapeOfGrade(entry) },
    colour: value === null || !confirmed ? input.noData : colourOf(scale, value),
    label: index ? indexText(input, index) : '',
  }
  return hintedPoint(look, entry, hints)
}
