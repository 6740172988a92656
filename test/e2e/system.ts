/** A whole city in a process of its own, as `npm start` runs it, on free ports and in a folder that is thrown away. */
import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export const ROOT = resolve(import.meta.dirname, '../..')
/** A city that starts says every 15 s what it waits for, however long it takes. */
const SILENCE_LIMIT_MS = 120_000
const STOP_LIMIT_MS = 20_000

export type System = {
  readonly url: string
  readonly port: number
  readonly mqttPort: number
  readonly dataDir: string
  readonly process: ChildProcess
  /** everything it printed so far */
  output(): string
  /** GET as JSON */
  get<T>(path: string): Promise<T>
  /** the key that the first start printed */
  key(): string
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

export const newDataDir = (): Promise<string> => mkdtemp(join(tmpdir(), 'citywell-'))
/** A copy of the demo city that a test may change, in a folder like those of `newDataDir`. */
export async function copyOfDemo(): Promise<string> {
  const folder = await newDataDir()
  await cp(join(ROOT, 'simulators/cities/demo'), folder, { recursive: true })
  return folder
}
export const removeDataDir = (dataDir: string): Promise<void> => rm(dataDir, { recursive: true, force: true })

/** Starts it and waits until it says where to open it. Fails with all it printed when it ends before that. */
export async function startSystem(options: {
  dataDir: string
  env?: Record<string, string>
  args?: string[]
}): Promise<System> {
  const [port, mqttPort] = [await freePort(), await freePort()]
  const run = spawnStart({
    ...options,
    env: { PORT: `${port}`, MQTT_PORT: `${mqttPort}`, BACKFILL_DAYS: '1', ...options.env },
  })
  const url = `http://127.0.0.1:${port}`
  const outcome = await Promise.race([
    run.printed('http://localhost'),
    run.ended.then(() => 'ended' as const),
    run.silent(SILENCE_LIMIT_MS).then(() => 'late' as const),
  ])
  if (outcome === 'late') run.process.kill('SIGKILL')
  if (outcome !== undefined) {
    const what = outcome === 'late' ? 'the city has said nothing for two minutes' : 'the city ended while it started'
    throw new Error(`${what}:\n${run.output()}`)
  }
  return {
    url,
    port,
    mqttPort,
    dataDir: options.dataDir,
    process: run.process,
    output: run.output,
    get: async (path) => (await fetch(url + path)).json() as never,
    key: () => /key +(\S+)/.exec(run.output())?.[1] ?? '',
    stop: (signal = 'SIGINT') => run.stop(signal),
  }
}

/** The bare process, for starts that are meant to fail. */
export function spawnStart({
  dataDir,
  env,
  args = [],
}: {
  dataDir: string
  env?: Record<string, string>
  args?: string[]
}) {
  const child = spawn(process.execPath, ['start/main.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const onData = (chunk: Buffer): void => {
    text += chunk.toString()
    output.emit('data')
  }
  const output = new EventEmitter()
  child.stdout.on('data', onData)
  child.stderr.on('data', onData)
  const ended = new Promise<number | null>((done) => child.once('exit', done))
  return {
    process: child,
    ended,
    output: () => text,
    /** resolves once it has printed `words` */
    printed: async (words: string): Promise<void> => {
      while (!text.includes(words)) await once(output, 'data')
    },
    /** resolves once it has printed nothing for so long */
    silent: async (ms: number): Promise<void> => {
      for (let before = -1; text.length > before; ) {
        before = text.length
        await sleep(ms, undefined, { ref: false })
      }
    },
    stop: async (signal: NodeJS.Signals) => {
      child.kill(signal)
      const late = sleep(STOP_LIMIT_MS, 'late' as const, { ref: false })
      const code = await Promise.race([ended, late])
      if (code !== 'late') return code
      child.kill('SIGKILL')
      throw new Error(`the city did not stop within ${STOP_LIMIT_MS} ms of ${signal}:\n${text}`)
    },
  }
}

/** Waits for something to become true; `otherwise` says what was there instead. */
export async function until(
  check: () => boolean | Promise<boolean>,
  limitMs: number,
  otherwise: () => string,
): Promise<void> {
  const end = Date.now() + limitMs
  while (!(await check())) {
    const text = otherwise()
    if (Date.now() > end) throw new Error(text)
    await sleep(100)
  }
}
