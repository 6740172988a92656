import { EUROPEAN_CATEGORIES, europeanBreaks, isEuropeanPollutant } from '#model/air-quality/european.ts'
import { US_CATEGORIES, US_INDEX_ROWS } from '#model/air-quality/us-epa.ts'
import {
  AQI,
  CONGESTION,
  COVERAGE,
  DENSITY,
  ENERGY,
  FILL,
  HEAT,
  HUMIDITY,
  INCOME,
  NOISE,
  POLLUTION,
  type Rgb,
  SHARE,
  SPEED,
  WIND,
} from './palette.ts'

/**
 * A scale puts values into a few classes that a legend can name; nobody reads a continuous ramp off a map.
 * `breaks` are the lower bounds of the second and following colours: n breaks, n + 1 colours.
 */
export type Scale = { readonly breaks: readonly number[]; readonly colours: readonly Rgb[] }

export const classOf = ({ breaks }: Pick<Scale, 'breaks'>, value: number): number => {
  let index = 0
  while (index < breaks.length && value >= (breaks[index] ?? Number.POSITIVE_INFINITY)) index += 1
  return index
}

export function colourOf(scale: Scale, value: number): Rgb {
  return scale.colours[classOf(scale, value)] ?? ([128, 128, 128] as const)
}

/** CO has no band in the European index: the WHO 2021 24 h guideline (4 mg/m3) in steps. */
const CO_BREAKS = [0.5, 1, 2, 4, 10]
const OTHER_BREAKS = [10, 25, 50, 100, 150]
/** Particles, NO2, O3, SO2: the bands of the European index, with its own edges (model/air-quality/european.ts). */
export const pollutantScale = (property: string): Scale => ({
  breaks: isEuropeanPollutant(property) ? europeanBreaks(property) : property === 'co' ? CO_BREAKS : OTHER_BREAKS,
  colours: POLLUTION,
})

/** The categories of an index and the value each begins at. */
export const AQI_CATEGORIES = {
  us: {
    names: US_CATEGORIES,
    breaks: US_INDEX_ROWS.slice(1).map(([low]) => low),
    ranges: US_INDEX_ROWS.map(([low, high]) => `${low}–${high}`),
  },
  european: {
    names: EUROPEAN_CATEGORIES,
    breaks: EUROPEAN_CATEGORIES.slice(1).map((_, index) => index + 2),
    ranges: EUROPEAN_CATEGORIES.map((_, index) => String(index + 1)),
  },
} as const
export type AqiScheme = keyof typeof AQI_CATEGORIES
export const aqiScale = (scheme: AqiScheme): Scale => ({ breaks: AQI_CATEGORIES[scheme].breaks, colours: AQI })

/**
 * Travel time over free-flow travel time. 1.15, 1.35, 1.7 and 2.2 separate free, light, dense, slow and jammed: near the
 * levels that the FHWA Urban Congestion Report uses for its travel time index.
 */
export const congestionScale: Scale = { breaks: [1.15, 1.35, 1.7, 2.2], colours: CONGESTION }

/** Reference signal power (4G, 5G) in 10 dB steps, as drive tests are commonly read: excellent from -80, edge of service below -110. */
export const rsrpScale: Scale = { breaks: [-110, -100, -90, -80], colours: COVERAGE }
/** 3G received code power; usually somewhat above RSRP for the same service. */
export const rscpScale: Scale = { breaks: [-105, -95, -85, -75], colours: COVERAGE }
export const downloadScale: Scale = { breaks: [10, 30, 100, 300], colours: SPEED }
export const uploadScale: Scale = { breaks: [2, 5, 20, 50], colours: SPEED }
export const latencyScale: Scale = { breaks: [20, 40, 70, 120], colours: [...SPEED].reverse() }

/** Steps of shares: the first set for those near all, the second for the middle, the third for those near none. */
const SHARE_BREAKS = [
  [0.7, 0.8, 0.9, 0.95],
  [0.2, 0.4, 0.6, 0.8],
  [0.05, 0.1, 0.2, 0.3],
] as const
/** The steps that tell most of these shares apart; fixed sets, so that groups and questions can be compared. */
export function shareScaleOf(values: readonly number[]): Scale {
  const classes = (breaks: readonly number[]): number => new Set(values.map((value) => classOf({ breaks }, value))).size
  const best = SHARE_BREAKS.toSorted((a, b) => classes(b) - classes(a))[0] ?? SHARE_BREAKS[0]
  return { breaks: best, colours: SHARE }
}
/** Five equal parts of 1 to 5. */
export const ratingScale: Scale = { breaks: [1.8, 2.6, 3.4, 4.2], colours: COVERAGE }
export const fillScale: Scale = { breaks: [0.1, 0.3, 0.6, 0.85], colours: FILL }

/** Steps of 5 dB, as noise maps have them (Directive 2002/49/EC, annex VI), carried on to what is quieter than they tell. */
export const noiseScale: Scale = { breaks: [45, 50, 55, 60, 65, 70], colours: NOISE }

/** Beaufort forces and the speed each class begins at in m/s (WMO-No. 306, code table 1100). */
export const BEAUFORT = ['0–1', '2', '3', '4–5', '6–7', '8–12'] as const
export const windScale: Scale = { breaks: [1.6, 3.4, 5.5, 10.8, 17.2], colours: WIND }

/** Rain in mm/h (WMO-No. 8, volume I, chapter 14: from 2.5, 10 and 50); below 0.1, what a gauge resolves, it is dry. */
export const RAIN = ['dry', 'light', 'moderate', 'heavy', 'violent'] as const
export const rainScale: Scale = { breaks: [0.1, 2.5, 10, 50], colours: SHARE }

const RAMPS = {
  energy: ENERGY,
  density: DENSITY,
  income: INCOME,
  traffic: DENSITY,
  power: ENERGY,
  heat: HEAT,
  humidity: HUMIDITY,
  pressure: DENSITY,
  water: INCOME,
} as const
type RampName = keyof typeof RAMPS

/** Classes for values without fixed steps: about equal counts, on round numbers, so that the legend stays readable. */
export function quantileScale(values: readonly number[], ramp: RampName): Scale {
  const sorted = values.filter(Number.isFinite).toSorted((a, b) => a - b)
  const colours = RAMPS[ramp]
  const breaks: number[] = []
  for (let step = 1; step < colours.length; step += 1) {
    const raw = sorted[Math.floor((sorted.length * step) / colours.length)]
    if (raw === undefined) continue
    const round = roundTo(raw, 2)
    if (round > (breaks.at(-1) ?? Number.NEGATIVE_INFINITY) && round > (sorted[0] ?? 0)) breaks.push(round)
  }
  return { breaks, colours: spread(colours, breaks.length + 1) }
}

/**
 * Classes of one round width (1, 2 or 5 times a power of ten), for what differs little across a city: as narrow as the
 * ramp has colours for, but not below `least`, itself round: what instruments tell apart. The lowest and the highest
 * twentieth go into the classes at the ends, or one odd station would make all others alike.
 */
export function stepScale(values: readonly number[], ramp: RampName, least: number): Scale {
  const colours = RAMPS[ramp]
  const sorted = values.filter(Number.isFinite).toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0
  const [low, high] = [at(0.05), at(0.95)]
  const below = (value: number, step: number): number => Math.floor(value / step)
  let step = least
  while (below(high, step) - below(low, step) >= colours.length) step = nextRound(step)
  const breaks: number[] = []
  for (let edge = below(low, step) + 1; edge <= below(high, step); edge += 1)
    breaks.push(Number((edge * step).toPrecision(9)))
  return { breaks, colours: spread(colours, breaks.length + 1) }
}

/** 1, 2, 5, 10, … */
const nextRound = (step: number): number => {
  const digit = Math.round(step / 10 ** Math.floor(Math.log10(step) + 1e-9))
  return Number((step * (digit === 2 ? 2.5 : 2)).toPrecision(9))
}

/** So many colours of a ramp, both of its ends among them; one alone is its middle. */
const spread = (colours: readonly Rgb[], count: number): Rgb[] =>
  Array.from({ length: count }, (_, index) => {
    const at = count === 1 ? 0.5 : index / (count - 1)
    return colours[Math.round(at * (colours.length - 1))] ?? [128, 128, 128]
  })

function roundTo(value: number, digits: number): number {
  if (value === 0) return 0
  const factor = 10 ** (digits - 1 - Math.floor(Math.log10(Math.abs(value))))
  return Math.round(value * factor) / factor
}
