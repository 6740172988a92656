import { AppError } from '#model/basics/errors.ts'
import { PackProblems } from '../city-pack/problems/pack-problems.ts'
import { readRecords } from '../city-pack/read-records.ts'

/** One person or household that was drawn, and how. */
export type Drawn = {
  readonly respondent: string
  readonly weight: number
  readonly stratum: string
  readonly cluster: string
  readonly zone: string | null
}

const SHOWN = 20

/**
 * The list of those who were drawn: columns respondent and weight; stratum, cluster and zone where the design has them.
 * No names: `respondent` is a number of the city's own, and the list that leads from it to a door stays with the city.
 * @throws AppError VALUE_INVALID listing every line that is wrong
 */
export function readSample(file: string, text: string, zones: ReadonlySet<string>): Drawn[] {
  const rows = readRows(file, text)
  const problems: string[] = []
  const seen = new Map<string, number>()
  const drawn = rows.map((row, i): Drawn => {
    const line = i + 2
    const { respondent = '', weight = '', stratum = '', cluster = '', zone = '' } = row
    const add = (what: string): number => problems.push(`  line ${line}: ${what}`)
    if (respondent === '') add('respondent is empty')
    const before = seen.get(respondent)
    if (before !== undefined) add(`respondent "${respondent}" stands in line ${before} already`)
    seen.set(respondent, line)
    if (!(Number(weight) > 0 && Number.isFinite(Number(weight))))
      add(`weight must be a number above 0, not "${weight}"`)
    if (zone !== '' && !zones.has(zone)) add(`zone "${zone}" is no zone of the city`)
    return { respondent, weight: Number(weight), stratum, cluster, zone: zone || null }
  })
  if (rows.length === 0) problems.push('  it lists nobody')
  if (problems.length > 0) {
    const more = problems.length > SHOWN ? `\n  and ${problems.length - SHOWN} more` : ''
    throw new AppError('VALUE_INVALID', `${file} cannot be used:\n${problems.slice(0, SHOWN).join('\n')}${more}`)
  }
  return drawn
}

function readRows(file: string, text: string): Record<string, string>[] {
  const problems = new PackProblems()
  const rows = readRecords({ file, text, decimal: undefined, numbers: ['weight'] }, problems, WITH_POINTS)
  const [problem] = problems.list
  if (!problem) return rows.map(({ record }) => record)
  const where = problem.where === '' ? '' : `${problem.where}: `
  throw new AppError('VALUE_INVALID', `${file} cannot be read: ${where}${problem.what}`)
}
const WITH_POINTS = 'write one of its weights so that it can be only one, such as 1.5'
