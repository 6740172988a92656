import { z } from 'zod'

/** One thing that is wrong with a survey. Row 1 is the heading of the answers; `row` null: it is in the codebook. */
export const surveyProblem = z.object({
  row: z.int().nullable(),
  /** column of the file, or field of the codebook */
  column: z.string(),
  value: z.string(),
  reason: z.string(),
})
export type SurveyProblem = z.infer<typeof surveyProblem>

/** Longer values would fill the page; what is wrong with them shows at the beginning. */
const SHOWN = 80

export const problem = (row: number | null, column: string, value: unknown, reason: string): SurveyProblem => ({
  row,
  column,
  value: value === undefined ? '' : String(value).slice(0, SHOWN),
  reason,
})

/** "row 7, column sex: "x" is none of f, m" */
export function problemText({ row, column, value, reason }: SurveyProblem): string {
  const where = row === null ? `codebook, ${column}` : `row ${row}, column ${column}`
  return `${where}: ${value === '' ? '' : `"${value}" `}${reason}`
}
