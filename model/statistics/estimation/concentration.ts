import type { Values } from './linearised.ts'
import { type Estimated, estimated, type Linearised, type Respondent, replicatesOf } from './survey-design.ts'

/** A point of the concentration curve: of the poorest `population`, what share of all of y they have. */
export type CurvePoint = { readonly population: number; readonly share: number }
export type Concentration = Estimated & {
  readonly curve: readonly CurvePoint[]
  /** before the correction for grouping: what the curve shows */
  readonly grouped: number
  /** 1 / (1 - sum of cubed shares of the groups): K^2 / (K^2 - 1) for K groups of one size; 1 for ranks of persons */
  readonly correction: number
  /** for a share: index / (1 - mean), which can reach 1 whatever the mean is (Wagstaff 2005); null for other measures */
  readonly normalised: number | null
  /** Erreygers' index, of a variable with a least and a largest value; null for others */
  readonly erreygers: Estimated | null
}
export type ConcentrationOptions = {
  readonly confidence?: number
  readonly proportion?: boolean
  /** whether ranks are those of groups (fifths of income, zones), so that the correction for grouping applies */
  readonly grouped?: boolean
  /** least and largest value that y can have; 0 and 1 for a proportion */
  readonly bounds?: readonly [number, number] | undefined
}

type Member = { readonly i: number; readonly y: number; readonly rank: number }
type WeightOf = (index: number) => number

/**
 * Weighted concentration index of y over a ranking (income): C = 2 sum(w y R) / (W mean) - 1, where R is the fractional
 * rank of a person, the share of the population below plus half of those level with it. 0: even; above 0: the better
 * placed have more of y. Source: Kakwani, Wagstaff and van Doorslaer 1997, Journal of Econometrics 77; O'Donnell and
 * others, Analyzing Health Equity Using Household Survey Data (2008), ch. 8.
 *
 * Ranks that are known by group alone (fifths of income) vary less than ranks of persons, and the index is too near to 0.
 * It is divided by what of their variance is left, 1 - sum p^3 with p the shares of the groups; that is K^2 / (K^2 - 1)
 * for K groups of one size (Van Ourti and Clarke 2011, Review of Economics and Statistics 93; Clarke and Van Ourti 2010,
 * Journal of Health Economics 29).
 *
 * Erreygers' index 4 mean C / (b - a) of y from a to b does not depend on the unit, and is the same but for its sign for
 * what people have and what they lack (Erreygers 2009, Journal of Health Economics 28).
 *
 * The standard error is by linearisation, ranks and shares of groups included: they are estimated from the sample too.
 * With theta = sum(w y R) / W and H(i) = what those above (and half of those level) have, per head of the whole:
 * d theta = (y R + H - 2 theta) / W, and C = 2 theta / mean - 1 follows (Binder and Kovacevic 1995, Survey Methodology 21).
 *
 * @returns undefined where nobody has both y and a rank, all are of one group, or the mean of y is not above 0
 */
export function concentrationOf(
  respondents: readonly Respondent[],
  y: Values,
  rankBy: Values,
  options: ConcentrationOptions = {},
): Concentration | undefined {
  const { confidence = 0.95, proportion = false, grouped = false } = options
  const bounds = options.bounds ?? (proportion ? [0, 1] : undefined)
  const members = respondents.flatMap((_, i): Member[] => {
    const [value, rank] = [y(i), rankBy(i)]
    return value === null || rank === null ? [] : [{ i, y: value, rank }]
  })
  const weightOf: WeightOf = (i) => respondents[i]?.weight ?? 0
  const sums = sumsOf(members, weightOf, grouped)
  const { base, mean, theta, levels, correction } = sums
  if (!(mean > 0) || (grouped && levels.size < 2)) return undefined
  const index = new Float64Array(respondents.length)
  const absolute = new Float64Array(respondents.length)
  const excess = 2 * theta - mean
  const cubes = 1 - 1 / correction
  for (const { i, y: value, rank } of members) {
    const { below = 0, above = 0, share = 0 } = levels.get(rank) ?? {}
    const dTheta = (value * below + above - 2 * theta) / base
    const dMean = (value - mean) / base
    const dCorrection = grouped ? (correction ** 2 * 3 * (share ** 2 - cubes)) / base : 0
    const dIndex = (2 * dTheta) / mean - ((2 * theta) / mean ** 2) * dMean
    index[i] = weightOf(i) * (correction * dIndex + (excess / mean) * dCorrection)
    absolute[i] = weightOf(i) * (correction * (2 * dTheta - dMean) + excess * dCorrection)
  }
  const ranked = new Set(members.map(({ i }) => i))
  const own = { n: members.length, inDomain: (i: number) => ranked.has(i) }
  const replicated = (statistic: (sums: Sums) => number) =>
    replicatesOf(respondents, (weights) => statistic(sumsOf(members, weights, grouped)))
  const of: Linearised = { ...own, value: indexOf(sums), influence: index, replicates: replicated(indexOf) }
  const value = of.value
  return {
    ...estimated(respondents, of, confidence),
    curve: curveOf(members, sums, weightOf),
    grouped: excess / mean,
    correction,
    normalised: proportion && mean < 1 ? value / (1 - mean) : null,
    erreygers: bounds ? bounded(bounds) : null,
  }

  function bounded([least, largest]: readonly [number, number]): Estimated {
    const scale = 4 / (largest - least)
    const erreygers = (one: Sums): number => scale * one.mean * indexOf(one)
    const influence = absolute.map((one) => scale * one)
    const replicates = replicated(erreygers)
    return estimated(respondents, { ...own, value: erreygers(sums), influence, replicates }, confidence)
  }
}

type Level = { readonly below: number; readonly above: number; readonly share: number }
type Sums = {
  readonly base: number
  readonly mean: number
  readonly theta: number
  readonly levels: ReadonlyMap<number, Level>
  readonly correction: number
}

function sumsOf(members: readonly Member[], weightOf: WeightOf, grouped: boolean): Sums {
  const base = total(members, ({ i }) => weightOf(i))
  const mean = total(members, ({ i, y }) => weightOf(i) * y) / base
  const levels = levelsOf(members, base, weightOf)
  const theta = total(members, (one) => weightOf(one.i) * one.y * (levels.get(one.rank)?.below ?? 0)) / base
  const cubes = grouped ? [...levels.values()].reduce((sum, { share }) => sum + share ** 3, 0) : 0
  return { base, mean, theta, levels, correction: 1 / (1 - cubes) }
}

const indexOf = ({ correction, theta, mean }: Sums): number => correction * ((2 * theta) / mean - 1)

const total = (members: readonly Member[], value: (member: Member) => number): number =>
  members.reduce((sum, member) => sum + value(member), 0)

const inOrder = (members: readonly Member[]): [rank: number, level: Member[]][] =>
  [...Map.groupBy(members, ({ rank }) => rank)].sort(([a], [b]) => a - b)

/**
 * By rank: the share of people at it, that of people below and half of those level; and of y, per head of all, that those
 * above and half of those level have.
 */
function levelsOf(members: readonly Member[], base: number, weightOf: WeightOf): Map<number, Level> {
  const levels = new Map<number, Level>()
  let people = 0
  let left = total(members, ({ i, y }) => weightOf(i) * y)
  for (const [rank, level] of inOrder(members)) {
    const here = total(level, ({ i }) => weightOf(i))
    const having = total(level, ({ i, y }) => weightOf(i) * y)
    left -= having
    levels.set(rank, { below: (people + here / 2) / base, above: (left + having / 2) / base, share: here / base })
    people += here
  }
  return levels
}

function curveOf(members: readonly Member[], { base, mean }: Sums, weightOf: WeightOf): CurvePoint[] {
  const curve: CurvePoint[] = [{ population: 0, share: 0 }]
  let [people, having] = [0, 0]
  for (const [, level] of inOrder(members)) {
    people += total(level, ({ i }) => weightOf(i))
    having += total(level, ({ i, y }) => weightOf(i) * y)
    curve.push({ population: people / base, share: having / (base * mean) })
  }
  return curve
}
