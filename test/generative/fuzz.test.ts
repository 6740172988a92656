import { readdirSync, readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DecodingContext } from '#ingest/decode/helpers/decoding-context.ts'
import { MAX_SAMPLES } from '#ingest/decode/helpers/result.ts'
import { decode, FORMAT_TABLE } from '#ingest/decode/index.ts'
import { normalise } from '#ingest/observe/normalise.ts'
import type { Source } from '#model/city/city-pack.ts'
import { isRejectReason } from '#model/observation/reject-reasons.ts'
import { sharedPath } from '#test/shared.ts'
import { FIXTURES } from '#test/unit/ingest/decode/fixtures.ts'

/** Cases of the usual run; `npm run fuzz` runs a million. */
const CASES = Number(process.env.FUZZ_CASES ?? 20_000)
const SLOW_MS = 50
/** What decoders may keep between messages (offsets of zones, compiled code), however many there are. */
const KEPT_MB = 64
/** Heap in use once what nobody holds any longer is gone. */
function heapMb(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed / 1e6
}
const receivedAt = new Date('2026-05-31T12:00:00Z')

const samples = sharedPath('payloads')
const files = samples
  ? readdirSync(samples, { recursive: true, withFileTypes: true })
      .filter(
        (entry) => entry.isFile() && /\.(json|ndjson|txt|csv|bin)$/.test(entry.name) && entry.parentPath !== samples,
      )
      .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`))
  : []
const seeds = [...FIXTURES.map(({ payload }) => Buffer.from(payload)), ...files]
const topics = [
  ...FIXTURES.map(({ topic }) => topic),
  'stat/x/STATUS8',
  'tele/x/LWT',
  'compteur/tele/ENERGY',
  'a/b',
  '',
  '/',
  'zigbee2mqtt/x/availability',
  'homeassistant/sensor/x/config',
  'homeassistant/device/x/config',
  'spBv1.0/g/NDATA/n',
  'spBv1.0/g/NDEATH/n',
]

/** A topic under which a format does read the payload. */
const TOPICS: Readonly<Record<string, string>> = Object.fromEntries(
  FIXTURES.map(({ format, topic }) => [format, topic]),
)

/** What formats with a memory may be told: aliases, and how to read a topic. */
const METRIC = { name: 'Temperature', alias: '100', datatype: 10, unit: '°C' }
const CONTEXT: DecodingContext = {
  sparkplug: {
    ...{ byAlias: new Map([['100', METRIC]]), byName: new Map([['Temperature', METRIC]]) },
    ...{ ends: true, devices: ['a/b/c'] },
  },
  entities: FIXTURES.flatMap(({ context }) => context?.entities ?? []),
}

const hostile = fc.constantFrom(
  null,
  true,
  '',
  'nan',
  '-999',
  1e308,
  -0,
  '12,5',
  '__proto__',
  'constructor',
  [],
  {},
  [[[[[[]]]]]],
  { a: { b: { c: { d: { e: { f: { g: 1 } } } } } } },
  '9'.repeat(300),
  '2026-10-25T02:30:00',
  '0001-01-01T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  '99999-12-31T23:59:60',
  2 ** 53,
  -1,
  8.65e15,
  '\u0000',
  '\ud800',
)
const value = fc.oneof({ weight: 3, arbitrary: hostile }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) })

/** Replaces the n-th value inside a JSON tree, or renames its key; what is no JSON stays as it is. */
function graft(bytes: Buffer, at: number, replacement: unknown, key: string | null): Buffer {
  let tree: unknown
  try {
    tree = JSON.parse(bytes.toString())
  } catch {
    return bytes
  }
  let count = 0
  const total = JSON.stringify(tree).split(/[,:]/).length
  const target = at % total
  const walk = (node: unknown): unknown => {
    if (count++ === target) return replacement
    if (Array.isArray(node)) return node.map(walk)
    if (typeof node !== 'object' || node === null) return node
    return Object.fromEntries(
      Object.entries(node).map(([name, inner]) => [key !== null && count === target ? key : name, walk(inner)]),
    )
  }
  return Buffer.from(JSON.stringify(walk(tree)) ?? '')
}

/** Cuts, doubles or overwrites a stretch of the bytes. */
function scar(bytes: Buffer, [how, from, length, byte]: readonly [number, number, number, number]): Buffer {
  if (bytes.length === 0) return Buffer.from([byte])
  const start = from % bytes.length
  const end = Math.min(bytes.length, start + length)
  const stretch = bytes.subarray(start, end)
  if (how === 0) return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)])
  if (how === 1) return Buffer.concat([bytes.subarray(0, end), stretch, stretch, bytes.subarray(end)])
  if (how === 2) return bytes.subarray(0, start)
  const copy = Buffer.from(bytes)
  copy[start] = byte
  return copy
}

const mutation = fc.record({
  seed: fc.nat(seeds.length - 1),
  topic: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...topics) },
    { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
  ),
  format: fc.option(fc.constantFrom(...FORMAT_TABLE.map(({ name }) => name)), { freq: 3 }),
  grafts: fc.array(fc.tuple(fc.nat(200), value, fc.option(fc.string({ maxLength: 12 }), { freq: 6 })), {
    maxLength: 3,
  }),
  remembers: fc.boolean(),
  scars: fc.array(fc.tuple(fc.nat(3), fc.nat(5000), fc.nat(40), fc.nat(255)), { maxLength: 2 }),
})

/** What this thread has computed so far: a clock would also count what else the machine does. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

function run(topic: string, payload: Uint8Array, source: Source, context?: DecodingContext): number {
  const start = cpuMs()
  const decoded = decode({ topic, payload, receivedAt }, source, { timeZone: 'Europe/Berlin', context })
  const normal = decoded.ok ? normalise(decoded.samples, { receivedAt, source }) : undefined
  const ms = cpuMs() - start
  if (!decoded.ok) {
    expect(isRejectReason(decoded.reason)).toBe(true)
    return ms
  }
  expect(decoded.samples.length).toBeGreaterThan(0)
  expect(decoded.samples.length).toBeLessThanOrEqual(MAX_SAMPLES)
  for (const { reason } of [...decoded.rejected, ...(normal?.rejected ?? [])]) expect(isRejectReason(reason)).toBe(true)
  for (const sample of normal?.samples ?? []) {
    if (!Number.isFinite(sample.result) || Number.isNaN(sample.phenomenonTime.getTime()) || sample.device.length < 5)
      throw new Error(`not fit to be stored: ${JSON.stringify(sample)}`)
  }
  return ms
}

describe('every payload is decoded or rejected with a reason', () => {
  test(`${CASES} mutated payloads: no exception, nothing above ${SLOW_MS} ms`, {
    timeout: Math.max(60_000, CASES),
  }, () => {
    const before = heapMb()
    fc.assert(
      fc.property(mutation, ({ seed, topic, format, grafts, scars, remembers }) => {
        const grafted = grafts.reduce<Buffer>(
          (bytes, [at, replacement, key]) => graft(bytes, at, replacement, key),
          seeds[seed] ?? Buffer.alloc(0),
        )
        const payload = scars.reduce<Buffer>(scar, grafted)
        const source: Source = { name: 'fuzz', topic: '#', ...(format !== null && { format }) }
        // A pause of the machine is not ours: slow is what is slow three times.
        const context = remembers ? CONTEXT : undefined
        let ms = run(topic, payload, source, context)
        for (let again = 0; again < 2 && ms > SLOW_MS; again++) ms = Math.min(ms, run(topic, payload, source, context))
        expect(ms).toBeLessThan(SLOW_MS)
      }),
      { numRuns: CASES, seed: 20_260_531 },
    )
    expect(heapMb() - before).toBeLessThan(KEPT_MB)
  })

  test.each<[name: string, text: string, encoding?: BufferEncoding]>([
    ['brackets', '['.repeat(1_000_000)],
    ['objects', '{"a":'.repeat(300_000)],
    ['quotes', '"\\"'.repeat(600_000)],
    ['open strings after nan', '[nan,"'.repeat(300_000)],
    ['nan', `[${'nan,'.repeat(400_000)}nan]`],
    ['deep closed arrays', `${'['.repeat(400_000)}${']'.repeat(400_000)}`],
    ['a deep time', `{"time":${'['.repeat(400_000)}${']'.repeat(400_000)},"pm10":1}`],
    ['digits', `{"pm10":${'9'.repeat(1_000_000)}}`],
    ['semicolons', `sensor_id;sensor_type;${';'.repeat(1_000_000)}`],
    ['lines', `{"result":{}}\n`.repeat(100_000)],
    ['blanks', `${' '.repeat(1_900_000)}x`],
    ['nested CBOR arrays', '\x81'.repeat(1_900_000), 'latin1'],
    ['nested CBOR tags', `\x81\xa1${'\xc4'.repeat(1_900_000)}`, 'latin1'],
    ['CBOR arrays of unknown length', '\x9f'.repeat(1_900_000), 'latin1'],
    ['protobuf groups', '\x0b'.repeat(1_900_000), 'latin1'],
    ['protobuf metrics', '\x12\x00'.repeat(900_000), 'latin1'],
    ['deep and closed', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    [
      'deep arrays in the payload',
      `{"end_device_ids":{"device_id":"a"},"uplink_message":{"decoded_payload":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`,
    ],
  ])(
    'two megabytes of %s take less than a second of computing under every format',
    { timeout: 60_000 },
    (_, text, encoding) => {
      const payload = Buffer.from(text, encoding)
      for (const format of [undefined, ...FORMAT_TABLE.map(({ name }) => name)]) {
        for (const topic of format === undefined
          ? ['city/air/a', 'tele/a/SENSOR', 'zigbee2mqtt/a', 'x']
          : [TOPICS[format] ?? 'x']) {
          const source: Source = { name: 'fuzz', topic: '#', ...(format !== undefined && { format }) }
          expect(run(topic, payload, source)).toBeLessThan(1000)
        }
      }
    },
  )
})
