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
/** How often a person who waits is told. */
const TELL_MS = 15_000

const BUILDER = join(ROOT, 'node_modules/vite/bin/vite.js')

/**
 * Builds the dashboard when it is older than its sources. An installation without build tools (`npm ci --omit=dev`) serves
 * the dashboard that it came with.
 * @returns built now, current, or missing: neither built nor buildable
 */
export async function ensureDashboard(wait: Wait = {}): Promise<'built' | 'current' | 'missing'> {
  const built = await modified(join(DASHBOARD, 'index.html'))
  if (!existsSync(BUILDER)) return built > 0 ? 'current' : 'missing'
  const newest = Math.max(...(await Promise.all(SOURCES.map((source) => newestIn(join(ROOT, source))))))
  if (built >= newest) return 'current'
  await build([BUILDER, 'build', 'dashboard', '--logLevel', 'warn'], wait)
  return 'built'
}

export type Wait = {
  /** told every `tellMs` that it is still being built, and for how long */
  readonly onWaiting?: (seconds: number) => void
  readonly tellMs?: number
  /** ends the build, when the city is stopped */
  readonly signal?: AbortSignal | undefined
}

/**
 * In a process of its own: the bundler would stop this one's event loop for seconds. It takes as long as it takes: a busy machine
 * needs minutes, and a city that ends because of it would be started again, to do the same.
 * @throws AppError CONFIG_INVALID where it fails
 */
export function build(args: readonly string[], { onWaiting, tellMs = TELL_MS, signal }: Wait): Promise<void> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    // a test that starts the city would hand its own mode down, and the development build of React is beyond the byte budget
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  const start = performance.now()
  const teller = setInterval(() => onWaiting?.(Math.round((performance.now() - start) / 1000)), tellMs)
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  return new Promise<void>((done, fail) => {
    child.once('error', (cause) =>
      fail(signal?.aborted ? new AppError('CONFIG_INVALID', 'stopped while the dashboard was being built') : cause),
    )
    child.once('exit', (code, ended) => {
      const how = ended ? `${ended} ended it` : Buffer.concat(output).toString()
      if (code === 0) done()
      else fail(new AppError('CONFIG_INVALID', `the dashboard did not build (npm run build repeats it):\n${how}`))
    })
  }).finally(() => clearInterval(teller))
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
