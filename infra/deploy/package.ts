/** `npm run package`: the release as an archive with the dashboard built, so that it installs without build tools. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, resolve } from 'node:path'
import { readCommandLine } from '#infra/runtime/command-line.ts'
import { runMain } from '#infra/runtime/main.ts'
import { AppError } from '#model/basics/errors.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const DASHBOARD = 'dashboard/dist'

const HELP = `Builds the dashboard and writes citywell-VERSION.tar.gz: the files of the current commit and the built dashboard.
Installed with npm ci --omit=dev it starts without build tools.

  npm run package
  npm run package -- --out FOLDER      where the archive is written (default: the current folder)

Needs Git, and a working copy without changes.
`

await runMain(async () => {
  const options = readCommandLine(HELP, { out: { type: 'string', default: '.' } })
  if (!options) return 'done'
  if (git('status', '--porcelain') !== '')
    throw new AppError('CONFIG_INVALID', 'the working copy has changes; commit them first, the archive holds a commit')
  execFileSync(process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', 'dashboard'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const name = `citywell-${version}`
  const file = resolve(`${options.out}`, `${name}.tar.gz`)
  git('archive', '--format=tar.gz', `--output=${file}`, ...builtFiles(`${name}/`), `--prefix=${name}/`, 'HEAD')
  process.stdout.write(`${file}\n`)
  return 'done'
})

/** Options of git archive that add the built dashboard below `prefix`. */
function builtFiles(prefix: string): string[] {
  const entries = readdirSync(join(ROOT, DASHBOARD), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(DASHBOARD, posix.relative(join(ROOT, DASHBOARD), entry.parentPath), entry.name))
    .flatMap((path) => [`--prefix=${prefix}${dirname(path)}/`, `--add-file=${path}`])
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' })
}
