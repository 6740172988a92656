import type { ReportIndicator } from '#model/api/reports.ts'

/**
 * The wheel of a report: dimensions inside, then categories, then one spoke for each indicator, as long as the points it
 * reached. Pure geometry in a square of 2 x SIZE around the origin, angles in degrees clockwise from the top; the page
 * and the printed report draw the same shapes in their own colours.
 */
export const SIZE = 318

/** One colour and one pattern for each sub-dimension, so that it can be recognised without colour. 3:1 on white and on black. */
export const STYLES = [
  { colour: '#2b7bba', pattern: 'M0 3H6' },
  { colour: '#b0730f', pattern: 'M-1 1L1 -1M0 6L6 0M5 7L7 5' },
  { colour: '#0a8a6a', pattern: 'M3 0V6' },
  { colour: '#4f8f2f', pattern: 'M1 1H3V3H1ZM4 4H6V6H4Z' },
  { colour: '#c4561e', pattern: 'M0 0L6 6M-1 5L1 7M5 -1L7 1' },
  { colour: '#8a63b8', pattern: 'M0 0L6 6M0 6L6 0' },
  { colour: '#b8507f', pattern: 'M0 3H6M3 0V6' },
] as const

export type Tone = 'ink' | 'soft' | 'line' | 'paper' | 'none' | number
export type WheelShape = {
  readonly key: string
  /** path, or text where `text` is given */
  readonly d?: string
  readonly text?: string
  readonly size?: number
  readonly bold?: boolean
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly transform?: string
  /** a number is the place of a sub-dimension in STYLES */
  readonly fill: Tone
  readonly stroke?: Tone
  readonly pattern?: boolean
  readonly opacity?: number
  readonly dashed?: boolean
}
type Arc = {
  readonly name: string
  readonly key: string
  readonly style: number
  readonly from: number
  readonly to: number
}

const RADII = { dimension: [62, 92], category: [94, 184], band: [186, 194], spoke: [197, 281] } as const

/** Share of the points that an indicator could have, over its scored data points; null where none is scored. */
export function levelOf({ values }: Pick<ReportIndicator, 'values'>): number | null {
  const points = values.flatMap(({ score }) => (score ? [score.points] : []))
  return points.length === 0 ? null : points.reduce((a, b) => a + b, 0) / (4 * points.length)
}

/** Sub-dimensions in the order of the report; their place is that of their style. */
export const subDimensionsOf = (indicators: readonly ReportIndicator[]): string[] => [
  ...new Set(indicators.map(({ subDimension }) => subDimension)),
]

/** @param score what stands in the middle, e.g. "72 %" */
export function wheelShapes(indicators: readonly ReportIndicator[], score: string, label: string): WheelShape[] {
  const step = 360 / Math.max(1, indicators.length)
  const subs = subDimensionsOf(indicators)
  const arcs = (key: (one: ReportIndicator) => string, name: (one: ReportIndicator) => string): Arc[] => {
    const found: Arc[] = []
    indicators.forEach((one, index) => {
      const last = found.at(-1)
      if (last?.key === key(one)) found[found.length - 1] = { ...last, to: (index + 1) * step }
      else
        found.push({
          key: key(one),
          name: name(one),
          style: subs.indexOf(one.subDimension),
          from: index * step,
          to: (index + 1) * step,
        })
    })
    return found
  }
  return [
    ...arcs(
      ({ dimension }) => dimension,
      ({ dimension }) => dimension,
    ).flatMap(dimensionShapes),
    // Four names of categories belong to several sub-dimensions, so the key holds the parent.
    ...arcs(
      ({ subDimension, category }) => `${subDimension}/${category}`,
      ({ category }) => category,
    ).flatMap(categoryShapes),
    ...arcs(
      ({ subDimension }) => subDimension,
      ({ subDimension }) => subDimension,
    ).map(bandShape),
    ...indicators.flatMap((one, index) => spokeShapes(one, subs.indexOf(one.subDimension), index * step, step)),
    { key: 'score', text: score, size: 27, bold: true, anchor: 'middle', transform: 'translate(0 4)', fill: 'ink' },
    { key: 'label', text: label, size: 9, anchor: 'middle', transform: 'translate(0 20)', fill: 'soft' },
  ]
}

function dimensionShapes({ key, name, from, to }: Arc): WheelShape[] {
  const middle = (from + to) / 2
  // Upside down text is turned the other way round.
  const below = middle > 90 && middle < 270
  const radius = below ? 80.5 : 74
  const transform = `rotate(${round(middle)}) translate(0 ${-radius})${below ? ' rotate(180)' : ''}`
  return [
    { key: `dimension ${key}`, d: ring(...RADII.dimension, from, to), fill: 'paper', stroke: 'line' },
    { key: `dimension text ${key}`, text: name, size: 9, bold: true, anchor: 'middle', transform, fill: 'ink' },
  ]
}

function categoryShapes({ key, name, from, to, style }: Arc): WheelShape[] {
  const text = radial((from + to) / 2, RADII.category[0] + 5, RADII.category[1] - 5, 2.4)
  return [
    { key: `category ${key}`, d: ring(...RADII.category, from, to), fill: style, opacity: 0.14 },
    { key: `category edge ${key}`, d: ring(...RADII.category, from, to), fill: 'none', stroke: 'line' },
    { key: `category text ${key}`, text: name, size: sizeOf(name), ...text, fill: 'ink' },
  ]
}

const NAME_ROOM = RADII.category[1] - RADII.category[0] - 10
/** Mean width of a character as a share of its size: of letters, and of the square signs of Chinese, Japanese and Korean. */
const EM = { letter: 0.56, square: 1 }
const SQUARE = /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]/

/** Longer names are smaller: one that ran over the spokes could not be read, nor could they. */
const sizeOf = (name: string): number =>
  round(Math.min(7, NAME_ROOM / [...name].reduce((sum, sign) => sum + (SQUARE.test(sign) ? EM.square : EM.letter), 0)))

const bandShape = ({ key, from, to, style }: Arc): WheelShape => ({
  key: `band ${key}`,
  d: ring(...RADII.band, from + 0.3, to - 0.3),
  fill: style,
  pattern: true,
})

function spokeShapes(indicator: ReportIndicator, style: number, from: number, step: number): WheelShape[] {
  const [inner, outer] = RADII.spoke
  const [start, end] = [from + step * 0.1, from + step * 0.9]
  const level = levelOf(indicator)
  const missing = indicator.status === 'not_reported'
  const { code } = indicator
  const track: WheelShape = {
    key: `track ${code}`,
    d: ring(inner, outer, start, end),
    fill: 'none',
    stroke: 'line',
    dashed: missing,
  }
  const text = radial(from + step / 2, outer + 4, SIZE, 2)
  const label: WheelShape = {
    key: `code ${code}`,
    text: code.split(':').slice(2).join(' '),
    size: 5.6,
    ...text,
    fill: missing ? 'soft' : 'ink',
  }
  // Known but without a benchmark: a mark at the foot, no length.
  const top = level === null ? inner + 5 : inner + (outer - inner) * level
  const value: WheelShape = {
    key: `value ${code}`,
    d: ring(inner, top, start, end),
    fill: style,
    pattern: level !== null,
  }
  return missing ? [track, label] : [track, value, label]
}

/** Text along a radius, read from the left: on the left half it begins outside. */
function radial(angle: number, inner: number, outer: number, drop: number) {
  const left = angle > 180
  const turn = left ? angle + 90 : angle - 90
  const x = left ? -(outer === SIZE ? inner : outer) : inner
  const anchor = left && outer === SIZE ? ('end' as const) : ('start' as const)
  return { transform: `rotate(${round(turn)}) translate(${x} ${drop})`, anchor }
}

function ring(inner: number, outer: number, from: number, to: number): string {
  const large = to - from > 180 ? 1 : 0
  return `M${at(inner, from)}L${at(outer, from)}A${outer} ${outer} 0 ${large} 1 ${at(outer, to)}L${at(inner, to)}A${inner} ${inner} 0 ${large} 0 ${at(inner, from)}Z`
}

function at(radius: number, angle: number): string {
  const radians = (angle * Math.PI) / 180
  return `${round(radius * Math.sin(radians))} ${round(-radius * Math.cos(radians))}`
}

const round = (value: number): number => Math.round(value * 100) / 100
