import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AppError } from '#model/basics/errors.ts'

const ROOT = resolve(import.meta.dirname, '..')
export const DASHBOARD = join(ROOT, 'dashboard/dist')
/** What the built dashboard is made of. */
const SOURCES = [
  'dashboard/src',
  'dashboard/build',
  'dashboard/index.html',
  'dashboard/voice.html',
  'dashboard/questionnaire.html',
  'dashboard/vite.config.ts',
  'model',
  'package-lock.json',
]
const BUILD_LIMIT_MS = 120_000

const BUILDER = join(ROOT, 'node_modules/vite/bin/vite.js')

/**
 * Builds the dashboard when it is older than its sources. An installation without build tools (`npm ci --omit=dev`) serves
 * the dashboard that it came with.
 * @returns built now, current, or missing: neither built nor buildable
 */
export async function ensureDashboard(): Promise<'built' | 'current' | 'missing'> {
  const built = await modified(join(DASHBOARD, 'index.html'))
  if (!existsSync(BUILDER)) return built > 0 ? 'current' : 'missing'
  const newest = Math.max(...(await Promise.all(SOURCES.map((source) => newestIn(join(ROOT, source))))))
  if (built >= newest) return 'current'
  await build()
  return 'built'
}

/** In a process of its own: the bundler would stop this one's event loop for seconds. */
function build(): Promise<void> {
  const child = spawn(process.execPath, [BUILDER, 'build', 'dashboard', '--logLevel', 'warn'], {
    cwd: ROOT,
    // a test that starts the city would hand its own mode down, and the development build of React is beyond the byte budget
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: BUILD_LIMIT_MS,
  })
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('exit', (code) => {
      if (code === 0) done()
      else
        fail(
          new AppError(
            'CONFIG_INVALID',
            `the dashboard did not build (npm run build repeats it):\n${Buffer.concat(output).toString()}`,
          ),
        )
    })
  })
}

async function modified(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => 0,
  )
}

async function newestIn(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => undefined)
  if (!entries) return modified(path)
  const times = await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => modified(join(entry.parentPath, entry.name))),
  )
  return Math.max(0, ...times)
}
