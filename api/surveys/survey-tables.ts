import type { Queryable } from '#infra/db/pool.ts'
import { AppError } from '#model/basics/errors.ts'
import type { Levels } from '#model/statistics/disclosure/empty-cells.ts'
import { cellId, type Profile } from '#model/statistics/disclosure/linked-tables.ts'
import type { Answers } from '#model/statistics/disclosure/protect-intervals.ts'
import { type CellPrint, cellPrints, constraintsOf, isRestCell } from '#model/statistics/disclosure/publication.ts'
import type { Suppression } from '#model/statistics/disclosure/suppression.ts'
import type { Codebook, Question } from '#model/survey/codebook.ts'
import { answered, findSurvey, type Microdata, type Response, wasAsked } from './microdata.ts'
import type { Protection } from './protection.ts'
import type { Publications } from './publications.ts'
import {
  characteristicsOf,
  isShare,
  type Measure,
  measureOf,
  type Nonresponse,
  numeric,
  type TableCell,
  type Tabulated,
  table,
} from './table.ts'
import { type Inherited, inheritedBy } from './wider-tables.ts'

/** The tables of one question by every characteristic, and which cells of all its tables are suppressed. */
export type SurveyTables = {
  readonly responses: readonly Response[]
  /** the measure of each respondent; null where it did not answer or the question did not apply */
  readonly values: readonly (number | null)[]
  readonly proportion: boolean
  readonly suppressed: Protection
  /** category of respondent i in a characteristic */
  characteristic(i: number, name: string): string | null
  /** every group of the characteristics in their order, whether anybody is in it or not; suppressed ones have no numbers */
  table(by: readonly string[]): TableCell[]
}

/** @throws AppError SURVEY_UNKNOWN */
export async function openSurvey(db: Queryable, id: string): Promise<Codebook> {
  const survey = await findSurvey(db, id)
  if (!survey) throw new AppError('SURVEY_UNKNOWN', id)
  return survey.codebook
}

/** @throws AppError REQUEST_INVALID where the question leaves open which answers count */
export async function openSurveyTables(
  microdata: Microdata,
  codebook: Codebook,
  question: Question,
  category: string | undefined,
): Promise<SurveyTables> {
  const measure = measureOf(question, category)
  const names = characteristicsOf(codebook)
  const columns = names.filter((name) => name !== 'zone')
  const wholes = question.of === undefined ? [] : [question.of]
  const found = await microdata.responses(codebook, [question.column, ...columns, ...wholes])
  const { responses, values, asked } = measured(codebook, found, measure, { at: 0, whole: 1 + columns.length })
  const protections = await protectionOf(microdata, codebook, { responses, values, asked, question, at: 0, offset: 1 })
  return surveyTables(codebook, responses, values, measure, 1, protections, asked)
}

/**
 * The measure of each respondent. The share of one amount in another, sum(w y) / sum(w x), is the mean of y / x with weights
 * w x, and so is its linearisation: w x (y / x - R) = w (y - R x). Whoever has none of the whole is not in it.
 * @param places of the answer and of the whole among the answers
 * @returns `asked`: the weight of each respondent to whom the question was put, null of the others
 */
export function measured(
  { questions }: Codebook,
  responses: readonly Response[],
  measure: Measure,
  places: { readonly at: number; readonly whole: number },
): Pick<SurveyTables, 'responses' | 'values'> & { readonly asked: Asked } {
  const values = responses.map(({ answers }) => numeric(measure, answers[places.at]))
  const asked = responses.map(({ weight, answers }) => (wasAsked(measure.question, answers[places.at]) ? weight : null))
  const question = questions.find(({ column }) => column === measure.question.of)
  if (!question) return { responses, values, asked }
  const wholes = responses.map(({ answers }) => numeric({ question, counts: null }, answers[places.whole]) ?? 0)
  return {
    responses: responses.map((one, i) => {
      const whole = Math.max(0, wholes[i] ?? 0)
      const replicateWeights = one.replicateWeights?.map((weight) => weight * whole) ?? null
      return { ...one, weight: one.weight * whole, replicateWeights }
    }),
    values: values.map((part, i) => (part === null || !((wholes[i] ?? 0) > 0) ? null : part / (wholes[i] ?? 1))),
    asked,
  }
}

type Asked = readonly (number | null)[]

/** The measure of each respondent who is in the group of a cell. */
export const memberOf = (
  tables: Pick<SurveyTables, 'characteristic' | 'values'>,
  { group }: { readonly group: Readonly<Record<string, string>> },
) => {
  const entries = Object.entries(group)
  return (i: number): number | null =>
    entries.every(([name, value]) => tables.characteristic(i, name) === value) ? (tables.values[i] ?? null) : null
}

/** What a question was answered, before it is broken down. */
export type Answered = Pick<SurveyTables, 'responses' | 'values'> & {
  /** the weight of each respondent to whom the question was put, null of the others; null where that is not published */
  readonly asked: Asked | null
  /** null where the values are not those of one question */
  readonly question: Question | null
  /** place of the answer to the question among the answers */
  readonly at: number
  /** place of the first characteristic among the answers */
  readonly offset: number
}

/** Suppressed cells of the answers, and of the number of people asked. */
export type Protections = { readonly suppressed: Protection; readonly suppressedAsked: Protection }

/**
 * Which cells of all tables of a question are suppressed: the same for each of its categories, since all of them are
 * published. Everything that is published of single questions has to pass through here.
 */
export async function protectionOf(microdata: Microdata, codebook: Codebook, answered: Answered): Promise<Protections> {
  const { responses, values, asked, offset } = answered
  const profiles = profilesOf(codebook, responses, offset)
  const shared = { characteristics: characteristicsOf(codebook), threshold: codebook.threshold }
  const who = responses.flatMap((_, i) => (values[i] === null ? [] : [i]))
  const askedOf = profiles.filter((_, i) => isAsked(asked, values, i))
  const column = answered.question?.column ?? ''
  const [answerSeeds, seeds = []] = await Promise.all(
    [column, ''].map((question) => microdata.suppressionSeeds(codebook.id, question)),
  )
  const publications = await microdata.publications(codebook.id)
  const keptBack = new Set(seeds)
  const own = figureOf(publications, keptBack, column, {
    ...{ profiles: who.flatMap((i) => profiles.slice(i, i + 1)), characteristics: shared.characteristics },
    answers: who.map((i) => (answered.question ? (responses[i]?.answers[answered.at] ?? '') : '')),
  })
  const ofAsked = figureOf(publications, keptBack, `asked ${column}`, {
    ...{ profiles: askedOf, characteristics: shared.characteristics, answers: askedOf.map(() => '') },
  })
  const inAnyCase = [...seeds, ...own.seeds]
  const levels = levelsOf(codebook, profiles)
  const inherited = await widerOf(microdata, codebook, answered, publications, levels)
  const wider = (isIn: (i: number) => boolean) => {
    const others = profiles.filter((_, i) => !isIn(i))
    if (!inherited || others.length === 0) return {}
    return { inherited: [...inherited.cells], isRouted: inherited.isRouted, others }
  }
  const [suppressed, suppressedAsked] = await Promise.all([
    microdata.protect({
      seeds: inAnyCase,
      answerSeeds: [...(answerSeeds ?? []), ...own.answerSeeds].filter((id) => !inAnyCase.includes(id)),
      ...own.known,
      ...shared,
      ...wider((i) => values[i] !== null),
      profiles: own.profiles,
      answers: answersOf(answered, who),
      levels,
    }),
    asked
      ? microdata.protect({
          ...{ ...shared, profiles: askedOf, answers: { kind: 'none' }, seeds: [...seeds, ...ofAsked.seeds] },
          ...ofAsked.known,
          ...wider((i) => isAsked(asked, values, i)),
        })
      : new Map(),
  ])
  await own.record(suppressed)
  // nonresponse is shown with an estimate, and not alone
  if (asked) await ofAsked.record(new Map([...suppressedAsked, ...suppressed]))
  return { suppressed, suppressedAsked }
}

/** What is suppressed in the tables of everybody, and of the questions that decide who was asked, where not all answered. */
async function widerOf(
  microdata: Microdata,
  codebook: Codebook,
  answered: Answered,
  publications: Publications,
  levels: Levels,
): Promise<Inherited | undefined> {
  const { question, responses, values } = answered
  if (!question || !values.includes(null)) return undefined
  const everybody = { ...answered, values: responses.map(() => 1), asked: null, question: null }
  return inheritedBy(
    { microdata, codebook, publications, question, levels },
    {
      everybody: async () => (await protectionOf(microdata, codebook, everybody)).suppressed,
      question: async (one) => {
        const [category] = Object.keys(one.categories ?? {})
        return (await openSurveyTables(microdata, codebook, one, category)).suppressed
      },
    },
  )
}

type Figure = {
  readonly profiles: readonly Profile[]
  readonly characteristics: readonly string[]
  readonly answers: readonly string[]
}

/** What earlier publications say of a figure, and how this one is remembered. */
function figureOf(
  { past, record }: Publications,
  keptBack: ReadonlySet<string>,
  figure: string,
  { profiles, characteristics, answers }: Figure,
) {
  const prints = () => cellPrints(profiles, characteristics, answers)
  const found = past && constraintsOf(past, figure, prints(), keptBack)
  const { seeds = [], answerSeeds = [], ...known } = found ?? {}
  return {
    ...{ profiles, seeds, answerSeeds, known },
    record: (suppressed: Protection) =>
      record(figure, () => {
        const [hidden, shown]: Record<string, CellPrint>[] = [{}, {}]
        for (const [id, print] of prints()) {
          const into = suppressed.has(id) || isRestCell(id) ? hidden : shown
          if (into) into[id] = print
        }
        return { hidden: hidden ?? {}, shown: shown ?? {} }
      }),
  }
}

const isAsked = (asked: Asked | null, values: SurveyTables['values'], i: number): boolean =>
  (asked?.[i] ?? null) !== null || values[i] !== null

/** A characteristic as a question is a table of characteristics, which has its place among the tables already. */
function answersOf({ responses, values, question, at }: Answered, who: readonly number[]): Answers {
  if (!question || question.group) return { kind: 'none' }
  const codes = Object.keys(question.categories ?? {}).filter((code) => !question.missing.includes(code))
  if (codes.length > 0) {
    const number = new Map(codes.map((code, k) => [code, k]))
    // answers that the codebook does not list are one category more
    const of = who.map((i) => number.get(responses[i]?.answers[at] ?? '') ?? codes.length)
    return { kind: 'category', categories: codes.length + (of.includes(codes.length) ? 1 : 0), of }
  }
  const weight = (i: number): number => responses[i]?.weight ?? 0
  const mean = who.reduce((sum, i) => sum + weight(i), 0) / Math.max(1, who.length)
  const plain = who.map((i) => values[i] ?? 0)
  return { kind: 'amount', of: who.map((i, k) => (weight(i) / mean) * (plain[k] ?? 0)), plain }
}

function profilesOf(codebook: Codebook, responses: readonly Response[], offset: number): Profile[] {
  const questions = characteristicsOf(codebook)
    .slice(1)
    .map((name) => codebook.questions.find(({ column }) => column === name))
  return responses.map(({ zone, answers }) => ({
    zone,
    ...Object.fromEntries(
      questions.map((question, k) => [question?.column, question ? answered(question, answers[offset + k]) : null]),
    ),
  }))
}

/**
 * What tables list: the zones of the survey, which all have enough respondents (coarsen-zones.ts), and the categories of the codebook, whether
 * anybody who answered is in them or not.
 */
function levelsOf(codebook: Codebook, profiles: readonly Profile[]): Levels {
  const seen = (name: string): string[] => [...new Set(profiles.flatMap((profile) => profile[name] ?? []))].sort()
  const questions = new Map(codebook.questions.map((question) => [question.column, question]))
  const codesOf = ({ categories = {}, missing }: Question): string[] =>
    Object.keys(categories).filter((code) => !missing.includes(code))
  return Object.fromEntries(
    characteristicsOf(codebook).map((name) => {
      const question = name === 'zone' ? undefined : questions.get(name)
      return [name, [...new Set([...(question ? codesOf(question) : []), ...seen(name)])]]
    }),
  )
}

/** Tables of any values, `measure` null where they are not those of one question; answers of the characteristics begin at `offset`. */
export function surveyTables(
  codebook: Codebook,
  responses: readonly Response[],
  values: readonly (number | null)[],
  measure: Measure | null,
  offset: number,
  protections: Protections,
  asked: Asked | null = null,
): SurveyTables {
  const proportion = measure !== null && isShare(measure)
  const profiles = profilesOf(codebook, responses, offset)
  const { suppressed } = protections
  const unanswered = asked && nonresponseOf({ protections, profiles, values, measure, asked })
  const characteristic = (i: number, name: string): string | null => profiles[i]?.[name] ?? null
  const tabulated: Tabulated = {
    ...{ responses, values, proportion, characteristic, levels: levelsOf(codebook, profiles) },
    suppressionOf: (group) => suppressed.get(cellId(group)) ?? suppressedCrossing(measure, group, suppressed),
    nonresponseOf: (group) => unanswered?.(group) ?? null,
  }
  return {
    responses,
    values,
    proportion,
    suppressed,
    characteristic,
    table: (by) => table(tabulated, by),
  }
}

type NonresponseOf = {
  readonly protections: Protections
  readonly profiles: readonly Profile[]
  readonly values: SurveyTables['values']
  readonly measure: Measure | null
  readonly asked: Asked
}

/**
 * How many of a group did not answer. How many were asked is a table like any other, so it is suppressed as one; and not
 * published of a characteristic, because who did not state it stands for nobody in the tables by it.
 */
function nonresponseOf({
  protections: { suppressedAsked: suppressed },
  profiles,
  values,
  measure,
  asked,
}: NonresponseOf) {
  if (!measure || measure.question.group) return () => null
  return (group: Readonly<Record<string, string>>): Nonresponse | null => {
    if (suppressed.has(cellId(group))) return null
    const entries = Object.entries(group)
    const sums = { n: 0, missing: 0, weight: 0, missingWeight: 0 }
    profiles.forEach((profile, i) => {
      const weight = asked[i] ?? 0
      if (!isAsked(asked, values, i) || entries.some(([name, value]) => profile[name] !== value)) return
      const isMissing = values[i] === null
      sums.n += 1
      sums.weight += weight
      sums.missing += isMissing ? 1 : 0
      sums.missingWeight += isMissing ? weight : 0
    })
    if (sums.n === 0 || sums.weight === 0) return null
    return { nonresponse: sums.missing / sums.n, nonresponseWeighted: sums.missingWeight / sums.weight }
  }
}

/** The share of women in a zone is the cell of zone by sex, and is suppressed with it. */
function suppressedCrossing(
  measure: Measure | null,
  group: Readonly<Record<string, string>>,
  suppressed: ReadonlyMap<string, Suppression>,
): Suppression | null {
  if (!measure?.question.group || Object.hasOwn(group, measure.question.column)) return null
  const crossings = (measure.counts ?? []).map((code) => cellId({ ...group, [measure.question.column]: code }))
  return crossings.flatMap((id) => suppressed.get(id) ?? [])[0] ?? null
}
