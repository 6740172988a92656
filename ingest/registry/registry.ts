/**
 * Resolves the device names in messages to Datastreams of the registry. An unknown device registers itself
 * (admission.ts).
 *
 * The cache saves queries and is never authoritative: it is cleared every REFRESH_MS, and at once when a Datastream was
 * deleted. All statements are safe when several workers meet the same new device.
 */
import { createHash } from 'node:crypto'
import type { Queryable } from '#infra/db/pool.ts'
import type { Position } from '#model/basics/geo.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { REASONS } from '#model/observation/quality.ts'
import type { Grade } from '#model/things/grade.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import type { NormalSample } from '../observe/normalise.ts'
import { isAboutDevice } from './about-device.ts'
import { type AdmissionRules, admissionRules, admit, type Candidate, type Refusal, type Refused } from './admission.ts'
import * as rows from './queries.ts'

export type Datastream = {
  readonly id: number
  readonly thingId: number
  /** key of its Thing */
  readonly thing: string
  readonly verified: boolean
  readonly grade: Grade
}
type Device = { readonly thing: rows.ThingRow; readonly streams: Map<string, Datastream>; placed: boolean }

const REFRESH_MS = 30_000
/** Moving Things have no place: their first position says nothing about them. */
const MOVING_KINDS = new Set(['probe', 'vehicle'])

/** What a new Thing is registered with, or why it is not. */
export type Admission = (Candidate & { readonly verified: boolean }) | { readonly refused: Refusal | 'ignored' }

const NONE: Refused = new Map()

/** A device is registered by what it measures, else by what it says of itself, and not by what a broker kept of it. */
function weightOf(sample: NormalSample | undefined): number {
  if (!sample) return 0
  if (sample.reasons & REASONS.retained_state) return 1
  return isAboutDevice(sample.property) ? 2 : 3
}

function partition<T>(all: readonly T[], test: (one: T) => boolean): [yes: T[], no: T[]] {
  const { yes = [], no = [] } = Object.groupBy(all, (one) => (test(one) ? 'yes' : 'no'))
  return [yes, no]
}

/** The registry has changed between two statements of a batch; the next attempt reads it again. */
export class DeviceGone extends Error {}

export class Registry {
  readonly #rules: AdmissionRules
  #devices = new Map<string, Device>()
  #loadedAtMs = performance.now()

  constructor(rules: Partial<AdmissionRules> = {}) {
    this.#rules = { ...admissionRules(), ...rules }
  }

  /** Registers the unknown devices that may register themselves. @returns the others, and why they may not */
  async register(db: Queryable, messages: readonly IngestMessage[]): Promise<Refused> {
    const devices = this.#devices
    const unknown = new Map<string, Candidate & { readonly sample: NormalSample }>()
    for (const { samples, topic } of messages)
      for (const sample of samples)
        if (!devices.has(sample.device) && weightOf(sample) > weightOf(unknown.get(sample.device)?.sample))
          unknown.set(sample.device, { sample, ...this.#candidate(sample.device, topic) })
    if (unknown.size === 0) return NONE
    await load(db, devices, [...unknown.keys()])
    const unregistered = [...unknown.values()].filter(({ device }) => !devices.has(device))
    if (unregistered.length === 0) return NONE
    const [kept, candidates] = partition(unregistered, ({ sample }) => (sample.reasons & REASONS.retained_state) !== 0)
    const answer = await admit(db, candidates, this.#rules)
    const { admitted } = answer
    const refused = new Map<string, Refusal>(answer.refused)
    for (const { device } of kept) refused.set(device, 'retained_without_time')
    if (admitted.length === 0) return refused
    await rows.insertThings(
      db,
      admitted.map(({ sample, device, topic, client, verified }) => ({
        ...{ device, topic, client, verified },
        key: keyOf(device),
        name: device.slice(device.indexOf('/') + 1),
        domain: sample.domain,
        // what is not of the pack may be real, in a simulated city, too
        simulated: (sample.reasons & REASONS.device_simulates) !== 0,
      })),
    )
    await load(
      db,
      devices,
      admitted.map(({ device }) => device),
    )
    return refused
  }

  #candidate(device: string, topic: string): Candidate {
    return { device, topic, client: this.clientOf(topic) }
  }

  /** Who publishes this topic, as far as that is known. */
  clientOf(topic: string): string {
    return this.#rules.clientOf(topic)
  }

  /** Whether a device that describes itself may be registered, if it is not; `verified` for its new Thing. */
  async admit(db: Queryable, device: string, topic: string): Promise<Admission> {
    const candidate = this.#candidate(device, topic)
    const known = await rows.selectThings(db, [device])
    if (known.length > 0) return { ...candidate, verified: false }
    const { admitted, refused } = await admit(db, [candidate], this.#rules)
    return admitted[0] ?? { refused: refused.get(device) ?? 'registration_limit' }
  }

  /**
   * The Datastream of each sample, in the same order, all of registered devices. Registers missing Datastreams.
   * @throws DeviceGone when a Thing was deleted since `register`
   */
  async resolve(db: Queryable, samples: readonly NormalSample[]): Promise<Datastream[]> {
    if (performance.now() - this.#loadedAtMs > REFRESH_MS) this.clearCache()
    const devices = this.#devices
    // Nearly always everything is cached, and one lookup per sample is enough.
    let found = find(devices, samples)
    if (typeof found === 'string') {
      const missing = new Set(samples.flatMap(({ device }) => (devices.has(device) ? [] : [device])))
      if (missing.size > 0) await load(db, devices, [...missing])
      await this.#loadStreams(db, devices, samples)
      found = find(devices, samples)
      if (typeof found === 'string') throw new DeviceGone(`no Datastream for ${found}`)
    }
    await this.#place(db, devices, samples)
    return found
  }

  /** Call when anything in the registry may have changed. */
  clearCache(): void {
    this.#devices = new Map()
    this.#loadedAtMs = performance.now()
  }

  async #loadStreams(db: Queryable, devices: Map<string, Device>, samples: readonly NormalSample[]): Promise<void> {
    const missing = new Map<string, rows.NewDatastream>()
    for (const sample of samples) {
      const device = devices.get(sample.device)
      const key = streamKey(sample.property, sample.channel)
      if (!device || device.streams.has(key)) continue
      const { property, channel, unit } = sample
      missing.set(`${device.thing.id}\n${key}`, { thingId: device.thing.id, property, channel, unit })
    }
    if (missing.size === 0) return
    const streams = [...missing.values()]
    await rows.insertDatastreams(db, streams)
    const ids = new Set(streams.map((stream) => stream.thingId))
    cacheStreams(await rows.selectDatastreams(db, [...ids]), devices, ids)
  }

  /** The first location received for a fixed Thing without a place becomes its place. */
  async #place(db: Queryable, devices: Map<string, Device>, samples: readonly NormalSample[]): Promise<void> {
    const found = new Map<Device, Position>()
    for (const sample of samples) {
      if (!sample.location) continue
      const device = devices.get(sample.device)
      if (!device || device.placed || PROPERTIES.get(sample.property)?.positioned) continue
      if (!found.has(device)) found.set(device, sample.location)
    }
    if (found.size === 0) return
    await rows.placeThings(
      db,
      [...found].map(([device, location]) => ({ thingId: device.thing.id, location })),
    )
    for (const device of found.keys()) device.placed = true
  }
}

/** The Datastream of each sample, or the name of the first that is not cached. */
function find(devices: ReadonlyMap<string, Device>, samples: readonly NormalSample[]): Datastream[] | string {
  const found: Datastream[] = []
  let name: string | undefined
  let device: Device | undefined
  for (const sample of samples) {
    // The samples of a message usually belong to one device.
    if (sample.device !== name) {
      name = sample.device
      device = devices.get(name)
    }
    const datastream = device?.streams.get(streamKey(sample.property, sample.channel))
    if (!datastream) return `${sample.device} ${sample.property}`
    found.push(datastream)
  }
  return found
}

async function load(db: Queryable, devices: Map<string, Device>, names: readonly string[]): Promise<void> {
  const things = await rows.selectThings(db, names)
  for (const thing of things)
    devices.set(thing.device, { thing, streams: new Map(), placed: thing.placed || MOVING_KINDS.has(thing.kind) })
  if (things.length === 0) return
  const ids = new Set(things.map((thing) => thing.id))
  cacheStreams(await rows.selectDatastreams(db, [...ids]), devices, ids)
}

function cacheStreams(streams: readonly rows.DatastreamRow[], devices: Map<string, Device>, ids: Set<number>): void {
  const byThing = new Map<number, Device[]>()
  for (const device of devices.values()) {
    if (!ids.has(device.thing.id)) continue
    const same = byThing.get(device.thing.id)
    if (same) same.push(device)
    else byThing.set(device.thing.id, [device])
  }
  for (const stream of streams)
    for (const { thing, streams: known } of byThing.get(stream.thingId) ?? [])
      known.set(streamKey(stream.property, stream.channel), {
        id: stream.id,
        thingId: thing.id,
        thing: thing.key,
        verified: thing.verified,
        grade: thing.grade,
      })
}

const streamKey = (property: string, channel: string): string => (channel === '' ? property : `${property}\n${channel}`)

const UNSAFE = /[^A-Za-z0-9_.-]+/g

/**
 * Key of a Thing that registers itself: the key in the message (native), else `<format>:<device id>`. Characters that a key
 * cannot contain are replaced, and a digest then distinguishes such devices.
 */
export function keyOf(device: string): string {
  const at = device.indexOf('/')
  const format = device.slice(0, at)
  const id = device.slice(at + 1)
  if (format === 'key') return id
  const safe = id.replace(UNSAFE, '-').slice(0, 100)
  if (safe === id) return `${format}:${id}`
  return `${format}:${safe}-${createHash('sha256').update(device).digest('hex').slice(0, 8)}`
}
