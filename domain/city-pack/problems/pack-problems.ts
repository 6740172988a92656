import type { z } from 'zod'
import { AppError } from '#model/basics/errors.ts'
import { describeIssue } from './describe-issue.ts'

/** One thing wrong in a city pack: which file, where in it, what, in words for the person who wrote the file. */
export type PackProblem = { readonly file: string; readonly where: string; readonly what: string }

/** Problems shown at once at the start of a city; of the others only the number is shown. */
const MAX_SHOWN = 20
/** Places named of a mistake that occurs in many. */
const MAX_PLACES = 3

/**
 * Collects everything wrong with a pack. One mistake is one problem: what is wrong in the same way in many places of a
 * file is reported once, with the first places and the number of the others.
 */
export class PackProblems {
  readonly #groups = new Map<string, { file: string; what: string; places: string[] }>()

  /** `group`: of which mistake of the file this is an occurrence; left out: the same words are the same mistake */
  add(file: string, where: string, what: string, group = what): void {
    const key = `${file}\n${group}`
    const known = this.#groups.get(key)
    if (known) known.places.push(where)
    else this.#groups.set(key, { file, what, places: [where] })
  }

  /** Problems of a schema, each with the value that is there. `prefix`: where `input` lies in the file. */
  addIssues(file: string, prefix: string, issues: readonly z.core.$ZodIssue[], input?: unknown): void {
    for (const issue of issues) {
      const path = pathOf(issue.path)
      const what = describeIssue(issue, input)
      this.add(file, [prefix, path].filter(Boolean).join(' '), what, `${path.replace(/\[\d+\]/g, '[]')}: ${issue.code}`)
    }
  }

  /** Whether a file has a problem, so that what depends on it need not be checked. */
  has(file: string): boolean {
    return [...this.#groups.values()].some((group) => group.file === file)
  }

  get list(): PackProblem[] {
    return [...this.#groups.values()].map(({ file, what, places }) => ({ file, where: placesText(places), what }))
  }

  /** @throws AppError CITY_PACK_INVALID listing file, place and problem */
  throwIfAny(folder: string): void {
    const { list } = this
    if (list.length === 0) return
    const lines = list.slice(0, MAX_SHOWN).map((problem) => `  ${problemText(problem)}`)
    const rest = list.length - MAX_SHOWN
    if (rest > 0) lines.push(`  and ${rest} more; npm run city -- check ${folder} lists all`)
    throw new AppError('CITY_PACK_INVALID', `the city pack in ${folder} cannot be used:\n${lines.join('\n')}`)
  }
}

export const problemText = ({ file, where, what }: PackProblem): string => `${file}${where && `, ${where}`}: ${what}`

function placesText(places: readonly string[]): string {
  const shown = [...new Set(places)]
  const rest = shown.length - MAX_PLACES
  return `${shown.slice(0, MAX_PLACES).join('; ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text && `${text}.`}${String(part)}`),
    '',
  )
