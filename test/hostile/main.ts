/**
 * `npm run hostile`: what strangers and broken devices send, against a running city. Exit code 1 when something did not
 * hold. Without MQTT_URL and API_URL it starts a city of its own in a temporary folder.
 */
import { readCommandLine } from '#infra/runtime/command-line.ts'
import { onUnread } from '#infra/runtime/main.ts'
import { newDataDir, removeDataDir, startSystem } from '../e2e/system.ts'
import { type HostileOptions, type Outcome, runHostile } from './run.ts'
import type { City } from './watch.ts'

const HELP = `Sends generated MQTT packets and HTTP requests to a city and watches whether it goes on.

  npm run hostile
  PACKETS=1000 REQUESTS=1000 npm run hostile
  MQTT_URL=mqtt://host:1883 API_URL=http://host:8080 CITYWELL_KEY=... npm run hostile

Environment: PACKETS (100000), REQUESTS (100000), SEED (1); MQTT_URL and API_URL, the city (default: one is started in a
temporary folder); CITYWELL_KEY, for the check of the database at the end; VISIBLE_MS (2000), MEMORY_MB (1500), DISK_MB
(2000), what must not be exceeded. SIGINT (Ctrl-C) ends the sending and reports on what was sent.
`

const env = process.env
const interrupted = new AbortController()
const numberOf = (name: string, fallback: number): number => Number(env[name] ?? fallback)

function print({ seconds, mqtt, http, watched, ledger, problems }: Outcome): void {
  const sorted = [...watched.visibleAfterMs].sort((a, b) => a - b)
  const lines = [
    `packets       ${mqtt.packets} on ${mqtt.connections} connections (${mqtt.refused} closed by the broker), in ${seconds} s`,
    `requests      ${http.requests}: ${Object.entries(http.byStatus)
      .sort()
      .map(([status, n]) => `${status} ${n}`)
      .join(', ')}`,
    `ordinary      ${sorted.length} messages visible after ${sorted[sorted.length >> 1]} ms (median), ${sorted.at(-1)} ms (longest)`,
    `memory        ${watched.memoryMb} MB at most`,
    `data folder   ${watched.diskMb} MB at most`,
    `ledger        ${ledger}`,
    ...http.slow.map((request) => `slow          ${request}`),
    ...problems.map((problem) => `PROBLEM       ${problem}`),
    problems.length === 0 ? 'everything held' : `${problems.length} problems`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

async function main(): Promise<void> {
  process.once('SIGINT', () => interrupted.abort())
  const options: HostileOptions = {
    stop: interrupted.signal,
    ...{ packets: numberOf('PACKETS', 100_000), requests: numberOf('REQUESTS', 100_000), seed: numberOf('SEED', 1) },
    key: env['CITYWELL_KEY'],
    limits: {
      ...{ everyMs: 10_000, visibleMs: numberOf('VISIBLE_MS', 2_000) },
      ...{ memoryMb: numberOf('MEMORY_MB', 1_500), diskMb: numberOf('DISK_MB', 2_000) },
    },
  }
  const { MQTT_URL: mqttUrl, API_URL: apiUrl } = env
  const outcome = mqttUrl && apiUrl ? await runHostile({ mqttUrl, apiUrl }, options) : await withOwnCity(options)
  print(outcome)
  process.exitCode = outcome.problems.length === 0 ? 0 : 1
}

/** A fresh city, and the same one again after a stop. */
export async function withOwnCity(options: HostileOptions): Promise<Outcome> {
  const dataDir = await newDataDir()
  const start = () => startSystem({ dataDir, env: { SIMULATE: 'off' } })
  let system = await start()
  const city = (): City => ({
    ...{ mqttUrl: `mqtt://127.0.0.1:${system.mqttPort}`, apiUrl: system.url, pid: system.process.pid, dataDir },
  })
  try {
    const key = system.key()
    const restart = async (): Promise<City> => {
      await system.stop('SIGTERM')
      system = await start()
      return city()
    }
    return await runHostile(city(), { ...options, key, restart })
  } finally {
    await system.stop('SIGTERM').catch(() => system.process.kill('SIGKILL'))
    if (env['LOG_LEVEL']) process.stderr.write(system.output())
    await removeDataDir(dataDir)
  }
}

/** Not through runMain: SIGINT ends the sending here, and the report follows. */
function isToRun(): boolean {
  try {
    return readCommandLine(HELP, {}) !== undefined
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exit(1)
  }
}

if (import.meta.main) {
  onUnread(() => interrupted.abort())
  if (isToRun()) await main()
}
