/** `npm run bench`: what this machine can do. docs/performance.md */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { readCommandLine } from '#infra/runtime/command-line.ts'
import { runMain } from '#infra/runtime/main.ts'
import { AppError } from '#model/basics/errors.ts'
import { benchAlerting } from './alerting.ts'
import { benchDecode } from './decode.ts'
import { benchIndicators } from './indicators.ts'
import { benchIngest } from './ingest.ts'
import { benchLatency } from './latency.ts'
import { benchOverload } from './overload.ts'
import { benchScale } from './scale.ts'
import { benchStorage } from './storage.ts'

const PARTS = [
  'ingest',
  'latency',
  'overload',
  'scale',
  'decode',
  'storage',
  'indicators',
  'browser',
  'alerting',
] as const
type Part = (typeof PARTS)[number]
/** Alerting takes an hour with a hundred kills. */
const DEFAULT_PARTS = PARTS.filter((part) => part !== 'alerting')

const HELP = `Measures what this machine can do, as ratios to its own raw limits.

  npm run bench                                                      all parts but alerting, about ten minutes
  npm run bench -- --only ingest,latency --things 1000 --seconds 12
  npm run bench -- --only overload --overload-seconds 60
  npm run bench -- --only storage --days 365
  npm run bench -- --only indicators --observations 100000000
  npm run bench -- --only indicators --observations 100000000 --kept year    keeps the database, to measure it again
  npm run bench -- --only browser --browser-seconds 60
  npm run bench -- --only browser --browser-things 20000 --browser-profiles .    cities of other sizes; CPU profiles in a folder
  npm run bench -- --only alerting --rules 10000 --rule-things 10000 --alert-seconds 60 --alert-rate 2000 --kills 100
                                                                     0: without the part for which it counts
  npm run bench -- --only alerting --rules 0 --alert-seconds 0 --kills 20 --kills-from 40    numbers 41 to 60 of the kills

  parts: ${PARTS.join(' ')}

Environment: DATABASE_URL and MQTT_URL, the servers to measure. Without them Mosquitto is started where it is installed,
and the embedded database is used. Every part has a database of its own, which is dropped at the end.
`

/** Taken for the sustained rate where it is not measured in the same run. */
const RATE = 10_000

/** In a process of its own, because its code also knows what a page knows. */
async function benchBrowser(...args: string[]): Promise<void> {
  const child = fork(join(import.meta.dirname, 'browser/main.ts'), args)
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`the browser bench ended with ${code}`)
}

await runMain(async () => {
  const values = readCommandLine(HELP, {
    only: { type: 'string', default: DEFAULT_PARTS.join(',') },
    things: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '12' },
    rate: { type: 'string' },
    'overload-seconds': { type: 'string', default: '60' },
    days: { type: 'string', default: '365' },
    streams: { type: 'string' },
    observations: { type: 'string', default: '2000000' },
    kept: { type: 'string' },
    'browser-seconds': { type: 'string', default: '30' },
    'browser-things': { type: 'string', default: '460,20000,100000' },
    'browser-profiles': { type: 'string', default: '' },
    rules: { type: 'string', default: '10000' },
    'rule-things': { type: 'string', default: '10000' },
    'alert-seconds': { type: 'string', default: '60' },
    'alert-rate': { type: 'string', default: '2000' },
    kills: { type: 'string', default: '100' },
    'kills-from': { type: 'string', default: '0' },
  })
  if (!values) return 'done'
  const only = values.only.split(',') as Part[]
  const unknown = only.filter((part) => !PARTS.includes(part))
  if (unknown.length > 0)
    throw new AppError('CONFIG_INVALID', `no such part: ${unknown.join(', ')}; valid are ${PARTS.join(', ')}`)
  const load = { things: Number(values.things), seconds: Number(values.seconds) }
  let sustained: number | undefined

  const run: Record<Part, () => Promise<void>> = {
    ingest: async () => {
      sustained = await benchIngest(load)
    },
    latency: () => benchLatency({ ...load, rate: Number(values.rate ?? sustained ?? RATE) }),
    overload: () => benchOverload({ seconds: Number(values['overload-seconds']) }),
    scale: () => benchScale(load),
    decode: benchDecode,
    storage: () =>
      benchStorage({ days: Number(values.days), streams: values.streams ? Number(values.streams) : undefined }),
    indicators: () => benchIndicators({ observations: Number(values.observations), kept: values.kept }),
    browser: () => benchBrowser(values['browser-seconds'], values['browser-things'], values['browser-profiles']),
    alerting: () =>
      benchAlerting({
        ...{ rules: Number(values.rules), things: Number(values['rule-things']) },
        ...{
          seconds: Number(values['alert-seconds']),
          rate: Number(values['alert-rate']),
          kills: Number(values.kills),
          killsFrom: Number(values['kills-from']),
        },
      }),
  }
  for (const part of PARTS.filter((each) => only.includes(each))) {
    const before = (loadavg()[0] ?? 0).toFixed(1)
    await run[part]()
    console.log(
      `  ${new Date().toISOString().slice(0, 16)}Z; load average ${before} before, ${(loadavg()[0] ?? 0).toFixed(1)} at the end`,
    )
  }
  return 'done'
})
