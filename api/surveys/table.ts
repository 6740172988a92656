import { AppError } from '#model/basics/errors.ts'
import { groupsOf, type Levels } from '#model/statistics/disclosure/empty-cells.ts'
import { cellId } from '#model/statistics/disclosure/linked-tables.ts'
import type { Suppression } from '#model/statistics/disclosure/suppression.ts'
import { isReliable, type SurveyMean, surveyMean } from '#model/statistics/estimation/survey-mean.ts'
import type { Codebook, Estimate, Question } from '#model/survey/codebook.ts'
import { answered, type Response } from './microdata.ts'

/** What is estimated: the share of respondents whose answer is one of `counts`, or the mean of a number. */
export type Measure = { readonly question: Question; readonly counts: readonly string[] | null }

/** @throws AppError REQUEST_INVALID where a question with categories leaves open which of them count */
export function measureOf(question: Question, category: string | undefined): Measure {
  const codes = Object.keys(question.categories ?? {})
  if (codes.length === 0) {
    if (category === undefined) return { question, counts: null }
    throw new AppError('REQUEST_INVALID', `question "${question.column}" is a number and has no categories`)
  }
  if (category !== undefined) {
    if (codes.includes(category)) return { question, counts: [category] }
    throw new AppError(
      'REQUEST_INVALID',
      `question "${question.column}" has no category "${category}"; it has ${codes.join(', ')}`,
    )
  }
  if (question.counts && question.counts.length > 0) return { question, counts: question.counts }
  throw new AppError('REQUEST_INVALID', `name a category of "${question.column}": ${codes.join(', ')}`)
}

/** Whether the estimate lies between 0 and 1: a share of respondents, or of an amount. */
export const isShare = ({ question, counts }: Measure): boolean => counts !== null || question.of !== undefined

/** The answer as a number: 1 or 0 for a share, the number for a mean, null where there is no answer. */
export function numeric({ question, counts }: Measure, raw: string | null | undefined): number | null {
  const answer = answered(question, raw)
  if (answer === null) return null
  if (counts) return counts.includes(answer) ? 1 : 0
  const value = Number(answer)
  return Number.isFinite(value) ? value : null
}

type Group = Readonly<Record<string, string>>
export type TableCell = OpenCell | SuppressedCell
export type OpenCell = {
  readonly group: Group
  readonly mean: SurveyMean
  readonly suppressed: null
  /** null where it must not be published */
  readonly nonresponse: Nonresponse | null
}
/** Nothing is known of it; it may be a group without respondents. */
type SuppressedCell = { readonly group: Group; readonly suppressed: Suppression }
export const isOpen = (cell: TableCell): cell is OpenCell => cell.suppressed === null
/** Whether somebody may be in a suppressed group: nobody is where the published ones have all who answered. */
export const hidesSomebody = (cells: readonly TableCell[], values: readonly (number | null)[]): boolean =>
  cells.some((cell) => !isOpen(cell)) &&
  cells.filter(isOpen).reduce((sum, { mean }) => sum + mean.n, 0) < values.filter((value) => value !== null).length
/** Share of those asked who did not answer: of respondents, and weighted. */
export type Nonresponse = { readonly nonresponse: number; readonly nonresponseWeighted: number }

/** Respondents with what is computed of them, and of which groups nothing may be. */
export type Tabulated = {
  readonly responses: readonly Response[]
  readonly values: readonly (number | null)[]
  readonly proportion: boolean
  readonly levels: Levels
  characteristic(i: number, name: string): string | null
  suppressionOf(group: Group): Suppression | null
  nonresponseOf(group: Group): Nonresponse | null
}

/** The measure in each group of the table by these characteristics, in the order of their levels; none where nobody answered. */
export function table(of: Tabulated, by: readonly string[]): TableCell[] {
  const { responses, values, proportion } = of
  const members = new Map<string, Set<number>>()
  responses.forEach((_, i) => {
    const entries = by.map((name) => [name, of.characteristic(i, name)] as const)
    if (values[i] === null || entries.some(([, value]) => value === null)) return
    const id = cellId(Object.fromEntries(entries) as Group)
    const known = members.get(id)
    if (known) known.add(i)
    else members.set(id, new Set([i]))
  })
  if (values.every((value) => value === null)) return []
  return groupsOf(of.levels, by).flatMap((group): TableCell[] => {
    const suppressed = of.suppressionOf(group)
    if (suppressed) return [{ group, suppressed }]
    const own = members.get(cellId(group))
    const mean = surveyMean(responses, (i) => (own?.has(i) ? (values[i] ?? null) : null), { proportion })
    return mean ? [{ group, mean, suppressed, nonresponse: of.nonresponseOf(group) }] : []
  })
}

/** A cell as it may be published: a suppressed one has no numbers. */
export function publish(cell: TableCell): Estimate {
  const { group, suppressed } = cell
  if (suppressed !== null) {
    const nothing = { value: null, standardError: null, lower: null, upper: null, n: null }
    const unjudged = { designEffect: null, reliable: null, reliability: null, reliabilityReasons: [] }
    return {
      group: { ...group },
      ...nothing,
      ...unjudged,
      suppressed,
      nonresponse: null,
      nonresponseWeighted: null,
      againstCity: null,
    }
  }
  const { mean, nonresponse } = cell
  const { value, standardError, lower, upper, n, designEffect } = mean
  const { verdict, reasons } = mean.reliability
  return {
    group: { ...group },
    ...{ value, standardError, lower, upper, n, designEffect },
    ...{ reliable: isReliable(mean), reliability: verdict, reliabilityReasons: [...reasons] },
    ...(nonresponse ?? { nonresponse: null, nonresponseWeighted: null }),
    againstCity: null,
    suppressed: null,
  }
}

/**
 * Tables by three characteristics are not published, and suppression does not account for them: the share of one
 * characteristic by two others would be one.
 * @throws AppError REQUEST_INVALID where the survey does not break down the question by these
 */
export function checkBy(codebook: Codebook, by: readonly string[], question?: Question): void {
  if (by.length > 2) throw new AppError('REQUEST_INVALID', 'estimates break down by two characteristics at most')
  if (new Set(by).size < by.length)
    throw new AppError('REQUEST_INVALID', `a characteristic is named twice in by=${by.join(',')}`)
  if (question?.group && by.length > 1 && !by.includes(question.column))
    throw new AppError('REQUEST_INVALID', `"${question.column}" is a characteristic: one other at most breaks it down`)
  const known = characteristicsOf(codebook)
  for (const name of by)
    if (!known.includes(name))
      throw new AppError('REQUEST_INVALID', `estimates break down by ${known.join(', ')}; not by "${name}"`)
}

/** What any estimate of the survey may be broken down by. */
export const characteristicsOf = (codebook: Codebook): string[] => [
  'zone',
  ...codebook.questions.filter(({ group }) => group).map(({ column }) => column),
]
