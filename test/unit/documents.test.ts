/** What README.md and docs/*.md name exists: links, anchors, files, environment variables, options. */
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { ENVIRONMENT_VARIABLES } from '#infra/runtime/config.ts'
import { codeOf, codeSpans, ROOT, readDocuments } from '#test/documents.ts'

const documents = await readDocuments()
const files = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean)
const folders = new Set(files.flatMap((file) => parentsOf(dirname(file))))
const exists = (path: string): boolean => files.includes(path) || folders.has(path)

function parentsOf(folder: string): string[] {
  return folder === '.' ? ['.'] : [folder, ...parentsOf(dirname(folder))]
}

/** As GitHub makes them: https://github.com/gjtorikian/html-pipeline, table of contents filter. */
const anchorOf = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-')

test('every relative link leads to a file, and its anchor to a heading', () => {
  const anchors = new Map(
    documents.map(({ file, prose }) => [
      file,
      new Set(prose.flatMap((line) => (/^#+ /.test(line) ? [anchorOf(line.replace(/^#+ +/, ''))] : []))),
    ]),
  )
  const links = documents.flatMap(({ file, prose }) =>
    prose.flatMap((line, index) =>
      [...line.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => ({ file, at: `${file}:${index + 1}`, to })),
    ),
  )
  const broken = links.flatMap(({ file, at, to }) => {
    if (/^[a-z]+:/.test(to)) return []
    const [path = '', anchor] = to.split('#')
    const target = path === '' ? file : posix.join(dirname(file), path)
    const found = exists(target) && (anchor === undefined || anchors.get(target)?.has(anchor))
    return found ? [] : [`${at}: ${to}`]
  })
  expect(links.length).toBeGreaterThan(100)
  expect(broken).toEqual([])
})

/** Files that are made or sent, not part of the project. */
const MADE = new Set([
  'dashboard/dist', // by npm run build
  'air-standards.json', // optional in a city pack; the demo has none
  'gbfs.json', // the feed's
  'style.json', // optional in the base map of a city pack
  'style-dark.json', // likewise
  'manifest.json', // of an export
  'simulator.json', // of the data folder
])
/** A topic and the times of an export, which look like files. */
const NO_FILES = new Set(['test/nosubscribe', 'start/end', 'start/PT15M'])
const FOLDERS = /^(api|dashboard|docs|domain|infra|ingest|model|simulators|start|test)\//

test('every file in backticks exists', () => {
  const named = documents.flatMap(codeSpans).flatMap(({ at, text }) => {
    const isPath = /^[\w./*<>-]+$/.test(text) && (FOLDERS.test(text) || /\w\.(ts|md|sql|yml|json|conf)$/.test(text))
    return isPath && !text.startsWith('/') && !MADE.has(text) && !NO_FILES.has(text) ? [{ at, text }] : []
  })
  const missing = named.filter(({ text }) => {
    const path = text.replace(/\/$/, '')
    const pattern = path.replace(/[.+]/g, '\\$&').replace(/\*|<\w+>/g, '[^/]+')
    const full = new RegExp(`^${FOLDERS.test(text) ? '' : '(.*/)?'}${pattern}$`)
    return !folders.has(path) && !files.some((file) => full.test(file))
  })
  expect(named.length).toBeGreaterThan(100)
  expect(missing).toEqual([])
})

const read = (file: string): Promise<string> => readFile(join(ROOT, file), 'utf8')
/** Variables outside of the configuration, with the file that reads them. */
const OTHER_VARIABLES: Readonly<Record<string, string>> = {
  LOG_LEVEL: 'infra/runtime/log.ts',
  API_URL: 'test/hostile/main.ts',
  CAP_XSD: 'test/db/notifications-feeds.test.ts',
  API_DATABASE_URL: 'docker-compose.yml',
  POSTGRES_PASSWORD: 'docker-compose.yml',
  ON_ERROR_STOP: 'infra/deploy/backup.sql',
  RESTORED_URL: 'test/db/backup.test.ts',
}
/** Keys that an example of a feed in docs/import.md names; the reader's own. */
const EXAMPLE_VARIABLES = new Set(['HARBOUR_MQTT_URL', 'HARBOUR_MQTT_CA', 'TRAMS_KEY', 'PURPLEAIR_KEY'])

test('every environment variable that is named exists', async () => {
  for (const [name, file] of Object.entries(OTHER_VARIABLES)) expect(await read(file)).toContain(name)
  const sources = (
    await Promise.all(files.filter((file) => /^(model|infra|domain|ingest|api)\/.*\.(ts|sql)$/.test(file)).map(read))
  ).join('\n')
  const assigned = /(?:^|[\s(])([A-Z][A-Z0-9_]+)=/g
  const named = documents.flatMap(codeOf).flatMap(({ at, text }) => [
    ...[...text.matchAll(assigned)].map(([, name = '']) => ({ at, name, isVariable: true })),
    ...[...text.matchAll(/\$\{?(?!SYS\b)([A-Z][A-Z0-9_]+)/g)].map(([, name = '']) => ({ at, name, isVariable: true })),
    // A word with an underscore is a variable, a code of an error or a constant: one of them has to be there.
    ...[...text.matchAll(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g)].map(([name]) => ({ at, name, isVariable: false })),
  ])
  const unknown = named.filter(({ name, isVariable }) => {
    if (ENVIRONMENT_VARIABLES.includes(name) || OTHER_VARIABLES[name] || EXAMPLE_VARIABLES.has(name)) return false
    return isVariable || !new RegExp(`\\b${name}\\b`).test(sources)
  })
  expect(named.length).toBeGreaterThan(30)
  expect(unknown).toEqual([])
})

test('every environment variable of the configuration is in the table of docs/operations.md', () => {
  const operations = documents.find(({ file }) => file === 'docs/operations.md')
  const cells = operations?.prose.flatMap((line) => /^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) +\|/.exec(line)?.[1] ?? []) ?? []
  const rows = cells.flatMap((cell) => cell.replaceAll('`', '').split(', '))
  expect(rows.toSorted()).toEqual([...ENVIRONMENT_VARIABLES, 'LOG_LEVEL'].toSorted())
})

/** Options of tools that are not ours. */
const TOOL_OPTIONS = new Map([
  ['--build', 'docker compose'],
  ['--profile', 'docker compose'],
  ['--scale', 'docker compose'],
  ['--project', 'vitest'],
  ['--omit', 'npm'],
  ['--max-old-space-size', 'node'],
  ['--max-semi-space-size', 'node'],
  ['--data-checksums', 'initdb'],
  ['--roles-only', 'pg_dumpall'],
  ['--exit-on-error', 'pg_restore'],
  ['--dbname', 'pg_restore'],
])

test('every option that is named is in the help of its command', { timeout: 120_000 }, async () => {
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> }
  const helps = new Map<string, string>()
  const helpOf = (command: string): string => {
    const words = (scripts[command] ?? command).split(' ')
    const main = words.findIndex((word) => word.endsWith('.ts'))
    const arguments_ = words.slice(words.indexOf('node') + 1, main + (words[main + 1]?.startsWith('--') ? 1 : 2))
    const known = helps.get(command)
    const text = known ?? execFileSync(process.execPath, [...arguments_, '--help'], { cwd: ROOT, encoding: 'utf8' })
    helps.set(command, text)
    return text
  }
  // An option without its command belongs to the command that the page is about.
  const ofPage: Readonly<Record<string, string>> = { 'docs/import.md': 'import' }
  const options = documents.flatMap((document) =>
    codeOf(document).flatMap(({ at, text }) =>
      text
        .replaceAll('\\\n', ' ')
        .split('\n')
        .flatMap((line) => {
          const command =
            /npm run ([\w:]+)/.exec(line)?.[1] ??
            (/npm start/.test(line) ? 'start' : undefined) ??
            /node (?:--\S+ )*(\S+\.ts)/.exec(line)?.[0].replace(/ --max\S+/g, '') ??
            ofPage[document.file]
          return [...line.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => ({ at, command, option }))
        }),
    ),
  )
  const unknown = options.filter(({ command, option }) => {
    if (TOOL_OPTIONS.has(option) || option === '--help') return false
    return command === undefined || !new RegExp(`${option}(?![\\w-])`).test(helpOf(command))
  })
  expect(options.length).toBeGreaterThan(30)
  expect(unknown).toEqual([])
})
