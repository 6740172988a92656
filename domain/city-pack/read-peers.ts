import { z } from 'zod'
import { INDICATORS, indicatorOf } from '#model/indicators/catalogue/index.ts'
import { implausible } from '#model/indicators/plausibility.ts'
import type { Decimal } from '#model/text/numbers.ts'
import { notListed } from './problems/describe-issue.ts'
import type { PackProblems } from './problems/pack-problems.ts'
import { readText } from './problems/read-json.ts'
import { readRecords } from './read-records.ts'

const FILE = 'peers.csv'
const NUMBERS = ['value']
const rowSchema = z.object({
  code: z.string(),
  data_point: z.string().default(''),
  city: z.string().min(1).max(100),
  year: z.string().regex(/^[12]\d{3}$/, 'must be a year, e.g. 2025'),
  value: z.coerce.number(),
  unit: z.string(),
  source: z.string().min(1),
})
/** A row of peers.csv: a value of another city. */
export type PeerRow = Omit<z.infer<typeof rowSchema>, 'unit'>

/** Values of other cities, in the units of the catalogue; a city has one value of a data point in a year. */
export async function readPeers(
  folder: string,
  decimal: Decimal | undefined,
  problems: PackProblems,
): Promise<PeerRow[]> {
  const peers: PeerRow[] = []
  const seen = new Set<string>()
  const text = (await readText(folder, FILE, problems)) ?? ''
  for (const { record, line } of readRecords({ file: FILE, text, decimal, numbers: NUMBERS }, problems)) {
    const where = `line ${line}`
    const present = Object.fromEntries(Object.entries(record).filter(([, cell]) => cell !== ''))
    const read = rowSchema.safeParse(present)
    if (!read.success) {
      problems.addIssues(FILE, where, read.error.issues, present)
      continue
    }
    const { unit, ...row } = read.data
    const wrong = problemOf(row, unit)
    if (wrong) problems.add(FILE, where, wrong)
    const key = [indicatorOf(row.code)?.code, row.data_point, row.year, row.city].join('|')
    if (seen.has(key)) problems.add(FILE, where, `${row.code} of ${row.city} in ${row.year} appears twice`)
    seen.add(key)
    if (!wrong) peers.push({ ...row, code: indicatorOf(row.code)?.code ?? row.code })
  }
  return peers
}

function problemOf({ code, data_point: dataPoint, value }: PeerRow, unit: string): string | undefined {
  const indicator = indicatorOf(code)
  if (!indicator)
    return `code ${notListed(
      code,
      INDICATORS.map((one) => one.code),
    )}`
  const point = indicator.dataPoints.find(({ id }) => id === dataPoint)
  if (!point) return `${indicator.code} has no data point "${dataPoint}"`
  const own = point.unit ?? indicator.unit
  if (unit !== own) return `unit "${unit}" is not that of ${indicator.code}: ${own}`
  return implausible(indicator, point, value)
}
