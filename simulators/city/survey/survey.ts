import { createRandom, hashGauss, type Random } from '../../random/random.ts'
import type { CityPlan, District } from '../plan/city-plan.ts'
import { share } from '../plan/people.ts'
import { COLUMNS } from './codebook.ts'
import { answerIct } from './ict.ts'
import type { SurveyRound } from './rounds.ts'
import { spend } from './spending.ts'

/**
 * A synthetic household survey. Design: strata are the districts; in each, blocks are drawn (clusters) and about eight
 * households in each. Some do not respond, the young and the poor more often; weights are households over respondents by
 * class of response, then scaled so that each district sums to its households. Answers follow a logistic model of income,
 * age and place; neighbours of a block are alike, so that clusters cost precision as they do in a real survey.
 */
type Answers = Record<string, string>
type Draft = {
  district: District
  cluster: string
  age: Age
  income: number
  /** standard normal, the same for all of a block */
  neighbourhood: number
  response: number
  internetScore: number
  answers: Answers
  weight: number
}
const AGES = ['18-34', '35-49', '50-64', '65-74', '75+'] as const
type Age = (typeof AGES)[number]

/** What the neighbours of a block share: standard deviations of log income and of the log-odds of Internet. */
const BLOCK_INCOME = 0.2
const BLOCK_INTERNET = 0.6
const BLOCK_STREAM = 302

const RESPONDENTS = 1200
const PER_BLOCK = 8
/**
 * Residents per km² from which a district is urban centre: the density of urban centres in the Degree of Urbanisation
 * (European Commission, FAO, UN-Habitat, OECD, World Bank, 2021), read on districts in place of grid cells.
 */
const URBAN_DENSITY = 1500

export function surveyCsv(plan: CityPlan, round: SurveyRound): string {
  const random = createRandom(plan.seed, round.streams.sample)
  const drafts = drawSample(plan, random)
  setWeights(drafts)
  setQuintiles(drafts)
  const shift = solveShift(drafts, round.internet)
  for (const draft of drafts) answer(random, draft, shift, round)
  const ict = createRandom(plan.seed, round.streams.ict)
  for (const d of drafts) {
    const density = d.district.population / (d.district.areaM2 / 1e6)
    const settlement = density < URBAN_DENSITY ? 'outskirts' : 'urban'
    answerIct(ict, { answers: d.answers, rich: richness(d), young: AGE_EFFECT[d.age], settlement }, round)
  }
  const spent = createRandom(plan.seed, round.streams.spending)
  for (const d of drafts) spend(spent, d.answers, richness(d))
  const rows = drafts.map((d, i) => COLUMNS.map((column) => cellOf(d, i, column)).join(','))
  return `${[COLUMNS.join(','), ...rows].join('\n')}\n`
}
function cellOf(d: Draft, i: number, column: string): string {
  if (column === 'respondent') return `r${String(i + 1).padStart(5, '0')}`
  if (column === 'weight') return d.weight.toFixed(4)
  if (column === 'stratum' || column === 'zone') return d.district.key
  return column === 'cluster' ? d.cluster : (d.answers[column] ?? '')
}

const AGE_SHARES: Readonly<Record<string, readonly number[]>> = {
  old: [0.3, 0.24, 0.2, 0.13, 0.13],
  second: [0.32, 0.27, 0.2, 0.12, 0.09],
  water: [0.22, 0.27, 0.25, 0.15, 0.11],
  inland: [0.2, 0.3, 0.26, 0.14, 0.1],
  outer: [0.13, 0.24, 0.3, 0.18, 0.15],
}
const RESPONSE: Readonly<Record<Age, number>> = {
  '18-34': 0.52,
  '35-49': 0.62,
  '50-64': 0.72,
  '65-74': 0.78,
  '75+': 0.7,
}

/** Draws until the district has its share of respondents; who does not respond leaves no row. */
function drawSample(plan: CityPlan, random: Random): Draft[] {
  const sizes = share(
    RESPONDENTS,
    plan.districts.map((d) => Math.sqrt(d.households)),
  )
  return plan.districts.flatMap((district, i) => {
    const blocks = plan.blocks.filter((b) => b.district === district.label && b.population > 12)
    const wanted = sizes[i] as number
    const chosen = drawBlocks(random, blocks, Math.max(3, Math.round(wanted / PER_BLOCK)))
    return Array.from({ length: wanted }, (_, k) => {
      const block = chosen[k % chosen.length]
      const id = block?.id ?? 0
      const neighbourhood = hashGauss(plan.seed, BLOCK_STREAM, id)
      return respondent(random, district, `${district.key}-${id}`, neighbourhood)
    })
  })
}
/** Blocks in proportion to their people, each once. */
function drawBlocks<B extends { population: number }>(random: Random, blocks: readonly B[], count: number): B[] {
  return [...blocks]
    .map((block) => ({ block, key: -Math.log(1 - random.next()) / block.population }))
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ block }) => block)
}

function respondent(random: Random, district: District, cluster: string, neighbourhood: number): Draft {
  for (;;) {
    const age = pickBy(random, AGES, AGE_SHARES[district.character] ?? [0.2, 0.25, 0.25, 0.15, 0.15])
    const prime = { '18-34': -0.12, '35-49': 0.12, '50-64': 0.1, '65-74': -0.12, '75+': -0.28 }[age]
    const income = district.income * Math.exp(prime + BLOCK_INCOME * neighbourhood + 0.43 * random.gauss())
    const response = RESPONSE[age] * (income < 11_000 ? 0.84 : 1)
    if (random.next() > response) continue
    return { district, cluster, age, income, neighbourhood, response, internetScore: 0, answers: {}, weight: 1 }
  }
}
function pickBy<T>(random: Random, items: readonly T[], shares: readonly number[]): T {
  let left = random.next() * shares.reduce((a, b) => a + b, 0)
  for (const [i, item] of items.entries()) {
    left -= shares[i] as number
    if (left <= 0) return item
  }
  return items.at(-1) as T
}

function setWeights(drafts: readonly Draft[]): void {
  const sums = new Map<string, number>()
  for (const d of drafts) sums.set(d.district.key, (sums.get(d.district.key) ?? 0) + 1 / d.response)
  for (const d of drafts) d.weight = d.district.households / d.response / (sums.get(d.district.key) as number)
}
function setQuintiles(drafts: readonly Draft[]): void {
  const total = drafts.reduce((sum, d) => sum + d.weight, 0)
  let below = 0
  for (const d of [...drafts].sort((a, b) => a.income - b.income)) {
    d.answers['income_quintile'] = String(Math.min(5, 1 + Math.floor((5 * below) / total)))
    below += d.weight
  }
}

const AGE_EFFECT: Readonly<Record<Age, number>> = { '18-34': 1, '35-49': 0.9, '50-64': 0.2, '65-74': -0.9, '75+': -1.7 }
/** Log of income over that of the middle. */
const richness = ({ income }: Draft): number => Math.log(income / 16_000)
const logistic = (x: number): number => 1 / (1 + Math.exp(-x))
/** Log-odds of Internet at home, but for the constant: income, age, wealth of the place, and its coverage. */
function score(d: Draft): number {
  const remote = d.district.wealth < 0.05 ? -0.15 : 0
  const place = 0.9 * (d.district.wealth - 0.5) + remote + BLOCK_INTERNET * d.neighbourhood
  return 1.25 * richness(d) + AGE_EFFECT[d.age] + place
}
function solveShift(drafts: readonly Draft[], internet: number): number {
  for (const d of drafts) d.internetScore = score(d)
  const total = drafts.reduce((sum, d) => sum + d.weight, 0)
  let [low, high] = [-6, 10]
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2
    const mean = drafts.reduce((sum, d) => sum + d.weight * logistic(d.internetScore + middle), 0) / total
    if (mean < internet) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function answer(random: Random, d: Draft, shift: number, round: SurveyRound): void {
  const a = d.answers
  const yes = (p: number) => (random.next() < p ? 'yes' : 'no')
  const rich = richness(d)
  const young = AGE_EFFECT[d.age]
  const tertiary = logistic(-0.7 + 1.3 * rich + 0.5 * young)
  a['sex'] = random.next() < 0.52 ? 'female' : 'male'
  a['age_group'] = d.age
  a['education'] = random.next() < tertiary ? 'tertiary' : random.next() < 0.55 + 0.2 * young ? 'secondary' : 'basic'
  a['disability'] = yes(logistic(-2.1 - 0.65 * young - 0.3 * rich))
  a['migration'] =
    random.next() < 0.15 - 0.04 * rich + (d.district.character === 'second' ? 0.1 : 0) ? 'abroad' : 'here'
  a['household_type'] = householdType(random, d.age)
  a['tenure'] = random.next() < logistic(0.7 + 0.9 * rich - 0.5 * young) ? 'owner' : 'tenant'
  const online = random.next() < logistic(d.internetScore + shift)
  a['internet'] = online ? 'yes' : 'no'
  a['computer'] = yes(online ? logistic(1.9 + 0.9 * rich + 0.25 * young) : 0.12)
  a['telephone'] = yes(0.985)
  a['mobile_owner'] = yes(logistic(3.4 + 0.9 * young))
  const uses = random.next() < logistic((online ? 2.9 : -0.6) + 0.7 * young - round.behind)
  a['internet_use'] = uses ? 'yes' : 'no'
  connection(random, d, online, rich, round.fibreBehind)
  skills(random, a, uses, 0.4 * rich + 0.7 * young - round.behind)
  opinions(random, d, uses, rich, young, round.opinions)
}
function householdType(random: Random, age: Age): string {
  const shares = {
    '18-34': [0.38, 0.27, 0.27, 0.08],
    '35-49': [0.2, 0.2, 0.54, 0.06],
    '50-64': [0.26, 0.36, 0.3, 0.08],
    '65-74': [0.34, 0.53, 0.05, 0.08],
    '75+': [0.53, 0.37, 0.01, 0.09],
  }[age]
  return pickBy(random, ['single', 'couple', 'family', 'other'], shares)
}
function connection(
  random: Random,
  { answers: a, district }: Draft,
  online: boolean,
  rich: number,
  fibreBehind: number,
): void {
  const family = a['household_type'] === 'family' ? 2 : a['household_type'] === 'single' ? 0 : 1
  a['devices'] = String(Math.max(0, Math.round((online ? 2.2 : 0.5) + family + 0.9 * rich + 0.8 * random.gauss())))
  if (!online) {
    const remote = district.wealth < 0.05 ? 0.3 : 0.04
    const reason = pickBy(
      random,
      ['not_needed', 'cost_service', 'cost_equipment', 'skills', 'no_service', 'privacy'],
      [0.3, rich < 0 ? 0.3 : 0.08, rich < 0 ? 0.16 : 0.05, 0.26, remote, 0.05],
    )
    // the weightiest; others are named next to it (ict.ts)
    a[`barrier_${reason}`] = 'yes'
    return
  }
  const fibre = district.wealth < 0.05 ? 0.15 : district.character === 'outer' ? 0.42 : 0.68
  const kind = pickBy(
    random,
    ['fibre', 'cable', 'mobile', 'satellite'],
    [
      Math.max(0.02, fibre + 0.1 * rich - fibreBehind),
      0.2,
      0.16 - 0.06 * rich,
      district.character === 'outer' ? 0.04 : 0.005,
    ],
  )
  a['connection'] = kind
  const list = { fibre: 34, cable: 29, mobile: 21, satellite: 46 }[kind] ?? 30
  a['price'] = random.next() < 0.06 ? 'na' : String(Math.round(list * Math.exp(0.18 * random.gauss() + 0.06 * rich)))
}
function skills(random: Random, a: Answers, uses: boolean, leaning: number): void {
  const learned = a['education'] === 'tertiary' ? 0.9 : a['education'] === 'basic' ? -0.8 : 0
  for (const [column, base] of [
    ['skill_copy', 0.9],
    ['skill_send', 1.3],
    ['skill_safety', -0.1],
    ['egov_use', 0.4],
  ] as const) {
    a[column] = uses && random.next() < logistic(base + learned + leaning) ? 'yes' : 'no'
  }
}
/** Opinions share a mood of the person and lean on what the person has; some are left out. */
function opinions(
  random: Random,
  { answers: a, district }: Draft,
  uses: boolean,
  rich: number,
  young: number,
  then: SurveyRound['opinions'],
): void {
  const mood = 0.55 * random.gauss()
  const able =
    0.3 * young +
    (a['education'] === 'tertiary' ? 0.35 : a['education'] === 'basic' ? -0.35 : 0) -
    (a['disability'] === 'yes' ? 0.35 : 0)
  const place = 1.1 * (district.wealth - 0.5) - (district.wealth < 0.05 ? 0.8 : 0)
  const wired = (a['internet'] === 'yes' ? 0.5 : -1.2) + (a['connection'] === 'fibre' ? 0.5 : 0)
  const leaning: Record<string, number> = {
    sat_connection: 3.1 + wired + 0.3 * place,
    sat_mobile: 3.7 + 0.8 * place,
    sat_cost: 3.2 + 0.9 * rich,
    sat_usability: 3.3 + able,
    sat_accessibility: 3.5 + 1.3 * able,
    sat_safety: 3.2 + 0.4 * able - (a['sex'] === 'female' ? 0.12 : 0),
    sat_privacy: 2.6 + 0.5 * able,
    sat_skills: 3.4 + 1.2 * able,
    sat_support: 3 + 0.3 * place,
    sat_social: 3.8 + 0.2 * young,
    sat_balance: 3.3 - 0.3 * young,
    sat_services: 3.4 + 0.4 * able,
    wellbeing: 3.5 + 0.5 * able + 0.2 * rich,
  }
  for (const [column, now] of Object.entries(leaning)) {
    const centre = now + (then[column] ?? 0)
    const skip = random.next() < (uses ? 0.02 : 0.2)
    a[column] = skip ? 'na' : String(Math.min(5, Math.max(1, Math.round(centre + mood + 0.8 * random.gauss()))))
  }
}
