import { amount, type Column, type Row, text } from '../../../ui/table/table-model.ts'
import { BIVARIATE, type Rgb } from '../../colours/palette.ts'
import { classOf } from '../../colours/scales.ts'
import { type LayerInput, type LayerModel, NO_MARKS } from '../../layer-model/model.ts'
import type { Zone, ZoneMeasure, ZoneValue } from '../../layer-model/zone-model.ts'

/** One map of nine colours, or two maps next to each other. */
export const COMPARE_MEASURES = ['bivariate', 'side'] as const

/** Two numbers of every district. */
export type Pair = { readonly a: ZoneMeasure; readonly b: ZoneMeasure }
type Both = { readonly zone: Zone; readonly a: ZoneValue; readonly b: ZoneValue }

export const bothOf = ({ a, b }: Pair, { zones }: Pick<LayerInput, 'zones'>): Both[] =>
  zones.features.map(({ properties: zone }) => ({ zone, a: a.numberOf(zone), b: b.numberOf(zone) }))

/** The pairs of the districts that have both. */
export const pairsOf = (both: readonly Both[]): [number, number][] =>
  both.flatMap(({ a, b }) => (a.value === null || b.value === null ? [] : [[a.value, b.value]]))

const LEVELS = ['low', 'middle', 'high'] as const

/**
 * Both as one colour: each is cut into three classes with about as many districts (districts that are alike stay
 * together), and every pair of classes has a colour of its own. Estimates that are compared with the city are cut by that:
 * below, not distinguishable, above, because thirds of them would rank what cannot be ranked.
 */
export function bivariateModel(input: LayerInput, pair: Pair): LayerModel {
  const { i18n, zones } = input
  const { t } = i18n
  const both = bothOf(pair, input)
  const pairs = pairsOf(both)
  const classes = {
    a: classesOf(
      both.map(({ a }) => a),
      pairs.map(([x]) => x),
    ),
    b: classesOf(
      both.map(({ b }) => b),
      pairs.map(([, y]) => y),
    ),
  }
  const entries = both.map((one) => {
    const { a, b } = one
    if (a.value === null || b.value === null) return { ...one, cell: null }
    return { ...one, cell: [classIn(classes.a, a, a.value), classIn(classes.b, b, b.value)] as const }
  })
  const counts = LEVELS.map((_, x) => LEVELS.map((__, y) => entries.filter(({ cell }) => isCell(cell, x, y)).length))
  const byKey = new Map(entries.map((entry) => [entry.zone.key, entry]))
  return {
    legend: {
      title: t('compare.title', { a: pair.a.title, b: pair.b.title }),
      steps: [],
      grid: { colours: BIVARIATE, counts, a: axisOf(pair.a, classes.a), b: axisOf(pair.b, classes.b) },
      facts: factsOf(input, pair, pairs.length),
      keys: [...(pairs.length < both.length ? (['missing'] as const) : [])],
      stale: 0,
      suspect: 0,
      none: 0,
      notes: [t('compare.note.thirds'), ...new Set([...(pair.a.notes ?? []), ...(pair.b.notes ?? [])])],
    },
    columns: columnsOf(input, pair),
    rows: entries.map((entry) => rowOf(input, pair, entry)),
    marks: {
      ...NO_MARKS,
      areas: zones.features.map(({ geometry, properties }) => {
        const entry = byKey.get(properties.key)
        const hint = (layer: ZoneMeasure, value: ZoneValue | undefined): string =>
          `${layer.column}: ${value && value.value !== null ? (value.hint ?? quantity(layer, value.value)) : (value?.why ?? '')}`
        return {
          id: `zone:${properties.key}`,
          name: properties.name,
          area: geometry,
          colour: colourOf(entry?.cell ?? null),
          certainty: entry?.cell ? 'plain' : 'missing',
          hint: `${hint(pair.a, entry?.a)}\n${hint(pair.b, entry?.b)}`,
        }
      }),
    },
  }
}

const quantity = (layer: ZoneMeasure, value: number): string => `${layer.show(value)} ${layer.unit}`.trim()
const isCell = (cell: readonly [number, number] | null, x: number, y: number): boolean =>
  cell !== null && cell[0] === x && cell[1] === y
const colourOf = (cell: readonly [number, number] | null): Rgb | null =>
  cell === null ? null : (BIVARIATE[cell[0]]?.[cell[1]] ?? null)

/** Lower bounds of the middle and the high class; of the high class alone where there are too few different values. */
export function thirds(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b)
  const above = sorted.find((value) => value > (sorted[0] ?? value))
  if (above === undefined) return []
  // where a third of the districts share the lowest value, the next class begins above it
  const bounds = [1 / 3, 2 / 3].map((share) => Math.max(above, sorted[Math.ceil(sorted.length * share)] ?? above))
  return [...new Set(bounds)]
}

/** 0, 1 or 2; of two classes the upper one is the high one. */
function levelOf(breaks: readonly number[], value: number): number {
  const level = classOf({ breaks }, value)
  return breaks.length === 1 && level === 1 ? 2 : level
}

/** `breaks` of thirds; 'city': by comparison with the city */
type Classes = readonly number[] | 'city'

const classesOf = (values: readonly ZoneValue[], paired: readonly number[]): Classes =>
  values.every(({ value, against }) => value === null || against) ? 'city' : thirds(paired)

const VERDICT_CLASS = { below: 0, not_distinguishable: 1, above: 2 } as const
const classIn = (classes: Classes, { against }: ZoneValue, value: number): number =>
  classes === 'city' ? VERDICT_CLASS[against ?? 'not_distinguishable'] : levelOf(classes, value)

const axisOf = (layer: ZoneMeasure, classes: Classes) => ({
  name: layer.title,
  breaks: classes === 'city' ? ('city' as const) : classes.map((bound) => quantity(layer, bound)),
})

function factsOf({ i18n, zones, simulated }: LayerInput, { a, b }: Pair, n: number) {
  const { t } = i18n
  const about = (layer: ZoneMeasure): string => [layer.statistic, layer.window].filter(Boolean).join('; ')
  const origin = (layer: ZoneMeasure): string => t(`origin.${layer.origin ?? 'measured'}`)
  return [
    [t('compare.a'), about(a)],
    [t('compare.b'), about(b)],
    [t('fact.n'), t('n.zones', { n, of: zones.features.length })],
    [t('fact.source'), simulated ? t('origin.simulated') : `${origin(a)}, ${origin(b)}`],
  ] as const
}

function columnsOf({ i18n: { t } }: LayerInput, pair: Pair): Column[] {
  const of = (id: 'a' | 'b'): Column[] => {
    const { column, unit } = pair[id]
    const label = `${t(`compare.${id}`)}: ${column}${unit ? ` (${unit})` : ''}`
    return [
      { id, label, numeric: true },
      {
        id: `${id}-interval`,
        label: t('compare.interval', { name: t(`compare.${id}`) }),
        numeric: true,
        bounds: [t('compare.lower', { name: t(`compare.${id}`) }), t('compare.upper', { name: t(`compare.${id}`) })],
      },
      { id: `${id}-n`, label: t('compare.n', { name: t(`compare.${id}`) }), numeric: true },
    ]
  }
  return [
    { id: 'name', label: t('column.zone'), numeric: false },
    ...of('a'),
    ...of('b'),
    { id: 'class', label: t('compare.class'), numeric: false },
  ]
}

function rowOf({ i18n }: LayerInput, pair: Pair, entry: Both & { cell: readonly [number, number] | null }): Row {
  const { t } = i18n
  const of = (id: 'a' | 'b') => {
    const { value, why, n, interval } = entry[id]
    const { show } = pair[id]
    const range = interval && t('range', { from: show(interval[0]), to: show(interval[1]) })
    return {
      [id]: amount(value, show, why),
      [`${id}-interval`]: {
        text: range ?? t('none'),
        sort: interval ? interval[1] - interval[0] : null,
        ...(interval && { bounds: interval }),
      },
      [`${id}-n`]: amount(n, i18n.integer, t('none')),
    }
  }
  const level = (at: number): string => t(`compare.level.${LEVELS[at] ?? 'high'}`)
  const { zone, cell } = entry
  return {
    id: `zone:${zone.key}`,
    key: zone.key,
    cells: {
      name: text(zone.name),
      ...of('a'),
      ...of('b'),
      class: text(cell ? t('compare.classes', { a: level(cell[0]), b: level(cell[1]) }) : t('none')),
    },
  }
}
