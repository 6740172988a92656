/** All rules over all Things: the first pass of a process that has just started, and the passes that follow. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createScope } from '#infra/runtime/scope.ts'
import { quantilesOf } from '../ingest.ts'
import { startPublisher } from '../servers.ts'
import { addHistory, addRules, registerThings } from './city-of-rules.ts'
import { openCity } from './processes.ts'

const FIRST_PASS_LIMIT_MS = 300_000
const POLL_MS = 100

export type RulesOptions = { readonly rules: number; readonly things: number; readonly seconds: number }

export async function benchRules({ rules, things, seconds }: RulesOptions): Promise<void> {
  const scope = createScope()
  try {
    const city = await openCity(scope)
    if (!city) {
      console.log('\nalerting: skipped, processes of their own need a server in DATABASE_URL')
      return
    }
    const worker = await city.startWorker()
    const publisher = await startPublisher(city.mqttUrl, things, 'bench-alerting', 'bench')
    scope.defer(async () => publisher.stop())
    await registerThings(city.pool, publisher, things)
    await addHistory(city.pool)
    await addRules(city.pool, rules)
    const api = await city.startApi()
    const startMs = performance.now()
    const passes = () => api.metric('citywell_alerting_pass_duration_seconds_count')
    const lastPass = () => api.metric('citywell_alerting_last_pass_seconds')
    while (((await passes()) ?? 0) < 1) {
      if (performance.now() - startMs > FIRST_PASS_LIMIT_MS) throw new Error('the first pass has not ended')
      await sleep(POLL_MS)
    }
    const first = (await lastPass()) ?? Number.NaN
    const firstRss = await api.peakRssMb()
    const { rows } = await city.pool.query<{ n: number }>('select count(*) as n from incident')
    console.log(`\nalerting, ${rules} rules x ${things} Things: database ${city.kind}`)
    console.log(
      `  first pass                                   ${first.toFixed(1)} s, ${Math.round(firstRss)} MB at most; opened ${rows[0]?.n} incidents`,
    )
    // each Thing reports once a minute
    publisher.keepPace(things / 60)
    const durations: number[] = []
    const endMs = performance.now() + seconds * 1000
    for (let seen = (await passes()) ?? 0; performance.now() < endMs; await sleep(POLL_MS)) {
      const count = (await passes()) ?? 0
      if (count > seen) durations.push((await lastPass()) ?? Number.NaN)
      seen = count
    }
    const quantile = quantilesOf(durations)
    console.log(
      `  passes while each Thing reports every minute p50 ${quantile(0.5).toFixed(2)} s, most ${quantile(1).toFixed(2)} s (${durations.length} passes)`,
    )
    console.log(`  memory of the API process                    ${Math.round(await api.peakRssMb())} MB at most`)
    await worker.kill('SIGTERM')
  } finally {
    await scope.close()
  }
}
