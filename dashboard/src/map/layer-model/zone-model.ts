import type { ZoneFeatures } from '#model/api/city.ts'
import type { AgainstWhole } from '#model/statistics/estimation/against-whole.ts'
import { amount, type Column, type Row, text } from '../../ui/table/table-model.ts'
import type { Rgb } from '../colours/palette.ts'
import { colourOf, type Scale } from '../colours/scales.ts'
import { type UncertainScale, type UncertaintyLevel, uncertainColourOf } from '../colours/uncertain-scale.ts'
import { type Origin, rangeLabels, sourceFact } from './legend-parts.ts'
import { type LayerInput, type LayerModel, type LegendStep, NO_MARKS, type UncertainKey } from './model.ts'

export type Zone = ZoneFeatures['features'][number]['properties']
/** The number that colours a zone, or the reason why there is none. */
export type ZoneValue = {
  readonly value: number | null
  readonly why: string
  readonly n?: number | null
  /** 0 to 1 */
  readonly capture?: number | null
  /** of an estimate: how much of its value the map may show */
  readonly uncertainty?: UncertaintyLevel
  /** whether an estimate is above or below that of the city; null where it is not compared */
  readonly against?: AgainstWhole['verdict'] | null
  /** 95 % interval of an estimate */
  readonly interval?: readonly [number, number]
  /** the value is a lower bound */
  readonly atLeast?: boolean
  /** said of the zone instead of the plain value */
  readonly hint?: string
}
export type ZoneMeasure = {
  readonly title: string
  readonly statistic: string
  readonly window: string | null
  readonly unit: string
  readonly scale: Scale
  readonly show: (value: number) => string
  /** for estimates: the colours that `uncertainty` chooses from, and how the widths of intervals are written */
  readonly uncertain?: UncertainScale
  readonly showWidth?: (width: number) => string
  readonly column: string
  readonly numberOf: (zone: Zone) => ZoneValue
  readonly steps?: readonly LegendStep[]
  readonly extra?: readonly (Column & { readonly cell: (zone: Zone) => Row['cells'][string] })[]
  readonly n?: string
  readonly origin?: Origin
  readonly notes?: readonly string[]
}

/** Zones coloured by one number of each; blank with the reason where there is none. */
export function zoneModel(input: LayerInput, measure: ZoneMeasure): LayerModel {
  const { i18n, zones } = input
  const { show, scale } = measure
  const entries = zones.features.map((feature) => ({ feature, ...measure.numberOf(feature.properties) }))
  const known = entries.filter(({ value }) => value !== null)
  const withCapture = entries.some(({ capture }) => capture !== undefined && capture !== null)
  const rows = entries.map(({ feature: { properties: zone }, value, why, n, capture, atLeast = false }): Row => {
    const more = Object.fromEntries((measure.extra ?? []).map(({ id, cell }) => [id, cell(zone)]))
    const cells = {
      name: text(zone.name),
      population: amount(zone.population, i18n.integer, i18n.t('none')),
      value: { ...amount(value, (one) => (atLeast ? `≥ ${show(one)}` : show(one)), why), ...(atLeast && { atLeast }) },
      ...more,
      n: amount(n, i18n.integer, i18n.t('none')),
      capture: amount(capture, i18n.percent, i18n.t('none')),
    }
    return { id: `zone:${zone.key}`, key: zone.key, cells }
  })
  return {
    legend: {
      title: measure.title,
      steps: known.length === 0 || measure.uncertain ? [] : (measure.steps ?? rangeLabels(scale, show, i18n.t)),
      ...(known.length > 0 && measure.uncertain && { uncertain: uncertainKey(input, measure, measure.uncertain) }),
      facts: [
        [i18n.t('fact.statistic'), measure.statistic],
        ...(measure.window ? [[i18n.t('fact.window'), measure.window] as const] : []),
        ...(measure.unit ? [[i18n.t('fact.unit'), measure.unit] as const] : []),
        ...againstFacts(input, entries),
        [i18n.t('fact.n'), measure.n ?? i18n.t('n.zones', { n: known.length, of: entries.length })],
        sourceFact(input, measure.origin),
      ],
      keys: [...(known.length < entries.length ? (['missing'] as const) : [])],
      stale: 0,
      suspect: 0,
      none: 0,
      notes: measure.notes ?? [],
    },
    columns: [
      { id: 'name', label: i18n.t('column.zone'), numeric: false },
      { id: 'population', label: i18n.t('column.population'), numeric: true },
      { id: 'value', label: measure.unit ? `${measure.column} (${measure.unit})` : measure.column, numeric: true },
      ...(measure.extra ?? []).map(({ cell: _, ...column }) => column),
      ...(entries.some(({ n }) => n !== undefined) ? [{ id: 'n', label: i18n.t('column.n'), numeric: true }] : []),
      ...(withCapture ? [{ id: 'capture', label: i18n.t('column.capture'), numeric: true }] : []),
    ],
    rows,
    compared: { column: 'value', show },
    marks: {
      ...NO_MARKS,
      areas: entries.map(({ feature: { geometry, properties }, value, why, uncertainty, hint }) => ({
        id: `zone:${properties.key}`,
        name: properties.name,
        area: geometry,
        colour: value === null ? null : colourOfZone(measure, value, uncertainty),
        certainty: value === null ? 'missing' : 'plain',
        hint: value === null ? why : (hint ?? `${show(value)} ${measure.unit}`.trim()),
      })),
    },
  }
}

const colourOfZone = ({ uncertain, scale }: ZoneMeasure, value: number, level: UncertaintyLevel | undefined): Rgb =>
  uncertain ? uncertainColourOf(uncertain, value, level ?? 0) : colourOf(scale, value)

/** One row of colours for each level of certainty. */
function uncertainKey(
  { i18n }: LayerInput,
  { show, showWidth = show }: ZoneMeasure,
  scale: UncertainScale,
): UncertainKey {
  const [second, third] = scale.widths.map(showWidth)
  const labels = [
    i18n.t('legend.interval.narrow', { width: second ?? '' }),
    i18n.t('legend.interval.medium', { from: second ?? '', to: third ?? '' }),
    i18n.t('legend.interval.wide', { width: third ?? '' }),
  ]
  return scale.levels.map((level, k) => ({ label: labels[k] ?? '', steps: rangeLabels(level, show, i18n.t) }))
}

type Compared = { readonly feature: ZoneFeatures['features'][number] } & Pick<ZoneValue, 'against'>

/** The answer at a glance: which districts are above and below the city, where estimates are compared with it. */
function againstFacts({ i18n }: LayerInput, entries: readonly Compared[]): (readonly [string, string])[] {
  if (!entries.some(({ against }) => against)) return []
  const names = (verdict: AgainstWhole['verdict']): string =>
    entries.flatMap(({ feature, against }) => (against === verdict ? [feature.properties.name] : [])).join(', ')
  return [
    [i18n.t('survey.against.above'), names('above') || i18n.t('survey.against.nobody')],
    [i18n.t('survey.against.below'), names('below') || i18n.t('survey.against.nobody')],
  ]
}
