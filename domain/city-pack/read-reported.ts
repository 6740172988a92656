import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DATA_QUALITIES } from '#model/api/indicators.ts'
import { INDICATORS, indicatorOf } from '#model/indicators/catalogue/index.ts'
import type { Decimal } from '#model/text/numbers.ts'
import { notListed } from './problems/describe-issue.ts'
import type { PackProblems } from './problems/pack-problems.ts'
import { readText } from './problems/read-json.ts'
import { readRecords } from './read-records.ts'

const NUMBERS = ['numerator', 'denominator', 'value']
const number = z.coerce.number()
const rowSchema = z
  .object({
    code: z.string().min(1),
    data_point: z.string().default(''),
    zone: z.string().default(''),
    period: z.string().min(4),
    numerator: number.optional(),
    denominator: number.optional(),
    value: number.optional(),
    unit: z.string().min(1),
    source: z.string().min(1),
    data_quality: z.enum(DATA_QUALITIES),
    verified: z
      .enum(['yes', 'no', 'true', 'false'])
      .default('no')
      .transform((text) => text === 'yes' || text === 'true'),
    note: z.string().default(''),
  })
  .refine(
    (row) => row.value !== undefined || (row.numerator !== undefined && row.denominator !== undefined),
    'needs a value, or numerator and denominator',
  )
/** A row of reported/*.csv. */
export type ReportedRow = z.infer<typeof rowSchema>

/** Every reported/*.csv of the pack. Empty cells are absent, never zero. */
export async function readReported(
  folder: string,
  { decimal, zones }: { decimal: Decimal | undefined; zones: ReadonlySet<string> | undefined },
  problems: PackProblems,
): Promise<ReportedRow[]> {
  const names = (await readdir(join(folder, 'reported')).catch(() => [])).filter((name) => name.endsWith('.csv')).sort()
  const rows: ReportedRow[] = []
  for (const name of names) {
    const file = `reported/${name}`
    const text = await readText(folder, file, problems)
    for (const { record, line } of readRecords({ file, text: text ?? '', decimal, numbers: NUMBERS }, problems)) {
      const present = Object.fromEntries(Object.entries(record).filter(([, cell]) => cell !== ''))
      const row = rowSchema.safeParse(present)
      if (!row.success) problems.addIssues(file, `line ${line}`, row.error.issues, present)
      else {
        rows.push(row.data)
        checkNames(row.data, zones, (column, what) => problems.add(file, `line ${line}, column ${column}`, what))
      }
    }
  }
  return rows
}

/** A value under a code, data point or zone that does not exist would never be shown. */
function checkNames(
  { code, data_point: dataPoint, zone }: ReportedRow,
  zones: ReadonlySet<string> | undefined,
  add: (column: string, what: string) => void,
): void {
  const indicator = indicatorOf(code)
  const points = indicator?.dataPoints.map(({ id }) => id) ?? []
  if (!indicator)
    add(
      'code',
      notListed(
        code,
        INDICATORS.map((one) => one.code),
      ),
    )
  else if (dataPoint !== '' && !points.includes(dataPoint)) add('data_point', notListed(dataPoint, points))
  if (zone !== '' && zones && !zones.has(zone)) add('zone', notListed(zone, zones))
}
