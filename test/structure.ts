/**
 * What the folders promise, checked against every import: no folder reaches itself through others, `ingest/` has no loose
 * file, `model` and `infra` know nothing above them (biome.json), components of the dashboard import the styles they use
 * and leave tables to `ui/table`. `npm run lint` runs this file; a problem is one line.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')
const SOURCE = ['model', 'infra', 'domain', 'ingest', 'api', 'simulators', 'start', 'dashboard/src']
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*['"]([.#][^'"\n]+)['"]/g
/** Files that may lie in `ingest/` itself. */
const INGEST_ROOT = ['main.ts', 'worker.ts']

/** Source files with the files of the project that each imports; paths from the root. */
export function readImports(): Map<string, readonly string[]> {
  const files = SOURCE.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
  )
  return new Map(files.map((file) => [file, importsOf(file)]))
}

const importsOf = (file: string): string[] =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)].map(([, to = '']) =>
    to.startsWith('#') ? to.slice(1) : posix.normalize(posix.join(dirname(file), to)),
  )

/** Groups of folders that import each other in a circle, each with the imports that close it. */
export function folderCycles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const edges = new Map<string, Map<string, string>>()
  for (const [file, targets] of imports)
    for (const target of targets) {
      const [from, to] = [dirname(file), dirname(target)]
      if (from === to) continue
      const known = edges.get(from) ?? new Map<string, string>()
      edges.set(from, known.set(to, `${file} imports ${target}`))
    }
  const reached = new Map([...edges.keys()].map((folder) => [folder, reachableFrom(folder, edges)]))
  const cycles: string[] = []
  for (const [from, targets] of edges)
    for (const [to, example] of targets)
      if (reached.get(to)?.has(from)) cycles.push(`${from} and ${to} import each other: ${example}`)
  return cycles
}

function reachableFrom(folder: string, edges: ReadonlyMap<string, ReadonlyMap<string, string>>): Set<string> {
  const seen = new Set<string>()
  const open = [folder]
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const to of edges.get(next)?.keys() ?? [])
      if (!seen.has(to)) {
        seen.add(to)
        open.push(to)
      }
  return seen
}

/** Files that lie loose in `ingest/`. */
export const looseIngestFiles = (files: readonly string[]): string[] =>
  files.filter((file) => dirname(file) === 'ingest' && !INGEST_ROOT.includes(posix.basename(file)))

const DASHBOARD = 'dashboard/src'
/** Styles that any component may use; each file says what it holds. */
const BASE_STYLES = `${DASHBOARD}/ui/styles/`

export type Styles = {
  /** components (.tsx) by path */
  readonly components: ReadonlyMap<string, string>
  /** style sheets by path */
  readonly sheets: ReadonlyMap<string, string>
}

export function readStyles(): Styles {
  const files = readdirSync(join(ROOT, DASHBOARD), { recursive: true, encoding: 'utf8' })
  const read = (ending: string) =>
    new Map(
      files
        .filter((file) => file.endsWith(ending))
        .map((file) => [posix.join(DASHBOARD, file), readFileSync(join(ROOT, DASHBOARD, file), 'utf8')]),
    )
  return { components: read('.tsx'), sheets: read('.css') }
}

/** Classes that a component uses although neither a style sheet that it imports nor the base styles define them. */
export function foreignStyles({ components, sheets }: Styles): string[] {
  const defined = new Map([...sheets].map(([path, css]) => [path, classesDefinedIn(css)]))
  const styled = new Set([...defined.values()].flatMap((classes) => [...classes]))
  const base = [...defined].filter(([path]) => path.startsWith(BASE_STYLES)).flatMap(([, classes]) => [...classes])
  return [...components].flatMap(([path, source]) => {
    const imported = [...source.matchAll(/^import '(\..*\.css)'/gm)].map(([, to = '']) => posix.join(dirname(path), to))
    const own = new Set([...base, ...imported.flatMap((sheet) => [...(defined.get(sheet) ?? [])])])
    return classesUsedIn(source)
      .filter((name) => styled.has(name) && !own.has(name))
      .map((name) => `${path} uses .${name}, which is defined in a style sheet that it does not import`)
  })
}

const classesDefinedIn = (css: string): ReadonlySet<string> => {
  const selectors = css.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\{[^{}]*\}/g, '{}')
  return new Set([...selectors.matchAll(/\.(-?[_a-zA-Z][\w-]*)/g)].map(([, name = '']) => name))
}

const TABLES = `${DASHBOARD}/ui/table/`
/** Tables that are none of data, with the reason. */
const PLAIN_TABLES: Readonly<Record<string, string>> = {
  [`${DASHBOARD}/map/controls/legend-grid.tsx`]: 'the key of a map, with two axes',
  [`${DASHBOARD}/people/surveys/question-form.tsx`]: 'an editor with a field in each row',
}

/** Tables without the headings, keys and files of `ui/table`, and exceptions that are none any more. */
export function ownTables({ components }: Pick<Styles, 'components'>): string[] {
  const own = [...components].flatMap(([path, source]) => (/<table\b/.test(source) ? [path] : []))
  const loose = own.filter((path) => !path.startsWith(TABLES) && !(path in PLAIN_TABLES))
  const gone = Object.keys(PLAIN_TABLES).filter((path) => !own.includes(path))
  return [
    ...loose.map((path) => `${path} has a <table> of its own instead of Table of ui/table`),
    ...gone.map((path) => `${path} has no <table> any more: PLAIN_TABLES of test/structure.ts need not name it`),
  ]
}

/** Names in `className="…"` and in the strings of `className={…}`; a part that is computed is not known. */
function classesUsedIn(source: string): string[] {
  const names = [...source.matchAll(/\bclassName=(?:"([^"]*)"|\{)/g)].flatMap(({ 0: match, 1: literal, index }) =>
    literal === undefined ? stringsOf(blockAt(source, index + match.length)) : [literal],
  )
  return [...new Set(names.flatMap((text) => text.split(/\s+/)).filter(Boolean))]
}

/** The text up to the brace that closes the block. */
function blockAt(source: string, start: number): string {
  let depth = 1
  let end = start
  for (; depth > 0 && end < source.length; end++) {
    if (source[end] === '{') depth += 1
    if (source[end] === '}') depth -= 1
  }
  return source.slice(start, end - 1)
}

/** What the strings and templates of an expression say, without what is compared or computed. */
const stringsOf = (expression: string): string[] => {
  const compared = expression.replaceAll(/[=!]==\s*'[^']*'/g, '')
  const literals = [...compared.matchAll(/'([^']*)'/g)].map(([, text = '']) => text)
  const templates = [...compared.matchAll(/`([^`]*)`/g)].map(([, text = '']) =>
    text.replaceAll(/[\w-]*\$\{[^}]*\}[\w-]*/g, ' '),
  )
  return [...literals, ...templates]
}

if (import.meta.main) {
  const imports = readImports()
  const styles = readStyles()
  const loose = looseIngestFiles([...imports.keys()]).map((file) => `${file} belongs in a folder of ingest/`)
  const problems = [...folderCycles(imports), ...loose, ...foreignStyles(styles), ...ownTables(styles)]
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
}
