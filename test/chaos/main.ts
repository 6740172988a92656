/** `npm run chaos`: faults against a running system, and whether every acknowledged message was stored exactly once. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { readCommandLine } from '#infra/runtime/command-line.ts'
import { onUnread } from '#infra/runtime/main.ts'
import { hasMosquitto } from '../delivery/mosquitto.ts'
import { openCity } from './city.ts'
import { postgresBin } from './postgres.ts'
import { type ChaosOptions, type Progress, runChaos } from './run.ts'
import { openServers } from './servers.ts'
import type { ChaosSystem } from './system.ts'

const HELP = `Kills, restarts, freezes and cuts off the parts of a system while messages are published, and counts what was stored.

  npm run chaos
  SYSTEM=city FAULTS=100 npm run chaos

Progress is kept in FOLDER: the same command goes on where the last one ended. SIGINT (Ctrl-C) ends after a last count.
Environment: SYSTEM (servers: PostgreSQL with TimescaleDB, Mosquitto and a worker; city: \`npm start\`), FAULTS (1000),
FOLDER (.chaos), SEED (1), RATE (200 messages a second), COUNT_EVERY (10 faults), PG_BIN (folder of initdb).
`

const env = process.env
const numberOf = (name: string, fallback: number): number => Number(env[name] ?? fallback)

async function openSystem(name: string, folder: string): Promise<ChaosSystem> {
  if (name === 'city') return openCity(folder)
  if (name !== 'servers') throw new Error(`SYSTEM is "servers" or "city", not "${name}"`)
  const bin = postgresBin()
  if (!bin || !hasMosquitto) throw new Error('SYSTEM=servers needs PostgreSQL with TimescaleDB (PG_BIN) and Mosquitto')
  return openServers(folder, bin)
}

/** A line for each kind of fault: how often, and how long until every part was ready again. */
function summary({ faults, messages, problems }: Progress, skipped: readonly string[]): string {
  const kinds = [...Map.groupBy(faults, ({ fault }) => fault)].sort(([a], [b]) => a.localeCompare(b))
  const lines = kinds.map(([fault, records]) => {
    const times = records.map(({ recoveryMs }) => recoveryMs).sort((a, b) => a - b)
    const seconds = (ms = 0): string => (ms / 1000).toFixed(1)
    return `${fault.padEnd(44)} ${String(times.length).padStart(4)}  ready after ${seconds(times[times.length >> 1])} s (median), ${seconds(times.at(-1))} s (longest)`
  })
  const outcome = problems.length === 0 ? 'none lost, none stored twice, every start succeeded' : 'NOT HELD'
  return [
    ...lines,
    ...skipped.map((text) => `skipped: ${text}`),
    ...problems.map((text) => `PROBLEM: ${text}`),
    `${faults.length} faults, ${messages} messages: ${outcome}`,
  ].join('\n')
}

const stop = new AbortController()

async function main(): Promise<void> {
  const name = env['SYSTEM'] ?? 'servers'
  const folder = resolve(env['FOLDER'] ?? '.chaos')
  await mkdir(folder, { recursive: true })
  process.once('SIGINT', () => stop.abort())
  const options: ChaosOptions = {
    ...{ faults: numberOf('FAULTS', 1_000), seed: numberOf('SEED', 1), rate: numberOf('RATE', 200) },
    ...{ countEvery: numberOf('COUNT_EVERY', 10), file: join(folder, `${name}.json`), stop: stop.signal },
    say: (line) => process.stdout.write(`${line}\n`),
  }
  const work = await mkdtemp(join(tmpdir(), 'citywell-chaos-'))
  const system = await openSystem(name, work)
  try {
    const progress = await runChaos(system, options)
    process.stdout.write(`${summary(progress, system.skipped)}\n`)
    process.exitCode = progress.problems.length === 0 ? 0 : 1
  } finally {
    await system.close()
    await rm(work, { recursive: true, force: true })
  }
}

/** Not through runMain: SIGINT ends the run here after a last count. */
function isToRun(): boolean {
  try {
    return readCommandLine(HELP, {}) !== undefined
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exit(1)
  }
}

onUnread(() => stop.abort())
if (isToRun()) {
  await main()
  process.exit()
}
