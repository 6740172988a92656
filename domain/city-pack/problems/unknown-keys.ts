import type { z } from 'zod'
import { didYouMean } from '#model/text/suggest.ts'
import { listed } from './describe-issue.ts'
import type { PackProblems } from './pack-problems.ts'

/** Keys that are meant for people and tools: "$schema", "_note", "comment". */
const NOTE = /^(\$|_|comment$)/

type Def = {
  readonly type: string
  readonly shape?: Record<string, z.core.$ZodType>
  readonly element?: z.core.$ZodType
  readonly innerType?: z.core.$ZodType
  readonly valueType?: z.core.$ZodType
  readonly in?: z.core.$ZodType
  readonly catchall?: z.core.$ZodType
}
type Report = (path: string, key: string, known: readonly string[]) => void

/** Adds a problem for every key that an object of the schema does not know: it would be ignored without a word. */
export function addUnknownKeys(file: string, problems: PackProblems, schema: z.core.$ZodType, value: unknown): void {
  walk(schema, value, '', (path, key, known) =>
    problems.add(file, path, `is not known${didYouMean(key, known) || `; ${listed(known)}`}`),
  )
}

function walk(schema: z.core.$ZodType, value: unknown, path: string, report: Report): void {
  const def = schema._zod.def as unknown as Def
  const inner = def.innerType ?? def.in
  if (inner) walk(inner, value, path, report)
  else if (Array.isArray(value)) {
    const { element } = def
    if (element) for (const [index, one] of value.entries()) walk(element, one, `${path}[${index}]`, report)
  } else if (typeof value === 'object' && value !== null) walkObject(def, Object.entries(value), path, report)
}

function walkObject(def: Def, entries: readonly [string, unknown][], path: string, report: Report): void {
  for (const [key, value] of entries) {
    const at = path === '' ? key : `${path}.${key}`
    const known = def.valueType ?? def.shape?.[key]
    if (known) walk(known, value, at, report)
    else if (def.shape && !acceptsMore(def) && !NOTE.test(key)) report(at, key, Object.keys(def.shape))
  }
}

/** A loose object; a strict one has the catch-all "never". */
const acceptsMore = ({ catchall }: Def): boolean =>
  catchall !== undefined && (catchall._zod.def as { type: string }).type !== 'never'
