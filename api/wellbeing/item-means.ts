import { cellId } from '#model/statistics/disclosure/linked-tables.ts'
import { meanOf } from '#model/statistics/estimation/linearised.ts'
import type { Linearised } from '#model/statistics/estimation/survey-design.ts'
import { rescale } from '#model/wellbeing/shares.ts'
import type { Answers } from './answers.ts'

/** One question in the city or a zone: what a table of it says. */
export type ItemMean = {
  /** 0 to 100 */
  readonly mean: Linearised
  /** share of answers 4 and 5, 0 to 100 */
  readonly topTwo: number
}
export type ItemMeans = {
  /** undefined where nobody in the place answered, and where it is suppressed */
  of(item: number): ItemMean | undefined
  /** also where nobody in a zone of the survey answered: that looks like few */
  isSuppressed(item: number): boolean
  /** whether two of the questions were both answered by some, but by fewer than the threshold */
  meetInTooFew(items: readonly number[]): boolean
}

/** Means of single questions in the city (zone null) or a zone, as a domain of the sample. */
export function itemMeansOf(answers: Answers, zone: string | null): ItemMeans {
  const { responses, questions, codebook, scores } = answers
  const place = zone === null ? null : answers.areaOf(zone)
  const cell = cellId(place === null ? {} : { zone: place })
  const here = responses.map((one) => place === null || one.zone === place)
  const answer = (item: number, i: number): number | null => (here[i] ? (scores[i]?.[item] ?? null) : null)

  const isSuppressed = (item: number): boolean => answers.protections[item]?.suppressed.has(cell) ?? true
  const meanOfItem = (item: number): ItemMean | undefined => {
    if (isSuppressed(item)) return undefined
    const mean = meanOf(responses, (i) => scaled(answer(item, i)))
    const top = meanOf(responses, (i) => topOf(answer(item, i)))
    return mean && top && { mean, topTwo: top.value }
  }
  const known = questions.map((_, item) => meanOfItem(item))
  const both = (a: number, b: number): number =>
    responses.filter((_, i) => answer(a, i) !== null && answer(b, i) !== null).length
  return {
    of: (item) => known[item],
    isSuppressed,
    meetInTooFew: (items) =>
      items.some((a, at) =>
        items.slice(at + 1).some((b) => {
          const n = both(a, b)
          return n > 0 && n < codebook.threshold
        }),
      ),
  }
}

const scaled = (answer: number | null): number | null => (answer === null ? null : rescale(answer))
const topOf = (answer: number | null): number | null => (answer === null ? null : answer >= 4 ? 100 : 0)
