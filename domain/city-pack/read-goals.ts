import { z } from 'zod'
import { indicatorOf } from '#model/indicators/catalogue/index.ts'
import { type GoalBody, goalBody } from '#model/indicators/goals.ts'
import { implausible } from '#model/indicators/plausibility.ts'
import type { Decimal } from '#model/text/numbers.ts'
import type { PackProblems } from './problems/pack-problems.ts'
import { readText } from './problems/read-json.ts'
import { readRecords } from './read-records.ts'

const FILE = 'goals.csv'
/** A row of goals.csv: code,data_point,benchmark,target,target_year,baseline_year,source */
export type GoalRow = GoalBody & { readonly code: string }

const NUMBERS = ['benchmark', 'target', 'target_year', 'baseline_year']
const number = z.coerce.number().optional()
const cells = z.object({
  code: z.string(),
  data_point: z.string().default(''),
  benchmark: number,
  target: number,
  target_year: number,
  baseline_year: number,
  source: z.string().default(''),
})

/** What the city wants of its indicators. Empty cells are absent; a row must want something that the indicator can be. */
export async function readGoals(
  folder: string,
  decimal: Decimal | undefined,
  problems: PackProblems,
): Promise<GoalRow[]> {
  const goals: GoalRow[] = []
  const seen = new Set<string>()
  const text = (await readText(folder, FILE, problems)) ?? ''
  for (const { record, line } of readRecords({ file: FILE, text, decimal, numbers: NUMBERS }, problems)) {
    const where = `line ${line}`
    const present = Object.fromEntries(Object.entries(record).filter(([, cell]) => cell !== ''))
    const read = cells.safeParse(present)
    if (!read.success) {
      problems.addIssues(FILE, where, read.error.issues, present)
      continue
    }
    const { code, data_point: dataPoint, target_year: targetYear, baseline_year: baselineYear, ...rest } = read.data
    const body = goalBody.safeParse({ dataPoint, targetYear, baselineYear, ...rest })
    if (!body.success)
      problems.addIssues(FILE, where, body.error.issues, { dataPoint, targetYear, baselineYear, ...rest })
    const wrong = body.success && problemOf(code, body.data)
    if (wrong) problems.add(FILE, where, wrong)
    const key = `${indicatorOf(code)?.code} ${dataPoint}`
    if (seen.has(key)) problems.add(FILE, where, `${code} ${dataPoint} appears twice`.replace('  ', ' '))
    seen.add(key)
    if (body.success && !wrong) goals.push({ code: indicatorOf(code)?.code ?? code, ...body.data })
  }
  return goals
}

function problemOf(code: string, { dataPoint, benchmark, target }: GoalBody): string | undefined {
  const indicator = indicatorOf(code)
  if (!indicator) return `no indicator has the code "${code}"`
  const point = indicator.dataPoints.find(({ id }) => id === dataPoint)
  if (!point) return `${indicator.code} has no data point "${dataPoint}"`
  if (benchmark === null && target === null) return 'states neither a benchmark nor a target'
  return [benchmark, target]
    .map((value) => (value === null ? undefined : implausible(indicator, point, value)))
    .find((text) => text !== undefined)
}
