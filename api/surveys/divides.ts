import type { Queryable } from '#infra/db/pool.ts'
import type { DividesResponse } from '#model/api/people.ts'
import { DAY_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'
import { type MoneyUnit, moneyPer, type PriceUnit, priceUnitOf } from '#model/basics/money.ts'
import { concentrationOf } from '#model/statistics/estimation/concentration.ts'
import { differenceOf, meanOf, parityRatioOf } from '#model/statistics/estimation/linearised.ts'
import { pairwiseGaps, pOf, widestGap } from '#model/statistics/estimation/pairwise.ts'
import { quantileOf } from '#model/statistics/estimation/quantile.ts'
import type { Estimated } from '#model/statistics/estimation/survey-design.ts'
import { holmAdjusted } from '#model/statistics/inference/change.ts'
import { type Codebook, type Question, rankingOf } from '#model/survey/codebook.ts'
import { atEndOf, cityAt, zonesAt } from '../measurements/registry-at.ts'
import { findSurvey, type SurveySource } from './microdata.ts'
import { memberOf, openSurvey, openSurveyTables, type SurveyTables } from './survey-tables.ts'
import { checkBy, hidesSomebody, isOpen, publish, type TableCell } from './table.ts'

export type DividesQuery = {
  readonly question: string
  readonly category?: string | undefined
  readonly by: readonly string[]
  /** categories of the group to compare with, in the order of `by`; absent: see referenceOf */
  readonly reference?: readonly string[] | undefined
}
type Groups = DividesResponse['groups']
type Affordability = NonNullable<DividesResponse['affordability']>

/** Parity as UNESCO counts it for girls and boys: 0.98 to 1.02. */
const PARITY = [0.98, 1.02] as const
/** Entry-level broadband is affordable at most at 2 % of monthly income per head (UN Broadband Commission, target 2). */
const AFFORDABLE = 0.02

/** How far groups are apart in one answer: gaps, parity ratios, concentration over a ranking, affordability of a price. */
export async function divides(source: SurveySource, id: string, query: DividesQuery): Promise<DividesResponse> {
  const db = source.pool
  const codebook = await openSurvey(db, id)
  const { by } = query
  const question = codebook.questions.find(
    ({ column, indicator }) => column === query.question || indicator === query.question,
  )
  if (!question) throw new AppError('QUESTION_UNKNOWN', query.question)
  if (by.length === 0) throw new AppError('REQUEST_INVALID', 'name one or two characteristics to compare: by=sex')
  if (by.includes(question.column)) throw new AppError('REQUEST_INVALID', 'a question is not compared by itself')
  checkBy(codebook, by, question)
  const tables = await openSurveyTables(source.microdata, codebook, question, query.category)
  const cells = tables.table(by)
  const reference = referenceOf(cells, codebook, by, query.reference)
  const zones = by.includes('zone') ? await zoneNames(db, id) : new Map<string, string>()
  const labels = cells.map(({ group }) => labelOf(codebook, zones, group))
  return {
    survey: id,
    question: question.column,
    text: question.text,
    category: query.category ?? null,
    by: [...by],
    statistic: tables.proportion ? 'proportion' : 'mean',
    unit: tables.proportion ? '1' : (question.unit ?? ''),
    confidence: 0.95,
    threshold: codebook.threshold,
    simulated: codebook.simulated,
    reference: reference ? { ...reference.group } : null,
    groups: compare(tables, cells, reference, labels),
    concentration: concentration(tables, cells, codebook, { by, bounds: boundsOf(question) }),
    widest: widest(tables, cells, labels),
    ...(question.price ? await affordability(db, codebook, question, { tables, cells, labels }) : NO_PRICE),
  }
}

function compare(
  tables: SurveyTables,
  cells: readonly TableCell[],
  reference: TableCell | undefined,
  labels: string[],
): Groups {
  const against = reference && meanOf(tables.responses, memberOf(tables, reference))
  const compared = cells.map((cell, i) => {
    const base = { label: labels[i] ?? '', estimate: publish(cell) }
    const own = cell.suppressed || cell === reference ? undefined : meanOf(tables.responses, memberOf(tables, cell))
    if (!own || !against) return { ...base, gap: null, ratio: null, parity: null, p: null }
    const gap = differenceOf(tables.responses, own, against)
    const ratio = parityRatioOf(tables.responses, own, against)
    return {
      ...base,
      gap,
      ratio: ratio ?? null,
      parity: ratio ? ratio.value >= PARITY[0] && ratio.value <= PARITY[1] : null,
      p: pOf(gap),
    }
  })
  const adjusted = holmAdjusted(compared.flatMap(({ p }) => p ?? []))
  return compared.map(({ p, ...group }) => ({
    ...group,
    significant: p === null ? null : (adjusted.shift() ?? 1) <= 0.05,
  }))
}

/** The requested group; otherwise the highest of a ranking; otherwise the group that represents most people. */
function referenceOf(
  cells: readonly TableCell[],
  codebook: Codebook,
  by: readonly string[],
  asked: readonly string[] | undefined,
): TableCell | undefined {
  const open = cells.filter(isOpen)
  if (asked) {
    const found = cells.find(({ group }) => by.every((name, i) => group[name] === asked[i]))
    if (!found) throw new AppError('REQUEST_INVALID', `no group "${asked.join(',')}" in ${by.join(',')}`)
    return found.suppressed ? undefined : found
  }
  const [first] = by
  const ranking = by.length === 1 && first ? rankingBy(codebook, first) : null
  if (ranking && first) {
    const rank = ({ group }: TableCell): number => ranking.indexOf(group[first] ?? '')
    return open.toSorted((a, b) => rank(b) - rank(a))[0]
  }
  return open.toSorted((a, b) => b.mean.weightedBase - a.mean.weightedBase)[0]
}

/** Categories of a characteristic from the lowest to the highest, where the codebook says that they have an order. */
function rankingBy({ questions }: Codebook, name: string): string[] | null {
  const question = questions.find(({ column }) => column === name)
  return question ? rankingOf(question) : null
}

/** What a number can be at least and at most: as the codebook says, or 1 to 5 for what speaks of wellbeing. */
const boundsOf = ({ categories, bounds, factor }: Question): [number, number] | undefined =>
  categories ? undefined : (bounds ?? (factor === undefined ? undefined : [1, 5]))

/** The widest gap between any two groups that may be published, corrected for how many there are. */
function widest(
  tables: SurveyTables,
  cells: readonly TableCell[],
  labels: readonly string[],
): DividesResponse['widest'] {
  const open = cells.flatMap((cell, i) => {
    const of = cell.suppressed ? undefined : meanOf(tables.responses, memberOf(tables, cell))
    return of ? [{ cell, label: labels[i] ?? '', of }] : []
  })
  const places = tables.responses.map((_, i) => open.findIndex(({ of }) => of.inDomain(i)))
  const rest = (group: number) =>
    meanOf(tables.responses, (i) => ((places[i] ?? -1) < 0 || places[i] === group ? null : (tables.values[i] ?? null)))
  const found = widestGap(
    pairwiseGaps(
      tables.responses,
      open.map(({ of }) => of),
      rest,
    ),
  )
  if (!found) return null
  const { a, b, gap, p, adjustedP } = found.gap
  const named = (place: number) => ({ label: open[place]?.label ?? '', group: { ...open[place]?.cell.group } })
  return {
    group: named(a),
    against: b === null ? null : named(b),
    gap,
    ...{ p, adjustedP },
    significant: found.significant,
    comparisons: found.comparisons,
  }
}

function concentration(
  tables: SurveyTables,
  cells: readonly TableCell[],
  codebook: Codebook,
  { by, bounds }: { by: readonly string[]; bounds: [number, number] | undefined },
): DividesResponse['concentration'] {
  const [name] = by
  const ranking = by.length === 1 && name ? rankingBy(codebook, name) : null
  // The index is a sum over all groups: with one of them hidden it would help to compute it back.
  if (!ranking || !name || hidesSomebody(cells, tables.values)) return null
  const rank = (i: number): number | null => {
    const place = ranking.indexOf(tables.characteristic(i, name) ?? '')
    return place < 0 ? null : place
  }
  const { proportion, responses, values } = tables
  const found = concentrationOf(responses, (i) => values[i] ?? null, rank, { proportion, grouped: true, bounds })
  return found ? { ...found, curve: [...found.curve] } : null
}

/** Income of the city when the fieldwork ended: mean of its zones, weighted by their people; in the unit that the pack declares. */
async function incomeAt(db: Queryable, { to }: Codebook): Promise<{ mean: number | null; unit: MoneyUnit | null }> {
  const at = atEndOf({ to: new Date(Date.parse(to) + DAY_MS) }, new Date())
  const city = await cityAt(db, at)
  const zones = city ? await zonesAt(db, at, city) : []
  const known = zones.flatMap(({ income, incomeYear, population }) =>
    income === null || !population ? [] : [{ income, incomeYear, population }],
  )
  const unit = city?.income ? { ...city.income, year: known[0]?.incomeYear ?? city.income.year } : null
  const people = known.reduce((sum, { population }) => sum + population, 0)
  const total = known.reduce((sum, { income, population }) => sum + income * population, 0)
  return { mean: people > 0 ? total / people : null, unit }
}

type Affordable = Pick<DividesResponse, 'affordability' | 'affordabilityMissing' | 'affordabilityMissingReason'>
type Reason = NonNullable<DividesResponse['affordabilityMissingReason']>
type Table = { readonly tables: SurveyTables; readonly cells: readonly TableCell[]; readonly labels: readonly string[] }
const NO_PRICE: Affordable = { affordability: null, affordabilityMissing: null, affordabilityMissingReason: null }

async function affordability(
  db: Queryable,
  codebook: Codebook,
  { column, unit }: Question,
  table: Table,
): Promise<Affordable> {
  const { mean, unit: of } = await incomeAt(db, codebook)
  const price = priceUnitOf(unit)
  const because = (code: Reason['code'], values: Reason['values'], why: string): Affordable => ({
    ...{ affordability: null, affordabilityMissing: why },
    affordabilityMissingReason: { code, values },
  })
  if (!mean)
    return because(
      'income_unknown',
      { to: codebook.to },
      `no income of a zone is known of ${codebook.to}: property income of zones.geojson, and validFrom`,
    )
  if (!of)
    return because(
      'income_unit_unknown',
      {},
      'city.json does not say what the incomes of zones are: income, with currency, per and year',
    )
  if (!price)
    return because(
      'not_a_price',
      { column, unit: unit ?? '' },
      `the unit of ${column} ("${unit ?? ''}") is no price: EUR/month or EUR/year`,
    )
  if (price.currency !== null && price.currency !== of.currency)
    return because(
      'other_currency',
      { currency: price.currency, incomes: of.currency },
      `${column} is in ${price.currency}, incomes are in ${of.currency}`,
    )
  return {
    affordability: affordabilityOf(moneyPer(mean, of.per, 'month'), of, price, table),
    affordabilityMissing: null,
    affordabilityMissingReason: null,
  }
}

function affordabilityOf(
  monthlyIncome: number,
  { currency, per, year }: MoneyUnit,
  price: PriceUnit,
  { tables, cells, labels }: Table,
): Affordability {
  const groups = cells.map((cell, i) => {
    const median = cell.suppressed ? undefined : medianOf(tables, cell)
    return { label: labels[i] ?? '', group: { ...cell.group }, ...shareOf(median, price, monthlyIncome) }
  })
  const incomeBasis = `mean income of the zones by people, ${currency} a ${per}, ${year}`
  return { monthlyIncome, incomeBasis, incomeYear: year, currency, limit: AFFORDABLE, groups }
}

/** Amounts at or beyond an end of an interval, for the end to be published: it is an amount that somebody gave. */
const MIN_BEYOND = 3

/** The median of a group with its interval, unless an end of it is the amount of one of the largest or smallest alone. */
function medianOf(tables: SurveyTables, cell: TableCell): Estimated | undefined {
  const member = memberOf(tables, cell)
  const median = quantileOf(tables.responses, member, 0.5)
  if (!median) return undefined
  const amounts = tables.responses.flatMap((_, i) => member(i) ?? [])
  const above = amounts.filter((amount) => amount >= median.upper).length
  const below = amounts.filter((amount) => amount <= median.lower).length
  return Math.min(above, below) >= MIN_BEYOND ? median : undefined
}

function shareOf(median: Estimated | undefined, { per }: PriceUnit, income: number) {
  if (!median) return { share: null, lower: null, upper: null, medianPrice: null, n: null, affordable: null }
  const { value, lower, upper, n } = median
  const ofIncome = (price: number): number => moneyPer(price, per, 'month') / income
  const share = ofIncome(value)
  const interval = { lower: ofIncome(lower), upper: ofIncome(upper) }
  return { share, ...interval, medianPrice: value, n, affordable: share <= AFFORDABLE }
}

function labelOf(
  { questions }: Codebook,
  zones: ReadonlyMap<string, string>,
  group: Readonly<Record<string, string>>,
): string {
  return Object.entries(group)
    .map(([name, code]) =>
      name === 'zone' ? zones.get(code) : questions.find(({ column }) => column === name)?.categories?.[code],
    )
    .map((label, i) => label ?? Object.values(group)[i] ?? '')
    .join(', ')
}

/** Names of zones, and of the areas that the survey has joined some into. */
async function zoneNames(db: Queryable, survey: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.query<{ key: string; name: string }>('select key, name from zone')
  const areas = (await findSurvey(db, survey))?.areas ?? []
  return new Map([...rows, ...areas].map(({ key, name }) => [key, name]))
}
