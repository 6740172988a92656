import { type AirStandard, airStandardSchema } from '#model/air-quality/standards/schema.ts'
import type { PackProblems } from './problems/pack-problems.ts'
import { readJson } from './problems/read-json.ts'

const FILE = 'air-standards.json'

/** Standards of the city's own: a list, each with its source. One with the key of a standard that every city has replaces it. */
export async function readAirStandards(folder: string, problems: PackProblems): Promise<AirStandard[]> {
  const json = await readJson(folder, FILE, problems)
  if (json === undefined) return []
  if (!Array.isArray(json)) {
    problems.add(FILE, '', 'a list of standards was expected: [ { "key": …, "name": …, "source": …, "rules": … } ]')
    return []
  }
  const seen = new Set<string>()
  return json.flatMap((one: unknown, index) => {
    const read = airStandardSchema.safeParse(one)
    if (!read.success) {
      problems.addIssues(FILE, `[${index}]`, read.error.issues, one)
      return []
    }
    if (seen.has(read.data.key)) problems.add(FILE, `[${index}]`, `key "${read.data.key}" appears twice`)
    seen.add(read.data.key)
    return [read.data]
  })
}
