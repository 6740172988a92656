/** `npm run dev`: `npm start` and the development server of the dashboard, both with reload. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { readCommandLine } from '#infra/runtime/command-line.ts'
import { runMain } from '#infra/runtime/main.ts'
import type { Scope } from '#infra/runtime/scope.ts'

const ROOT = resolve(import.meta.dirname, '..')
const DEFAULT_PAGE_PORT = '5173'

const HELP = `Runs a city for development. A change of its sources restarts the city (database, ingest, API, simulator; its data
stays) or, under dashboard/, replaces the module in the open page.

  npm run dev
  npm run dev -- --city FOLDER         a city pack of your own
  npm run dev -- --page-port NUMBER    where the dashboard is served (${DEFAULT_PAGE_PORT})

Environment: as npm start -- --help lists it. PORT (8080) is the API's; the dashboard passes requests on to it.
`

await runMain(async (scope) => {
  const options = readCommandLine(HELP, {
    city: { type: 'string' },
    'page-port': { type: 'string', default: DEFAULT_PAGE_PORT },
  })
  if (!options) return 'done'
  const city = options.city === undefined ? [] : ['--city', options.city]
  run(scope, ['--watch', '--watch-preserve-output', 'start/main.ts', '--no-dashboard', ...city])
  const pages = join(ROOT, 'node_modules/vite/bin/vite.js')
  run(scope, [pages, 'dashboard', '--port', `${options['page-port']}`, '--strictPort', '--clearScreen', 'false'])
  return 'runs'
})

/** A Node process that ends with this one; when it ends by itself, so does this one. */
function run(scope: Scope, args: readonly string[]): void {
  // Ctrl-C reaches a process group: in one of its own, the city gets one signal, from here. A second one would hurry it.
  const child = spawn(process.execPath, args, { cwd: ROOT, detached: true, stdio: ['ignore', 'inherit', 'inherit'] })
  scope.defer(() => stop(child))
  child.once('exit', () => {
    process.exitCode = 1
    process.kill(process.pid, 'SIGTERM')
  })
}

async function stop(child: ChildProcess): Promise<void> {
  child.removeAllListeners('exit')
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
