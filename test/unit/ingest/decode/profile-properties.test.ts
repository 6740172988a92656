/**
 * Properties of every profile of a known system (issue 15.1 to 15.4): nothing numeric is dropped silently, no two values share a
 * series, and the series of a value does not depend on what else is in the message, nor on its order or its batch.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Decoded } from '#ingest/decode/helpers/types.ts'
import { PROFILES } from '#ingest/decode/profiles/index.ts'
import { PROFILE_FIXTURES } from './profile-fixtures.ts'
import { read } from './read.ts'

type Json = { readonly [key: string]: Json } | readonly Json[] | string | number | boolean | null
const parsed = PROFILE_FIXTURES.flatMap(({ format, topic, payload }): [string, string, Json][] => {
  const isObject = payload.startsWith('{') || payload.startsWith('[')
  return isObject ? [[format, topic, JSON.parse(payload) as Json]] : []
})
const isBranch = (value: Json): value is Exclude<Json, string | number | boolean | null> =>
  typeof value === 'object' && value !== null

const series = (decoded: Decoded): string[] =>
  decoded.ok
    ? decoded.samples
        .map((s) => `${s.device}|${s.property}|${s.channel}|${s.value}|${s.unit}|${s.time?.toISOString()}`)
        .sort()
    : []
const numbers = (decoded: Decoded): number[] => [
  ...(decoded.ok ? decoded.samples.map(({ value }) => Number(value)) : []),
  ...(decoded.unmapped ?? []).map(({ value }) => Number(value)),
]

test('every profile has a message in its documented shape', () => {
  const formats = new Set(PROFILE_FIXTURES.map(({ format }) => format))
  const tested = ['openaq', 'telraam', 'opensensemap']
  expect(PROFILES.map(({ name }) => name).filter((name) => !formats.has(name) && !tested.includes(name))).toEqual([])
})

test.each(PROFILE_FIXTURES)('$format recognises $topic by itself', ({ format, topic, payload }) => {
  const decoded = read(topic, payload)
  if (!decoded.ok) throw new Error(`${decoded.reason}: ${decoded.detail}`)
  expect(new Set(decoded.samples.map(({ device }) => device.slice(0, device.indexOf('/'))))).toEqual(new Set([format]))
  expect(series(decoded)).toEqual(series(read(topic, payload, { source: { format } })))
})

test.each(PROFILES.flatMap(({ name, mappings }) => mappings.map((mapping, n) => [`${name} ${n}`, mapping] as const)))(
  'no two fields of %s share a series',
  (name, { fields = {} }) => {
    const found = new Map<string, string[]>()
    for (const [path, field] of Object.entries(fields)) {
      if (!field || field.channelPath !== undefined || path.includes('*')) continue
      const key = `${field.property} ${field.channel ?? ''}`
      found.set(key, [...(found.get(key) ?? []), path])
    }
    // one quantity whose name has its unit, of which a station sends one; names of one reading in different meters
    const alternatives = (paths: readonly string[]): boolean =>
      new Set(paths.map((path) => path.replace(/(_consumption)?_[^_]+$/, ''))).size === 1
    // the drivers of wmbusmeters have several names for one quantity: see the next test
    const spelled = (paths: readonly string[]): boolean =>
      /^wmbusmeters/.test(name) && paths.every((path) => /_/.test(path))
    expect([...found.values()].filter((paths) => paths.length > 1 && !alternatives(paths) && !spelled(paths))).toEqual(
      [],
    )
  },
)

test('several names of one quantity in one message of wmbusmeters do not share a series', () => {
  const mappings = PROFILES.find(({ name }) => name === 'wmbusmeters')?.mappings ?? []
  for (const { only, fields = {} } of mappings) {
    const meter = { media: only?.media ?? 'other', meter: 'x', id: '1', timestamp: '2026-05-31T11:37:00Z' }
    const names = Object.keys(fields)
    const decoded = read('x', { ...meter, ...Object.fromEntries(names.map((name, at) => [name, at + 1])) })
    const keys = decoded.ok ? decoded.samples.map((sample) => `${sample.property}|${sample.channel}`) : []
    expect(keys).toHaveLength(names.length)
    expect(new Set(keys).size).toBe(names.length)
  }
})

describe.each(parsed)('%s on %s', (format, topic, message) => {
  const send = (json: Json): Decoded => read(topic, json, { source: { format } })
  const whole = series(send(message))

  test('no two values of a message share a series', () => {
    const keys = whole.map((text) =>
      text
        .split('|')
        .filter((_, at) => at !== 3 && at !== 4)
        .join('|'),
    )
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('the order of keys does not matter', () => {
    const shuffled = (value: Json, random: () => number): Json => {
      if (Array.isArray(value)) return value.map((each) => shuffled(each, random))
      if (!isBranch(value)) return value
      const entries = Object.entries(value).map(([key, each]): [string, Json] => [key, shuffled(each, random)])
      return Object.fromEntries(
        entries
          .map((entry) => [random(), entry] as const)
          .sort(([a], [b]) => a - b)
          .map(([, entry]) => entry),
      )
    }
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (stream) => {
        const random = (): number => stream.next().value as number
        expect(series(send(shuffled(message, random)))).toEqual(whole)
      }),
      { seed: 15, numRuns: 50 },
    )
  })

  test('a value keeps its series when others are missing', () => {
    // what names the device, the time and the place is not left out
    const fixed =
      /^(id|serialno|timestamp|time|Time|ts|dateTime|last_reading_at|latitude|longitude|bn|bt|media|meter|model|DevEUI|EUI|cmd|DevEui|Timestamp|energy_import_kwh|generationtime_ms|usUnits|.*_units|timezone|utc_offset_seconds|connectorId|phase|measurand|unit|u|n|name|measurement|type)$/
    const thinned = (value: Json, drop: () => boolean): Json => {
      if (Array.isArray(value)) return value.map((each) => thinned(each, drop))
      if (!isBranch(value)) return value
      return Object.fromEntries(
        Object.entries(value).flatMap(([key, each]): [string, Json][] =>
          fixed.test(key) ? [[key, each]] : !isBranch(each) && drop() ? [] : [[key, thinned(each, drop)]],
        ),
      )
    }
    fc.assert(
      fc.property(fc.infiniteStream(fc.boolean()), (stream) => {
        const some = series(send(thinned(message, () => stream.next().value as boolean)))
        expect(some.filter((each) => !whole.includes(each))).toEqual([])
      }),
      { seed: 15, numRuns: 200 },
    )
  })

  test('a number that nobody knows is reported, wherever it is', () => {
    const places = objectsOf(message, format)
    if (places.length === 0) return
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.stringMatching(/^xq[a-z]{1,6}$/), (place, key) => {
        const strange = 918_273
        const sent = withKey(message, place, key, strange)
        expect(numbers(send(sent))).toContain(strange)
      }),
      { seed: 15, numRuns: 100 },
    )
  })
})

describe('a list of messages is the same as one after another', () => {
  const batched = parsed.filter(([format]) => /^(airgradient|smart-citizen|wmbusmeters|weewx|open-meteo)$/.test(format))
  test.each(batched)('%s', (format, topic, message) => {
    const send = (json: Json): Decoded => read(topic, json, { source: { format } })
    const other = JSON.parse(
      JSON.stringify(message).replace(/16549|ecda3b1eaaaf|33225544|"latitude":52.5|1780228680/, (id) =>
        id.replace(/\d(?=\D*$)/, '9'),
      ),
    )
    const expected = [...series(send(message)), ...series(send(other))].sort()
    expect(series(send([message, other]))).toEqual(expected)
    expect(series(send([other, message]))).toEqual(expected)
  })
})

/** Paths of the objects of a message in which a strange number has to be reported. */
function objectsOf(message: Json, format: string): string[] {
  const paths: string[] = []
  const visit = (value: Json, path: string): void => {
    if (!isBranch(value)) return
    if (!Array.isArray(value) && !excluded(path, format)) paths.push(path)
    for (const [key, each] of Object.entries(value)) visit(each as Json, path === '' ? key : `${path}.${key}`)
  }
  visit(message, '')
  return paths
}

/** Objects that have no measurements by the documentation of their format. */
const NOT_MEASURED: Readonly<Record<string, RegExp>> = {
  'smart-citizen': /location|measurement/,
  // only what the codec decoded is measured
  actility: /^(?!DevEUI_uplink\.payload)/,
  loriot: /^(?!decoded)/,
  'aws-lorawan': /^(?!transformed_payload)/,
  // a call has its payload as fourth element; a reading has one value
  ocpp: /^(?!3)/,
  // a record has one value: a pack with another field is tested with the format
  senml: /./,
  'open-meteo': /_units$/,
}
const excluded = (path: string, format: string): boolean => NOT_MEASURED[format]?.test(path) ?? false

function withKey(value: Json, path: string, key: string, number: number): Json {
  if (path === '') return { ...(value as object), [key]: number }
  const [first = '', ...rest] = path.split('.')
  const inner = withKey((value as Record<string, Json>)[first] as Json, rest.join('.'), key, number)
  if (Array.isArray(value)) return value.map((each, at) => (String(at) === first ? inner : (each as Json)))
  return { ...(value as object), [first]: inner }
}
