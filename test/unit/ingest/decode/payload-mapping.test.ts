/** `format: json`: what the examples of docs/payloads.md do not show. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Decoded } from '#ingest/decode/helpers/types.ts'
import { type PayloadMappingInput, payloadMappingSchema } from '#model/city/payload-mapping.ts'
import { appendKey, parsePayloadPath } from '#model/text/payload-path.ts'
import { expectRead, expectRejected, type Options, read } from './read.ts'

const base: PayloadMappingInput = { device: { path: 'id' }, fields: { t: { property: 'temperature' } } }
const send = (mapping: Partial<PayloadMappingInput>, payload: unknown, options: Options = {}, topic = 'a/b'): Decoded =>
  read(topic, payload, {
    ...options,
    source: { name: 's', format: 'json', json: payloadMappingSchema.parse({ ...base, ...mapping }), ...options.source },
  })
const unmapped = (decoded: Decoded): string[] => (decoded.unmapped ?? []).map(({ field }) => field)
const times = (decoded: Decoded): (string | undefined)[] =>
  decoded.ok ? decoded.samples.map(({ time }) => time?.toISOString()) : [decoded.reason]

describe('what a mapping does not mention', () => {
  test('every other number is reported with the path that maps it', () => {
    const decoded = send({}, { id: 'x', t: 1, u: 2, list: [3, { v: 4 }], 'a.b': 5, text: 'six' })
    expectRead(
      decoded,
      'json/s.x',
      [['temperature', '', 1, 'Cel', '']],
      ['u', 'list[0]', 'list[1].v', '["a.b"]'].map((path) => `${path} unknown_property`),
    )
    expect(unmapped(decoded)).toEqual(['u', 'list[0]', 'list[1].v', '["a.b"]'])
  })

  test('null says that a number is none, with all that is below it', () => {
    expect(
      unmapped(send({ fields: { ...base.fields, u: null, list: null } }, { id: 'x', t: 1, u: 2, list: [3] })),
    ).toEqual([])
  })

  test('in a list the path is that in the record, under the device of the record', () => {
    const decoded = send(
      { records: 'all' },
      {
        all: [
          { id: 'x', t: 1 },
          { id: 'y', t: 2, u: 3 },
        ],
        n: 4,
      },
    )
    expect(decoded.unmapped).toMatchObject([
      { field: 'u', device: 'json/s.y' },
      { field: 'n', device: 'json/s.x' },
    ])
  })

  test('every number of any message is mapped, ignored or reported', () => {
    const key = fc.constantFrom('t', 'u', 'id', 'a.b', 'x')
    const json = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.integer({ min: 0, max: 60 }),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(key, tie('any'), { maxKeys: 4 }),
      ),
    })).any
    const count = (value: unknown): number =>
      typeof value === 'number'
        ? 1
        : typeof value === 'object' && value !== null
          ? Object.values(value).reduce<number>((sum, each) => sum + count(each), 0)
          : 0
    fc.assert(
      fc.property(fc.dictionary(key, json, { maxKeys: 5 }), (body) => {
        const message = { ...body, id: 'x', t: 1 }
        const decoded = send({}, message)
        expect((decoded.ok ? decoded.samples.length : 0) + (decoded.unmapped ?? []).length).toBe(count(message))
      }),
      { seed: 15, numRuns: 500 },
    )
  })
})

describe('times', () => {
  const local = (repeatedHour?: 'first' | 'second' | 'arrival') => ({
    time: { path: 'at', format: 'dd.MM.yyyy HH:mm', timeZone: 'Europe/Berlin', ...(repeatedHour && { repeatedHour }) },
  })
  // On 25 October 2026 clocks go back from 3:00 (UTC+2) to 2:00 (UTC+1): 2:30 is 0:30 and 1:30 UTC
  test.each([
    ['first', '2026-10-25T05:00:00Z', '2026-10-25T00:30:00.000Z'],
    ['second', '2026-10-25T05:00:00Z', '2026-10-25T01:30:00.000Z'],
    ['arrival', '2026-10-25T00:31:00Z', '2026-10-25T00:30:00.000Z'],
    ['arrival', '2026-10-25T01:31:00Z', '2026-10-25T01:30:00.000Z'],
  ] as const)('an hour that occurs twice: %s, arrived %s', (rule, arrived, expected) => {
    const options = { receivedAt: new Date(arrived) }
    expect(times(send(local(rule), { id: 'x', t: 1, at: '25.10.2026 02:30' }, options))).toEqual([expected])
    const iso = { time: { path: 'at', timeZone: 'Europe/Berlin', repeatedHour: rule } }
    expect(times(send(iso, { id: 'x', t: 1, at: '2026-10-25T02:30' }, options))).toEqual([expected])
  })
  test.each([
    ['30.06.2026 02:30', '2026-06-30T00:30:00.000Z'],
    // does not exist: the clock goes from 2:00 to 3:00
    ['29.03.2026 02:30', '2026-03-29T01:30:00.000Z'],
  ])('%s', (at, expected) => {
    for (const rule of ['first', 'second', 'arrival'] as const)
      expect(times(send(local(rule), { id: 'x', t: 1, at }))).toEqual([expected])
  })
  test('date and time in two fields', () => {
    const time = { path: ['d', 'h'], format: 'yyyy-MM-dd HH:mm', timeZone: 'UTC' }
    expect(times(send({ time }, { id: 'x', t: 1, d: '2026-05-31', h: '11:58' }))).toEqual(['2026-05-31T11:58:00.000Z'])
  })
  test.each([1_780_228_680, 1_780_228_680_000, '1780228680', 1.78022868e9])('unix %s', (at) => {
    expect(times(send({ time: { path: 'at', format: 'unix' } }, { id: 'x', t: 1, at }))).toEqual([
      '2026-05-31T11:58:00.000Z',
    ])
  })
  test('a missing or unreadable time is never replaced by another', () => {
    expectRejected(send(local(), { id: 'x', t: 1 }), 'bad_time', 'no time at at')
    expectRejected(send(local(), { id: 'x', t: 1, at: 'noon' }), 'bad_time', 'dd.MM.yyyy HH:mm')
    expect(times(send({ time: { path: 'at', optional: true } }, { id: 'x', t: 1 }))).toEqual([undefined])
    expectRejected(send({ time: { path: 'at', optional: true } }, { id: 'x', t: 1, at: 'noon' }), 'bad_time')
  })
})

describe('places, devices, values', () => {
  test.each<[location: PayloadMappingInput['location'], place: unknown]>([
    [
      { lon: 'p.x', lat: 'p.y' },
      { x: 13.4, y: '52.5' },
    ],
    [{ path: 'p', order: 'lon,lat' }, [13.4, 52.5]],
    [{ path: 'p', order: 'lat,lon' }, '52.5, 13.4'],
    [
      { path: 'p', order: 'lat,lon' },
      { type: 'Point', coordinates: [13.4, 52.5] },
    ],
  ])('%j', (location, p) => {
    const decoded = send({ location }, { id: 'x', t: 1, p })
    expect(decoded.ok && decoded.samples[0]?.location).toEqual([13.4, 52.5])
    expect(unmapped(decoded)).toEqual([])
  })
  test('a device of several parts', () => {
    const device = [{ level: 1 }, { path: 'id' }, { name: 'n' }]
    expectRead(send({ device }, { id: 7, t: 1 }), 'json/s.a.7.n', [['temperature', '', 1, 'Cel', '']])
  })
  test('a message without its device is rejected', () => {
    expectRejected(send({}, { t: 1 }), 'wrong_shape', 'names no device')
    expectRejected(send({ device: { level: 5 } }, { t: 1 }), 'wrong_topic', 'no level 5')
  })
  test('scale and offset, also of text and limits; other text is rejected as it is', () => {
    const fields = { t: { property: 'temperature', scale: 0.1, offset: -40 } }
    const value = (t: unknown): unknown => {
      const decoded = send({ fields }, { id: 'x', t })
      return decoded.ok ? decoded.samples[0]?.value : decoded.reason
    }
    expect([620, '620', '<620', 'warm', true].map(value)).toEqual([22, 22, '<22', 'warm', 1])
    expect([null, '', 'n/a'].map((t) => send({ missing: ['n/a'] }, { id: 'x', t }).ok)).toEqual([false, false, false])
  })
  test('a negative scale turns a limit round: at most 5 becomes at least -5', () => {
    const fields = { t: { property: 'active_power', scale: -1 } }
    const decoded = ['<5', '>5', 5].map((t) => send({ fields }, { id: 'x', t }))
    expect(decoded.map((one) => one.ok && one.samples[0]?.value)).toEqual(['>-5', '<-5', -5])
  })
  test('channels of wildcards are the same whatever else is there', () => {
    const fields = { 'c.*.t': { property: 'temperature' } }
    const channels = (c: object): string[] => {
      const decoded = send({ fields }, { id: 'x', c })
      return decoded.ok ? decoded.samples.map(({ channel }) => channel) : []
    }
    expect(channels({ a: { t: 1 }, b: { t: 2 } })).toEqual(['a', 'b'])
    expect(channels({ b: { t: 2 } })).toEqual(['b'])
  })
  test.each([
    ['csv', 'a;b\n', 'wrong_shape'],
    ['ndjson', '{"id":"x","t":1}\nno', 'not_json'],
    ['influx', 'weather', 'wrong_shape'],
    ['json', 'no', 'not_json'],
  ] as const)('%s %j is rejected as %s', (encoding, payload, reason) =>
    expectRejected(send({ encoding }, payload), reason),
  )

  test('InfluxDB: escapes, types, text', () => {
    const line = String.raw`my\ place,tag\,one=a\ b t=1i,s="x, y=z",ok=t,u=2.5e1 1780228680000000000`
    const decoded = send(
      {
        encoding: 'influx',
        device: [{ path: 'measurement' }, { path: 'tags["tag,one"]' }],
        fields: { 'fields.t': { property: 'temperature' }, 'fields.ok': { property: 'online' } },
      },
      line,
    )
    expect(unmapped(decoded)).toEqual(['fields.u', 'time'])
    expect(decoded.ok && decoded.samples.map(({ device, property, value }) => [device, property, value])).toEqual([
      ['json/s.my place.a b', 'temperature', 1],
      ['json/s.my place.a b', 'online', 1],
    ])
  })
})

describe('a mistake in the mapping is named, with what is valid', () => {
  const problem = (mapping: object): string => {
    const read = payloadMappingSchema.safeParse({ ...base, ...mapping })
    return read.success ? '' : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n')
  }
  test.each<[mapping: object, text: string]>([
    [
      { fields: { t: { property: 'temprature' } } },
      'fields.t.property: "temprature" is not an observed property; did you mean "temperature"?',
    ],
    [{ fields: { t: { property: 'no2', unit: 'ug/m4' } } }, 'did you mean "ug/m3"?'],
    [{ fields: { t: { property: 'no2', unit: 'V' } } }, '"V" does not convert to ug/m3'],
    [{ fields: { 't[': { property: 'no2' } } }, 'cannot be read at "["'],
    [{ fields: {} }, 'maps no field'],
    [{ time: { path: 'at', timeZone: 'Europe/Berlinn' } }, 'is not an IANA time zone'],
    [{ time: { path: 'at', format: 'HH:mm' } }, 'needs a year, a month and a day'],
    [{ device: { lvl: 2 } }, 'valid are { "level": 2 }'],
    [{ encoding: 'yaml' }, 'valid are json, ndjson, csv, influx, value, form, xml'],
    [{ location: { path: 'p' } }, '"lon,lat" or "lat,lon"'],
    [{ extra: 1 }, 'extra'],
  ])('%j', (mapping, text) => expect(problem(mapping)).toContain(text))
})

test('any key can be written in a path and is read back', () => {
  const key = fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.integer({ min: 0, max: 999 }))
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 5 }), (keys) => {
      const text = keys.reduce<string>((path, each) => appendKey(path, each), '')
      fc.pre(!text.startsWith('$'))
      const read = parsePayloadPath(text)
      expect(
        'steps' in read && read.steps.map((step) => ('key' in step ? step.key : 'index' in step ? step.index : '*')),
      ).toEqual(keys)
    }),
    { seed: 15 },
  )
})
