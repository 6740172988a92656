import mqtt, { type MqttClient } from 'mqtt'
import { separateLogin } from '#model/mqtt/broker-url.ts'
import { assignFaults, deliver, distort, type Fault, isSilent, reportedInstant, skewedTime } from './faults.ts'
import type { Message } from './formats/format.ts'
import { encoderOf } from './formats/index.ts'
import { historyMessage } from './history.ts'
import { createPace, type Pace } from './pace.ts'
import { createModels, type Models } from './physics/readings.ts'
import { planSlices, progressOf, readState, type SimulatorState, type Slice, writeState } from './state.ts'
import { readWorld, type SimThing, turnOf } from './world/world.ts'

/** The little of a logger that is needed here. */
export type Log = { info(message: string): void; warn(message: string): void }
export type SimulatorOptions = {
  packFolder: string
  mqttUrl: string
  /** where what is still owed of history is remembered between starts */
  stateFolder: string
  /** days of history before the first start */
  backfillDays: number
  log: Log
  /** history messages a second, at most; a broker acknowledges faster than a database behind it stores (150) */
  historyPerSecond?: number
  /** share of the history that was sent and acknowledged, 0 to 1 */
  onProgress?: (share: number) => void
  /** the clock, in ms; for tests */
  now?: () => number
  /** false: history only; for tests and bulk loads */
  live?: boolean
}
export type Simulator = {
  close(): Promise<void>
  progress(): number /** settles when all history was acknowledged */
  readonly backfilled: Promise<void>
}

/** History messages that wait for the broker's acknowledgement at a time: its pace is ours. */
const IN_FLIGHT = 24
/** Live messages that may wait; beyond it a device misses a turn, as real ones do. */
const LIVE_WAITING = 2000
const LIVE_SECONDS = 60
/** One history message carries about 230 values: 35,000 values a second, and thirty days in a minute and a half. */
const HISTORY_PER_SECOND = 150

/**
 * Runs a simulated city against a broker. States: connecting -> live and backfilling (most recent day first) -> live
 * -> closed. It stores what is still to be published in `stateFolder`, so that a restart continues where it stopped.
 * @throws when the pack cannot be read or the broker cannot be reached at first
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const now = options.now ?? Date.now
  const world = await readWorld(options.packFolder)
  const models = createModels(world)
  const faults = assignFaults(world.things)
  const state = planSlices(await readState(options.stateFolder), world.seed, options.backfillDays, now())
  const { address, login } = separateLogin(options.mqttUrl)
  const client = await mqtt.connectAsync(
    address,
    { ...login, clientId: `simulator-${process.pid}`, reconnectPeriod: 1000 },
    false,
  )
  const city: Running = {
    options,
    things: world.things,
    models,
    faults,
    state,
    client,
    now,
    closed: false,
    saved: Promise.resolve(),
  }
  const stopLive = options.live === false ? () => {} : startLive(city)
  const saving = setInterval(
    () => void save(city).catch((error: Error) => options.log.warn(`state not saved: ${error.message}`)),
    10_000,
  )
  const backfilled = backfill(city).catch((error: Error) => options.log.warn(`history stopped: ${error.message}`))
  return {
    progress: () => progressOf(state, world.things.length),
    backfilled,
    close: async () => {
      city.closed = true
      stopLive()
      clearInterval(saving)
      await Promise.race([backfilled, new Promise((resolve) => setTimeout(resolve, 2000).unref())])
      await save(city)
      await client.endAsync(true)
    },
  }
}

type Running = {
  readonly options: SimulatorOptions
  readonly things: readonly SimThing[]
  readonly models: Models
  readonly faults: ReadonlyMap<string, Fault>
  readonly state: SimulatorState
  readonly client: MqttClient
  readonly now: () => number
  closed: boolean
  /** the last write of the state */
  saved: Promise<void>
}

/** One at a time: two writers of one file would take it from one another. */
function save(city: Running): Promise<void> {
  if (city.options.live !== false) city.state.liveUntil = city.now()
  const write = () => writeState(city.options.stateFolder, city.state)
  city.saved = city.saved.then(write, write)
  return city.saved
}

/** Every Thing about once a minute, spread so that something happens every second. */
function startLive(city: Running): () => void {
  let last = Math.floor(city.now() / 1000)
  let waiting = 0
  const settle = () => {
    waiting--
  }
  const timer = setInterval(() => {
    const until = Math.floor(city.now() / 1000)
    for (let s = Math.max(last + 1, until - 5); s <= until; s++) {
      for (const thing of city.things) {
        if (s % LIVE_SECONDS !== turnOf(thing) || waiting > LIVE_WAITING) continue
        for (const { topic, payload } of liveMessages(city, thing, s * 1000)) {
          waiting++
          city.client.publishAsync(topic, payload, { qos: 1 }).then(settle, settle)
        }
      }
    }
    last = until
  }, 250)
  return () => clearInterval(timer)
}

/** What one Thing publishes at one instant: nothing, a message, or what its fault makes of it. */
export function liveMessages(
  { models, faults }: Pick<Running, 'models' | 'faults'>,
  thing: SimThing,
  ms: number,
): Message[] {
  const fault = faults.get(thing.key)
  if (isSilent(fault, thing, ms)) return []
  const reading = models.read(thing, reportedInstant(fault, thing, ms), LIVE_SECONDS)
  if (!reading) return []
  const message = encoderOf(thing)(thing, distort(fault, thing, ms, reading), skewedTime(fault, ms), models.clock)
  return deliver(fault, thing, ms, message)
}

async function backfill(city: Running): Promise<void> {
  const { state, things, options } = city
  const pace = createPace(city.client, options.historyPerSecond ?? HISTORY_PER_SECOND, city.now)
  let told = -1
  const tell = () => {
    const share = progressOf(state, things.length)
    if (share - told < 0.005 && share < 1) return
    told = share
    options.onProgress?.(share)
  }
  for (let slice = state.owed[0]; slice && !city.closed; slice = state.owed[0]) {
    await sendSlice(city, slice, pace, tell)
    if (city.closed) return
    state.owed.shift()
    await save(city)
    tell()
  }
  if (!city.closed) options.log.info('history is complete')
}

/** All Things over one stretch of time; no more than IN_FLIGHT messages wait for the broker. */
async function sendSlice(city: Running, slice: Slice, pace: Pace, tell: () => void): Promise<void> {
  const { client, things, models, faults } = city
  const flying = new Set<Promise<unknown>>()
  for (let i = slice.sent; i < things.length && !city.closed; i++) {
    const thing = things[i] as SimThing
    const message = historyMessage(models, thing, faults.get(thing.key), slice.from, slice.to)
    if (message) {
      await pace.turn()
      const sent: Promise<unknown> = client
        .publishAsync(message.topic, message.payload, { qos: 1 })
        .finally(() => flying.delete(sent))
      sent.catch(() => {})
      flying.add(sent)
    }
    if (flying.size >= IN_FLIGHT) await Promise.race(flying)
    // what is acknowledged is done; what still flies is sent again after a restart, which is harmless
    slice.sent = Math.max(slice.sent, i + 1 - flying.size)
    tell()
  }
  await Promise.all(flying)
}
