/**
 * What the folders promise, checked against every import: no folder reaches itself through others, `ingest/` has no loose
 * file, `model` and `infra` know nothing above them (biome.json). `npm run lint` runs this file; a problem is one line.
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

if (import.meta.main) {
  const imports = readImports()
  const loose = looseIngestFiles([...imports.keys()]).map((file) => `${file} belongs in a folder of ingest/`)
  const problems = [...folderCycles(imports), ...loose]
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
}
