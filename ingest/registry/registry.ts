/**
 * Resolves the device names in messages to Datastreams of the registry. An unknown device registers itself
 * (`verified = false`), so that no message waits for a person.
 *
 * The cache saves queries and is never authoritative: it is cleared every REFRESH_MS, and at once when a Datastream was
 * deleted. All statements are safe when several workers meet the same new device.
 */
import { createHash } from 'node:crypto'
import type { Queryable } from '#infra/db/pool.ts'
import type { Position } from '#model/basics/geo.ts'
import { REGISTRATION_QUOTA } from '#model/city/city-pack.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { REASONS } from '#model/observation/quality.ts'
import type { Grade } from '#model/things/grade.ts'
import type { NormalSample } from '../observe/normalise.ts'
import * as rows from './queries.ts'

export type Datastream = {
  readonly id: number
  readonly thingId: number
  /** key of its Thing */
  readonly thing: string
  readonly verified: boolean
  readonly grade: Grade
}
/** How many Things may register themselves: `initial` in total, and beyond that `perHour` within any hour. */
type RegistrationQuota = { readonly initial: number; readonly perHour: number }
type Device = { readonly thing: rows.ThingRow; readonly streams: Map<string, Datastream>; placed: boolean }

const NONE: ReadonlySet<string> = new Set()
const roomIn = ({ initial, perHour }: RegistrationQuota, { total, recent }: rows.SelfRegistered): number =>
  Math.max(0, initial - total, perHour - recent)

const REFRESH_MS = 30_000
/** Moving Things have no place: their first position says nothing about them. */
const MOVING_KINDS = new Set(['probe', 'vehicle'])

export class Registry {
  readonly #quota: RegistrationQuota
  #devices = new Map<string, Device>()
  #loadedAtMs = performance.now()

  constructor({ quota = REGISTRATION_QUOTA }: { quota?: RegistrationQuota } = {}) {
    this.#quota = quota
  }

  /** Registers unknown devices within the quota. @returns the devices beyond it */
  async register(db: Queryable, samples: readonly NormalSample[]): Promise<ReadonlySet<string>> {
    return this.#loadDevices(db, this.#devices, samples)
  }

  /** The Datastream of each sample, in the same order. Registers what is missing, within the quota. */
  async resolve(db: Queryable, samples: readonly NormalSample[]): Promise<Datastream[]> {
    if (performance.now() - this.#loadedAtMs > REFRESH_MS) this.clearCache()
    const devices = this.#devices
    // Nearly always everything is cached, and one lookup per sample is enough.
    let found = find(devices, samples)
    if (typeof found === 'string') {
      await this.#loadDevices(db, devices, samples)
      await this.#loadStreams(db, devices, samples)
      found = find(devices, samples)
      if (typeof found === 'string') throw new Error(`no Datastream for ${found}`)
    }
    await this.#place(db, devices, samples)
    return found
  }

  /** Call when anything in the registry may have changed. */
  clearCache(): void {
    this.#devices = new Map()
    this.#loadedAtMs = performance.now()
  }

  async #loadDevices(
    db: Queryable,
    devices: Map<string, Device>,
    samples: readonly NormalSample[],
  ): Promise<ReadonlySet<string>> {
    const unknown = new Map<string, NormalSample>()
    for (const sample of samples)
      if (!devices.has(sample.device) && !unknown.has(sample.device)) unknown.set(sample.device, sample)
    if (unknown.size === 0) return NONE
    await load(db, devices, [...unknown.keys()])
    const candidates = [...unknown.values()].filter((sample) => !devices.has(sample.device))
    if (candidates.length === 0) return NONE
    const room = roomIn(this.#quota, await rows.countSelfRegistered(db))
    const missing = candidates.slice(0, room)
    const refused = new Set(candidates.slice(room).map(({ device }) => device))
    if (missing.length === 0) return refused
    await rows.insertThings(
      db,
      missing.map((sample) => ({
        device: sample.device,
        key: keyOf(sample.device),
        name: sample.device.slice(sample.device.indexOf('/') + 1),
        domain: sample.domain,
        // what is not of the pack may be real, in a simulated city, too
        simulated: (sample.reasons & REASONS.device_simulates) !== 0,
      })),
    )
    await load(db, devices, [...missing.map((sample) => sample.device)])
    return refused
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
