/**
 * kill -9, again and again: two API processes evaluate and notify, one ingest worker stores. Things cross a threshold and
 * return; somewhere in between one of the processes is killed, and started again. In the end every crossing must be one
 * incident, and its begin and its end one notification each.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createScope } from '#infra/runtime/scope.ts'
import { until } from '../../delivery/until.ts'
import { quantilesOf } from '../ingest.ts'
import {
  ALARM_RULE,
  type Notified,
  openAlarms,
  openWebhook,
  receiverAt,
  selectNotified,
  type Webhook,
} from './alarms.ts'
import { type ApiProcess, type City, openCity } from './processes.ts'

const THINGS = 20
/** More than 50 changes in 5 minutes are flapping (ALARM_RULE), and an incident that flaps stays open. */
const MIN_ROUND_MS = 6_500
const ROUND_LIMIT_MS = 180_000
type Victim = 'evaluating' | 'waiting' | 'ingest'
const VICTIMS: readonly Victim[] = ['evaluating', 'evaluating', 'ingest', 'waiting']
const SEED = 14
/** Between the first value of a round and the kill: before it is stored, evaluated, composed or sent. */
const MAX_KILL_DELAY_MS = 3_000

export type KillsOptions = {
  readonly kills: number
  /** of the same sequence of kills, how many were done before: pieces of it together are the whole */
  readonly from: number
}

export async function benchKills({ kills, from }: KillsOptions): Promise<void> {
  const scope = createScope()
  try {
    const opened = await openCity(scope)
    if (!opened) return
    const city: City = opened
    const webhook = await openWebhook(scope)
    let worker = await city.startWorker()
    const alarms = await openAlarms(scope, city, THINGS)
    const apis: ApiProcess[] = [await city.startApi(), await city.startApi()]
    await apis[0]?.post('/api/v1/receivers', receiverAt(webhook.url))
    await apis[0]?.post('/api/v1/alert-rules', ALARM_RULE)
    const recovery: Record<Victim, number[]> = { evaluating: [], waiting: [], ingest: [] }
    const random = randomOf(SEED)
    for (let drawn = 0; drawn < 2 * from; drawn += 1) random()

    async function kill(victim: Victim): Promise<void> {
      if (victim === 'ingest') {
        await worker.kill('SIGKILL')
        worker = await city.startWorker()
        return
      }
      const busy = await evaluatingOf(apis)
      const i = victim === 'evaluating' ? busy : 1 - busy
      await apis[i]?.kill('SIGKILL')
      apis[i] = await city.startApi()
    }

    for (let round = 0; round < kills; round += 1) {
      const victim = VICTIMS[Math.floor(random() * VICTIMS.length)] ?? 'evaluating'
      const isBeyond = round % 2 === 0
      const startMs = performance.now()
      const killed = sleep(random() * MAX_KILL_DELAY_MS).then(() => kill(victim))
      for (let thing = 0; thing < THINGS; thing += 1) await alarms.set(thing, isBeyond)
      await until(
        () => openIncidents(city),
        (open) => open === (isBeyond ? THINGS : 0),
        ROUND_LIMIT_MS,
      )
      await until(
        () => missing(city, webhook, round + 1),
        (count) => count === 0,
        ROUND_LIMIT_MS,
      )
      recovery[victim].push((performance.now() - startMs) / 1_000)
      await killed
      await sleep(Math.max(0, MIN_ROUND_MS - (performance.now() - startMs)))
    }
    await report(city, webhook, { kills, from }, recovery)
  } finally {
    await scope.close()
  }
}

/** Numerical Recipes: the same kills in every run. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (1_664_525 * state + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** The one whose passes are counted; the other one has no lease. */
async function evaluatingOf(apis: readonly ApiProcess[]): Promise<number> {
  const last = await Promise.all(apis.map(async (api) => (await api.metric('citywell_alerting_evaluates')) ?? 0))
  return last[1] === 1 ? 1 : 0
}

async function openIncidents({ pool }: City): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*) as n from incident where closed_at is null and subject_kind = 'thing'`,
  )
  return rows[0]?.n ?? -1
}

/** Crossings so far of which the receiver does not know. */
async function missing({ pool }: City, webhook: Webhook, rounds: number): Promise<number> {
  const arrived = new Set(webhook.arrivals.map(({ messageId }) => messageId))
  const told = (await selectNotified(pool)).filter(({ messageId }) => messageId !== null && arrived.has(messageId))
  return rounds * THINGS - told.length
}

async function report(
  city: City,
  webhook: Webhook,
  { kills, from }: KillsOptions,
  recovery: Record<Victim, number[]>,
): Promise<void> {
  const expected = { incidents: Math.ceil(kills / 2) * THINGS, notifications: kills * THINGS }
  const { rows } = await city.pool.query<{ n: number }>(
    `select count(*) as n from incident where subject_kind = 'thing'`,
  )
  const arrivals = Map.groupBy(webhook.arrivals, ({ messageId }) => messageId)
  const told = (await selectNotified(city.pool)).filter(
    ({ messageId }) => messageId !== null && arrivals.has(messageId),
  )
  const events = Map.groupBy(told, ({ incident, kind }: Notified) => `${incident} ${kind}`)
  const twice = [...events.values()].filter((same) => same.length > 1).length
  const repeated = [...arrivals.values()].filter((same) => same.length > 1).length
  console.log(
    `\nalerting, ${kills} times kill -9, from number ${from + 1} on: database ${city.kind}, ${THINGS} crossings a time`,
  )
  console.log(`  incidents                                    ${rows[0]?.n} of ${expected.incidents}`)
  console.log(
    `  notifications                                ${events.size} of ${expected.notifications}; twice ${twice}`,
  )
  console.log(`  messages that arrived                        ${arrivals.size}; repeated under the same id ${repeated}`)
  for (const [victim, seconds] of Object.entries(recovery)) {
    const quantile = quantilesOf(seconds)
    console.log(
      `  ${`until all is said, ${victim} killed`.padEnd(44)} p50 ${quantile(0.5).toFixed(1)} s, most ${quantile(1).toFixed(1)} s (${seconds.length} times)`,
    )
  }
}
