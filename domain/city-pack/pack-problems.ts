import type { z } from 'zod'
import { AppError } from '#model/basics/errors.ts'

/** One thing wrong in a city pack: which file, where in it, what, in words for the person who wrote the file. */
export type PackProblem = { readonly file: string; readonly where: string; readonly what: string }

/** Problems shown at once; of the others only the number is shown. */
const SHOWN = 20

/** Collects everything wrong with a pack, so that a person mends it in one go. */
export class PackProblems {
  readonly list: PackProblem[] = []

  add(file: string, where: string, what: string): void {
    this.list.push({ file, where, what })
  }

  addIssues(file: string, prefix: string, issues: readonly z.core.$ZodIssue[]): void {
    for (const issue of issues) this.add(file, [prefix, pathOf(issue.path)].filter(Boolean).join(' '), issue.message)
  }

  /** @throws AppError CITY_PACK_INVALID listing file, place and problem */
  throwIfAny(folder: string): void {
    if (this.list.length === 0) return
    const lines = this.list.slice(0, SHOWN).map(({ file, where, what }) => `  ${file}${where && `, ${where}`}: ${what}`)
    const rest = this.list.length - SHOWN
    if (rest > 0) lines.push(`  and ${rest} more`)
    throw new AppError('CITY_PACK_INVALID', `the city pack in ${folder} cannot be used:\n${lines.join('\n')}`)
  }
}

const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text && `${text}.`}${String(part)}`),
    '',
  )
