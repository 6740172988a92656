/** An orderly stop is no event: whatever goes on meanwhile, nothing is logged as a warning. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newDataDir, removeDataDir, type System, startSystem } from '../e2e/system.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await newDataDir()
})
afterEach(() => removeDataDir(dataDir))

const READERS = 8
const STREAMS = 5
const PATHS = ['/api/v1/things', '/api/v1/brief', '/api/v1/wellbeing', '/api/v1/incidents', '/metrics', '/ready']
const PATIENCE = { timeout: 60_000, interval: 100 }

/** What pino wrote at `warn` (40) or above. */
const warnings = (system: System): string[] =>
  system
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{') && (JSON.parse(line) as { level: number }).level >= 40)

/** Readers, event streams and a device, until they are told to stop; each goes on although its requests fail. */
async function traffic(system: System, stop: AbortSignal) {
  let acknowledged = 0
  let events = 0
  const readers = Array.from({ length: READERS }, async (_, reader) => {
    for (let n = reader; !stop.aborted; n += 1)
      await fetch(`${system.url}${PATHS[n % PATHS.length]}`, { signal: stop })
        .then((answer) => answer.arrayBuffer())
        .catch(() => sleep(20))
  })
  const streams = Array.from({ length: STREAMS }, async () => {
    const answer = await fetch(`${system.url}/api/v1/live`, { signal: stop }).catch(() => undefined)
    for await (const _ of answer?.body ?? []) events += 1
  })
  const device = await connectAsync(`mqtt://127.0.0.1:${system.mqttPort}`, { reconnectPeriod: 100 })
  device.on('error', () => {})
  const publishing = (async () => {
    for (let n = 0; !stop.aborted; n += 1) {
      const told = device
        .publishAsync('city/air/stop-watch', JSON.stringify({ pm2_5: n % 90 }), { qos: 1 })
        .then(() => true)
        .catch(() => false)
      if (await Promise.race([told, sleep(1_000, false)])) acknowledged += 1
    }
  })()
  return {
    acknowledged: () => acknowledged,
    events: () => events,
    ended: async () => {
      device.end(true)
      await Promise.all([...readers, ...streams.map((one) => one.catch(() => {})), publishing])
    },
  }
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s while messages and requests arrive and pages are open: no warning, exit code 0',
  { timeout: 300_000 },
  async (signal) => {
    const system = await startSystem({ dataDir, env: { BACKFILL_DAYS: '0' } })
    const stop = new AbortController()
    const busy = await traffic(system, stop.signal)
    await expect.poll(busy.acknowledged, PATIENCE).toBeGreaterThan(10)
    await expect.poll(busy.events, PATIENCE).toBeGreaterThan(STREAMS)
    const ended = once(system.process, 'exit')
    system.process.kill(signal)
    const [code] = await ended
    stop.abort()
    await busy.ended()
    expect(warnings(system)).toEqual([])
    expect(code).toBe(0)
  },
)
