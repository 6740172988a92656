/** `npm run survey -- ...`: surveys in and out of a running city, through its API. docs/surveys.md */

import { readFile, writeFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { loadConfig } from '#infra/runtime/config.ts'
import { runMain } from '#infra/runtime/main.ts'
import { AppError } from '#model/basics/errors.ts'
import { checkCodebook } from '#model/survey-file/check-codebook.ts'
import { problemText } from '#model/survey-file/problem.ts'
import { parseShallow } from '#model/text/nesting.ts'
import { createSurveyClient, type ImportOutcome, type SurveyClient } from './client.ts'
import { HELP, readOptions, type SurveyOptions } from './options.ts'

const FIRST_PROBLEMS = 50
const print = (text: string): unknown => process.stdout.write(`${text}\n`)

async function keptKey(dataDir: string): Promise<string> {
  const text = await readFile(join(dataDir, 'key'), 'utf8').catch(() => '')
  if (text.trim() !== '') return text.trim()
  throw new AppError('CONFIG_INVALID', `set CITYWELL_KEY, or DATA_DIR to the folder of the city; ${dataDir} has no key`)
}

type Run = (client: SurveyClient, options: SurveyOptions) => Promise<void>
const COMMANDS: Readonly<Record<SurveyOptions['command'], Run>> = {
  async list(client) {
    const { surveys } = await client.list()
    for (const { id, title, respondents, from, to, origin } of surveys)
      print(`${id}\t${title}\t${respondents} respondents\t${from} to ${to}\tfrom ${origin}`)
    if (surveys.length === 0) print('no survey')
  },
  draft,
  check: (client, options) => send(client, options, true),
  import: (client, options) => send(client, options, false),
  async erase(client, { args: [id = ''], by }) {
    const { respondents } = await client.erase(id, by ? { by } : {})
    print(`${id} is erased, with the answers of ${respondents} respondents`)
  },
  async 'erase-respondent'(client, { args: [id = '', respondent = ''] }) {
    const left = await client.eraseRespondent(id, respondent)
    print(`the respondent is erased from ${id}; ${left.respondents} are left`)
  },
}

async function draft(client: SurveyClient, { args: [file = ''], id, title, out }: SurveyOptions): Promise<void> {
  const bytes = await readGiven(file)
  const name = basename(file, extname(file))
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  const of = { id: id ?? (slug || 'survey'), title: title ?? name }
  const { codebook, notes } = await client.draft(bytes, of)
  const text = `${JSON.stringify(codebook, null, 2)}\n`
  if (out === undefined) process.stdout.write(text)
  else await writeFile(out, text, { flag: 'wx' }).catch(notOverwritten(out))
  for (const { column, note } of notes) process.stderr.write(`${column ? `${column}: ` : ''}${NOTES[note]}\n`)
}

const notOverwritten = (out: string) => (error: NodeJS.ErrnoException) => {
  const why = error.code === 'EEXIST' ? 'is there already and is not overwritten' : `cannot be written (${error.code})`
  throw new AppError('CONFIG_INVALID', `${out} ${why}`, { cause: error })
}

const NOTES = {
  no_respondent: 'no column tells the respondents apart; add one and name it in columns.respondent',
  no_weight: 'no column looks like a weight; without one everybody counts the same',
  no_zone: 'no column holds keys of zones of the city; without one there is no map',
  label_categories: 'give the codes words, in categories',
  check_missing: 'check which codes mean that there is no answer, in missing',
  choose_counts: 'say which answers count as yes, in counts, or estimates need a category',
  check_group: 'taken as a characteristic to compare groups by; check that',
  check_scale:
    'taken as nominal; say scale: "ordinal", and order, where the categories run from worse to better placed',
  check_blank: 'empty cells count as not answered; say blank: "not_asked" where the question was not put to everybody',
  check_replicates:
    'left out with the columns of the same name and other numbers, which look like replicate weights: name them in replicates',
  left_out_text: 'left out: free text may name somebody',
  left_out_empty: 'left out: it has no answers',
} as const

async function send(client: SurveyClient, options: SurveyOptions, check: boolean): Promise<void> {
  const [codebookFile = '', answers = ''] = options.args
  const [codebook, responses] = [(await readGiven(codebookFile)).toString('utf8'), await readGiven(answers)]
  const { by, decimal } = options
  const of = { check: String(check), ...(by && { by }), ...(decimal && { decimal }) }
  let last = ''
  const outcome = await client.send(
    idOf(codebook, codebookFile),
    { codebook, responses },
    of,
    ({ step, done, of: all }) => {
      const text = `${step === 'check' ? 'checked' : 'stored'} ${Math.floor((100 * done) / all)} % of ${all} rows`
      if (text === last) return
      last = text
      process.stderr.write(process.stderr.isTTY ? `\r${text}\u001b[K` : `${text}\n`)
    },
  )
  if (process.stderr.isTTY && last !== '') process.stderr.write('\n')
  tell(outcome, options.all)
}

/** @throws AppError CONFIG_INVALID where the file has no id; the API validates the rest */
function idOf(codebook: string, file: string): string {
  let json: unknown
  try {
    json = parseShallow(codebook)
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', `${file} is not JSON: ${(cause as Error).message}`, { cause })
  }
  const id = (json as { id?: unknown } | null)?.id
  if (typeof id === 'string' && /^[a-z0-9][a-z0-9-]*$/.test(id)) return id
  const { problems } = checkCodebook(json)
  throw new AppError('CONFIG_INVALID', `${file}:\n${problems.map((one) => `  ${problemText(one)}`).join('\n')}`)
}

function tell(outcome: ImportOutcome, all: boolean): void {
  if ('refused' in outcome) {
    const { problems, total, detail } = outcome.refused
    const shown = all ? problems : problems.slice(0, FIRST_PROBLEMS)
    print(detail)
    for (const one of shown) print(`  ${problemText(one)}`)
    if (total > shown.length) print(`  and ${total - shown.length} more${all ? '' : '; --all shows them'}`)
    process.exitCode = 1
    return
  }
  const { id, respondents, questions, replaced, checked, erased, setAside, keptBack, ignored, areas } = outcome.imported
  const what = checked ? 'can be imported' : replaced ? 'replaces the survey of that id' : 'is imported'
  print(`${id} ${what}: ${respondents} respondents, ${questions} questions`)
  if (keptBack > 0)
    print(
      `  ${setAside} drawn at random take part in no figure and ${keptBack} cells are suppressed: too few differ from the version before`,
    )
  if (erased > 0) print(`  ${erased} were erased earlier and stay out`)
  if (ignored.length > 0) print(`  not in the codebook and not stored: ${ignored.join(', ')}`)
  for (const { name } of areas) print(`  too few respondents for zones by themselves, estimated together: ${name}`)
}

async function readGiven(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.code})`
    throw new AppError('CONFIG_INVALID', `${path} ${why}`, { cause })
  })
}

// Last in the file: it runs at once, and COMMANDS and NOTES above must be initialized by then.
await runMain(async () => {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') {
    process.stdout.write(HELP)
    return 'done'
  }
  const config = loadConfig()
  const url = (options.url ?? `http://127.0.0.1:${config.port}`).replace(/\/$/, '')
  const key = config.key ?? (await keptKey(config.dataDir))
  await COMMANDS[options.command](createSurveyClient({ url, key }), options)
  return 'done'
})
