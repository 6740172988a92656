import { parseArgs } from 'node:util'
import { z } from 'zod'
import { AppError } from '#model/basics/errors.ts'
import type { Fieldwork } from '#model/questionnaire/codebook.ts'

export const HELP = `Fields the questionnaire on digital life, and brings its answers home as a survey.

  npm run questionnaire -- open --id ID --title TEXT --universe TEXT --from DATE --to DATE --sample FILE --codes FILE
      opens a round for those who were drawn. --sample: CSV with respondent, weight, and stratum, cluster, zone where the
      design has them. --codes: written anew, respondent and code, for the invitations.
      --threshold N   fewest respondents of a published figure (10)

  npm run questionnaire -- export --id ID --to FOLDER [--language TAG]
      writes FOLDER/ID/codebook.json and responses.csv, as surveys/ of a city pack holds them.

DATABASE_URL names the server, as its owner. Without it the data folder of npm start is opened, which must not run.
`

export type Options =
  | { readonly command: 'help' }
  | { readonly command: 'open'; readonly fieldwork: Fieldwork; readonly sample: string; readonly codes: string }
  | { readonly command: 'export'; readonly id: string; readonly to: string; readonly language: string }

const id = z.string({ error: 'is needed' }).regex(/^[a-z0-9][a-z0-9-]*$/, 'small letters, digits and hyphens')
const text = z.string({ error: 'is needed' }).min(1)
const date = z.iso.date({ error: 'must be a date, e.g. 2027-03-01' })
const openOptions = z
  .object({
    id,
    title: text,
    universe: text,
    from: date,
    to: date,
    sample: text,
    codes: text,
    threshold: z.coerce.number().int().min(3).default(10),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'must not lie before --from' })
const exportOptions = z.object({ id, to: text, language: z.string().default('en') })

/** @throws AppError CONFIG_INVALID naming every option that is wrong */
export function readOptions(args: readonly string[]): Options {
  const [command, ...rest] = args
  if (command === undefined || command === 'help' || command === '--help' || command === '-h')
    return { command: 'help' }
  if (command === 'open') {
    const { sample, codes, ...fieldwork } = read(openOptions, rest)
    return { command, fieldwork, sample, codes }
  }
  if (command === 'export') return { command, ...read(exportOptions, rest) }
  throw new AppError('CONFIG_INVALID', `there is open and export, not "${command}"\n\n${HELP}`)
}

function read<S extends z.ZodType>(schema: S, args: string[]): z.output<S> {
  const names = ['id', 'title', 'universe', 'from', 'to', 'sample', 'codes', 'threshold', 'language']
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
  try {
    const parsed = schema.safeParse({ ...parseArgs({ args, options, strict: true }).values })
    if (parsed.success) return parsed.data
    throw new Error(parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('; '))
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', `${(cause as Error).message}\n\n${HELP}`, { cause })
  }
}
