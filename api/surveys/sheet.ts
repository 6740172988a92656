import { createHash } from 'node:crypto'
import type { Queryable } from '#infra/db/pool.ts'
import { AppError } from '#model/errors.ts'
import { cellId, type Profile } from '#model/statistics/linked-tables.ts'
import { protect } from '#model/statistics/protect.ts'
import type { Suppression } from '#model/statistics/suppression.ts'
import type { Codebook, Question } from '#model/survey.ts'
import { answered, findSurvey, type Microdata, type Response, wasAsked } from './microdata.ts'
import {
  characteristicsOf,
  isShare,
  type Measure,
  measureOf,
  type Nonresponse,
  numeric,
  type TableCell,
  table,
} from './table.ts'

/** The answers to one question beside every characteristic, and which cells of all its tables must be kept back. */
export type Sheet = {
  readonly responses: readonly Response[]
  /** the measure of each respondent; null where it did not answer or the question did not apply */
  readonly values: readonly (number | null)[]
  readonly proportion: boolean
  readonly held: ReadonlyMap<string, Suppression>
  /** category of respondent i in a characteristic */
  characteristic(i: number, name: string): string | null
  /** cells in the order of their groups, those to keep back marked */
  table(by: readonly string[]): TableCell[]
}

/** @throws AppError SURVEY_UNKNOWN */
export async function openSurvey(db: Queryable, id: string): Promise<Codebook> {
  const survey = await findSurvey(db, id)
  if (!survey) throw new AppError('SURVEY_UNKNOWN', id)
  return survey.codebook
}

/** @throws AppError REQUEST_INVALID where the question leaves open which answers count */
export async function openSheet(
  microdata: Microdata,
  codebook: Codebook,
  question: Question,
  category: string | undefined,
): Promise<Sheet> {
  const measure = measureOf(question, category)
  const names = characteristicsOf(codebook)
  const columns = names.filter((name) => name !== 'zone')
  const wholes = question.of === undefined ? [] : [question.of]
  const found = await microdata.responses(codebook, [question.column, ...columns, ...wholes])
  const { responses, values, asked } = measured(codebook, found, measure, { at: 0, whole: 1 + columns.length })
  return sheetOf(codebook, responses, values, measure, 1, asked)
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
): Pick<Sheet, 'responses' | 'values'> & { readonly asked: Asked } {
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

/** A sheet of any values, `measure` null where they are not those of one question; answers of the characteristics begin at `offset`. */
export function sheetOf(
  codebook: Codebook,
  responses: readonly Response[],
  values: readonly (number | null)[],
  measure: Measure | null,
  offset: number,
  asked: Asked | null = null,
): Sheet {
  const proportion = measure !== null && isShare(measure)
  const names = characteristicsOf(codebook)
  const questions = names.slice(1).map((name) => codebook.questions.find(({ column }) => column === name))
  const profiles: Profile[] = responses.map(({ zone, answers }) => ({
    zone,
    ...Object.fromEntries(
      questions.map((question, k) => [question?.column, question ? answered(question, answers[offset + k]) : null]),
    ),
  }))
  const held = heldOf(
    profiles.filter((_, i) => values[i] !== null),
    names,
    codebook.threshold,
  )
  const unanswered = asked && nonresponseOf({ codebook, profiles, values, measure, asked, names })
  const characteristic = (i: number, name: string): string | null => profiles[i]?.[name] ?? null
  return {
    responses,
    values,
    proportion,
    held,
    characteristic,
    table: (by) => {
      const group = (i: number): Readonly<Record<string, string>> | null => {
        const entries = by.map((name) => [name, characteristic(i, name)] as const)
        return entries.some(([, value]) => value === null) ? null : Object.fromEntries(entries as [string, string][])
      }
      return table(responses, values, group, { proportion, held })
        .map((cell) => ({ ...cell, held: cell.held ?? heldCrossing(measure, cell.group, held) }))
        .map((cell) => (cell.held ? cell : { ...cell, nonresponse: unanswered?.(cell.group) ?? null }))
        .sort(inCodebookOrder(codebook, by))
    },
  }
}

type NonresponseOf = {
  readonly codebook: Codebook
  readonly profiles: readonly Profile[]
  readonly values: Sheet['values']
  readonly measure: Measure | null
  readonly asked: Asked
  readonly names: readonly string[]
}

/**
 * How many of a group did not answer. How many were asked is a table like any other, so it is kept back as one; and not
 * published of a characteristic, because who did not state it stands for nobody in the tables by it.
 */
function nonresponseOf({ codebook, profiles, values, measure, asked, names }: NonresponseOf) {
  if (!measure || measure.question.group) return () => null
  const isAsked = (i: number): boolean => asked[i] !== null || values[i] !== null
  const held = heldOf(
    profiles.filter((_, i) => isAsked(i)),
    names,
    codebook.threshold,
  )
  return (group: Readonly<Record<string, string>>): Nonresponse | null => {
    if (held.has(cellId(group))) return null
    const entries = Object.entries(group)
    const sums = { n: 0, missing: 0, weight: 0, missingWeight: 0 }
    profiles.forEach((profile, i) => {
      const weight = asked[i] ?? 0
      if (!isAsked(i) || entries.some(([name, value]) => profile[name] !== value)) return
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

/** The share of women in a zone is the cell of zone by sex, and is kept back with it. */
function heldCrossing(
  measure: Measure | null,
  group: Readonly<Record<string, string>>,
  held: ReadonlyMap<string, Suppression>,
): Suppression | null {
  if (!measure?.question.group || Object.hasOwn(group, measure.question.column)) return null
  const crossings = (measure.counts ?? []).map((code) => cellId({ ...group, [measure.question.column]: code }))
  return crossings.flatMap((id) => held.get(id) ?? [])[0] ?? null
}

/** Groups as the codebook lists their categories, zones by key. */
function inCodebookOrder({ questions }: Codebook, by: readonly string[]) {
  const ranks = by.map((name) => {
    const codes = Object.keys(questions.find(({ column }) => column === name)?.categories ?? {})
    return { name, rank: new Map(codes.map((code, i) => [code, i])) }
  })
  return (a: TableCell, b: TableCell): number => {
    for (const { name, rank } of ranks) {
      const [x, y] = [a.group[name] ?? '', b.group[name] ?? '']
      const difference = (rank.get(x) ?? 0) - (rank.get(y) ?? 0)
      if (difference !== 0) return difference
      if (x !== y) return x < y ? -1 : 1
    }
    return 0
  }
}

const KEPT = 300
const known = new Map<string, Map<string, Suppression>>()

/** What must be kept back follows from who answered alone, so it is worked out once for each set of numbers. */
function heldOf(profiles: readonly Profile[], names: readonly string[], threshold: number): Map<string, Suppression> {
  const key = digestOf(JSON.stringify([threshold, profiles.map((one) => names.map((name) => one[name]))]))
  const found = known.get(key)
  if (found) return found
  const held = protect(profiles, names, threshold)
  if (known.size >= KEPT) known.clear()
  known.set(key, held)
  return held
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64')
