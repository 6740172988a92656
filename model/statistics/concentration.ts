import { type Estimated, estimated, type Linearised, type Respondent } from './design.ts'
import type { Values } from './linearised.ts'

/** A point of the concentration curve: of the poorest `population`, what share of all of y they have. */
export type CurvePoint = { readonly population: number; readonly share: number }
export type Concentration = Estimated & {
  readonly curve: readonly CurvePoint[]
  /** for a share: index / (1 - mean), which can reach 1 whatever the mean is (Wagstaff 2005); null for other measures */
  readonly normalised: number | null
}

type Member = { readonly i: number; readonly weight: number; readonly y: number; readonly rank: number }

/**
 * Weighted concentration index of y over a ranking (income): C = 2 sum(w y R) / (W mean) - 1, where R is the fractional
 * rank of a person, the share of the population below plus half of those level with it. 0: even; above 0: the better
 * placed have more of y. Source: Kakwani, Wagstaff and van Doorslaer 1997, Journal of Econometrics 77; O'Donnell and
 * others, Analyzing Health Equity Using Household Survey Data (2008), ch. 8.
 *
 * The standard error is by linearisation, ranks included: they are estimated from the sample too. With
 * theta = sum(w y R) / W and H(i) = what those above (and half of those level) have, per head of the whole:
 * d theta = (y R + H - 2 theta) / W, and C = 2 theta / mean - 1 follows (Binder and Kovacevic 1995, Survey Methodology 21).
 *
 * @returns undefined where nobody has both y and a rank, or the mean of y is not above 0
 */
export function concentrationOf(
  respondents: readonly Respondent[],
  y: Values,
  rankBy: Values,
  { confidence = 0.95, proportion = false } = {},
): Concentration | undefined {
  const members = respondents.flatMap(({ weight }, i): Member[] => {
    const [value, rank] = [y(i), rankBy(i)]
    return value === null || rank === null ? [] : [{ i, weight, y: value, rank }]
  })
  const base = total(members, ({ weight }) => weight)
  const mean = total(members, ({ weight, y: value }) => weight * value) / base
  if (!(mean > 0)) return undefined
  const levels = levelsOf(members, base)
  const theta = total(members, (one) => one.weight * one.y * (levels.get(one.rank)?.below ?? 0)) / base
  const influence = new Float64Array(respondents.length)
  for (const { i, weight, y: value, rank } of members) {
    const { below = 0, above = 0 } = levels.get(rank) ?? {}
    const dTheta = (value * below + above - 2 * theta) / base
    influence[i] = weight * ((2 * dTheta) / mean - ((2 * theta) / mean ** 2) * ((value - mean) / base))
  }
  const index = (2 * theta) / mean - 1
  const ranked = new Set(members.map(({ i }) => i))
  const of: Linearised = { value: index, influence, n: members.length, inDomain: (i) => ranked.has(i) }
  return {
    ...estimated(respondents, of, confidence),
    curve: curveOf(members, base, mean),
    normalised: proportion && mean < 1 ? index / (1 - mean) : null,
  }
}

const total = (members: readonly Member[], of: (member: Member) => number): number =>
  members.reduce((held, member) => held + of(member), 0)

const inOrder = (members: readonly Member[]): [rank: number, level: Member[]][] =>
  [...Map.groupBy(members, ({ rank }) => rank)].sort(([a], [b]) => a - b)

/** By rank: the share of people below and half of those level; and of y, per head of all, that those above and half of those level have. */
function levelsOf(members: readonly Member[], base: number): Map<number, { below: number; above: number }> {
  const levels = new Map<number, { below: number; above: number }>()
  let people = 0
  let left = total(members, ({ weight, y }) => weight * y)
  for (const [rank, level] of inOrder(members)) {
    const here = total(level, ({ weight }) => weight)
    const having = total(level, ({ weight, y }) => weight * y)
    left -= having
    levels.set(rank, { below: (people + here / 2) / base, above: (left + having / 2) / base })
    people += here
  }
  return levels
}

function curveOf(members: readonly Member[], base: number, mean: number): CurvePoint[] {
  const curve: CurvePoint[] = [{ population: 0, share: 0 }]
  let [people, having] = [0, 0]
  for (const [, level] of inOrder(members)) {
    people += total(level, ({ weight }) => weight)
    having += total(level, ({ weight, y }) => weight * y)
    curve.push({ population: people / base, share: having / (base * mean) })
  }
  return curve
}
