import protobuf from 'protobufjs/minimal.js'
import { describe, expect, test } from 'vitest'
import { gbfsParts } from '#ingest/feeds/parts.ts'
import { normalise } from '#ingest/observe/normalise.ts'
import { REASONS } from '#model/observation/quality.ts'
import { expectRead, expectRejected, read, receivedAt } from '../unit/ingest/decode/read.ts'

/** 2026-05-31T11:59:50Z */
const NOW = 1_780_228_790
const at = '2026-05-31T11:59:50.000Z'

describe('GTFS-realtime: vehicles in service', () => {
  const topic = 'feeds/gtfs-realtime/bus'
  const vehicle = (id: string, route: string, timestamp: number, more: object = {}) => ({
    ...{ id: `${id}-${route}`, ...more },
    vehicle: { vehicle: { id }, trip: { routeId: route }, position: { speed: 8 }, timestamp },
  })
  const feed = (entity: object[], timestamp: number = NOW, header: object = {}) => ({
    header: { gtfsRealtimeVersion: '2.0', timestamp: String(timestamp), ...header },
    entity,
  })
  const inService = (channel: string, n: number) => ['vehicles_in_service', channel, n, '', at] as const

  // MobilityData/gtfs-realtime-validator#254: E052, vehicle.id not unique
  test('one vehicle in two entities is one, on the route of its newest position', () => {
    const entities = [vehicle('bus-1', '4', NOW - 60), vehicle('bus-1', '7', NOW - 5), vehicle('bus-2', '4', NOW)]
    const expected = [inService('', 2), inService('4', 1), inService('7', 1)]
    const speeds = ['', '4', '7'].map((channel) => ['speed', channel, 8, 'm/s', at] as const)
    for (const order of [entities, entities.toReversed()])
      expectRead(read(topic, feed(order)), 'gtfs-realtime/bus', [...expected, ...speeds] as never)
  })

  // MobilityData/gtfs-realtime-validator#363: times in milliseconds (E001: not in POSIX time)
  test.each([
    ['both in milliseconds', NOW * 1000, NOW * 1000],
    ['the vehicle in milliseconds, the header in seconds', NOW, NOW * 1000],
    ['the header in milliseconds, the vehicle in seconds', NOW * 1000, NOW],
  ])('%s: the same count as in seconds', (_, header, position) => {
    const decoded = read(topic, feed([vehicle('a', '4', position), vehicle('b', '4', position - 0)], header))
    expect(decoded.ok && decoded.samples[0]).toMatchObject({ channel: '', value: 2, time: new Date(NOW * 1000) })
  })
  test('vehicles that are all ahead of the time of the feed are a clock that is wrong, not none', () => {
    expectRejected(read(topic, feed([vehicle('a', '4', NOW + 7200)])), 'bad_time', '1 vehicles by more than 15 minutes')
  })

  test('an empty feed at night: none in service', () => {
    expectRead(read(topic, feed([])), 'gtfs-realtime/bus', [['vehicles_in_service', '', 0, '', at]])
    const deleted = [{ ...vehicle('a', '4', NOW), isDeleted: true }]
    expectRead(read(topic, feed(deleted)), 'gtfs-realtime/bus', [['vehicles_in_service', '', 0, '', at]])
    expectRead(read(topic, protobufFeed(NOW, [])), 'gtfs-realtime/bus', [['vehicles_in_service', '', 0, '', at]])
  })
  test('an empty feed of alerts or of trip updates, and a differential one, say nothing of vehicles', () => {
    expectRejected(read('feeds/gtfs-realtime/bus-alerts', feed([])), 'no_measurement')
    expectRejected(read('feeds/gtfs-realtime/TripUpdates', feed([])), 'no_measurement')
    expectRejected(read(topic, feed([], NOW, { incrementality: 'DIFFERENTIAL' })), 'unsupported_version')
  })
  test('as protobuf: the same id twice, milliseconds, and is_deleted after the vehicle', () => {
    const bytes = protobufFeed(NOW * 1000, [
      { id: 'bus-1', timestamp: NOW * 1000 },
      { id: 'bus-1', timestamp: NOW * 1000 },
      { id: 'bus-2', timestamp: NOW },
      { id: 'bus-3', timestamp: NOW, deleted: true },
    ])
    expectRead(read(topic, bytes), 'gtfs-realtime/bus', [['vehicles_in_service', '', 2, '', at]])
  })
})

type Bus = { id: string; timestamp: number; deleted?: boolean }
/** As gtfs-realtime.proto numbers the fields; written by hand for this test alone. */
function protobufFeed(timestamp: number, buses: readonly Bus[]): Uint8Array {
  const writer = protobuf.Writer.create()
  writer.uint32(10).fork().uint32(10).string('2.0').uint32(24).uint64(timestamp).ldelim()
  for (const { id, timestamp: seen, deleted } of buses) {
    writer.uint32(18).fork().uint32(10).string('entity')
    writer.uint32(34).fork().uint32(40).uint64(seen).uint32(66).fork().uint32(10).string(id).ldelim().ldelim()
    if (deleted) writer.uint32(16).bool(true)
    writer.ldelim()
  }
  return writer.finish()
}

describe('GBFS', () => {
  const topic = 'feeds/gbfs/velo'
  const bike = (bike_id: string, more: object = {}) => ({ bike_id, is_reserved: false, is_disabled: false, ...more })
  const document = { last_updated: NOW, ttl: 60, version: '2.3' }
  /** As it is published by somebody, and as the poller publishes it. */
  const both = (data: object) => [{ ...document, data }, ...gbfsParts({ ...document, data })]

  // MobilityData/gbfs#535
  test('a vehicle that is listed twice counts once', () => {
    for (const payload of both({ bikes: [bike('a'), bike('b'), bike('a')] }))
      expectRead(read(topic, payload), 'gbfs/velo', [['vehicles_available', '', 2, '', at]])
    const vehicles = [{ vehicle_id: 'a' }, { vehicle_id: 'a' }, { vehicle_id: 'b' }]
    for (const payload of both({ vehicles }))
      expectRead(read(topic, payload), 'gbfs/velo', [['vehicles_available', '', 2, '', at]])
  })
  // gbfs.md v2.3: station_id is there "if the vehicle is currently at a station"; OpenTripPlanner#3468
  test('a vehicle that is docked counts at its station and not as one that stands about', () => {
    for (const payload of both({ bikes: [bike('a'), bike('b', { station_id: '86' }), bike('c', { station_id: '' })] }))
      expectRead(read(topic, payload), 'gbfs/velo', [['vehicles_available', '', 2, '', at]])
  })
  test('nothing to tell them by is left in what the poller publishes', () => {
    const published = JSON.stringify(
      gbfsParts({ ...document, data: { bikes: [bike('a', { lat: 1, station_id: null })] } }),
    )
    expect(published).not.toMatch(/bike_id|"lat"|station_id/)
  })
  test('a type that is listed twice at a station has all of its bicycles', () => {
    const types = [
      { vehicle_type_id: 'e', count: 6 },
      { vehicle_type_id: 'm', count: 1 },
      { vehicle_type_id: 'e', count: 4 },
    ]
    const station = {
      ...{ station_id: '7', last_reported: NOW, num_bikes_available: 11 },
      vehicle_types_available: types,
    }
    for (const payload of both({ stations: [station] }))
      expectRead(read(topic, payload), 'gbfs/velo.7', [
        ['bikes_available', '', 11, '', at],
        ['bikes_available', 'e', 10, '', at],
        ['bikes_available', 'm', 1, '', at],
      ])
  })
  test('a station that is listed twice is as it was reported last', () => {
    const station = (num_bikes_available: number, last_reported: number) => ({
      ...{ station_id: 7, num_bikes_available, last_reported },
    })
    for (const payload of both({ stations: [station(3, NOW), station(9, NOW - 600)] }))
      expectRead(read(topic, payload), 'gbfs/velo.7', [['bikes_available', '', 3, '', at]])
  })
})

describe('PurpleAir: two lasers, one station', () => {
  const local = (more: object) => ({ SensorId: 'aa:bb', DateTime: '2026/05/31T11:59:50z', ...more })
  const api = (sensor: object) => ({
    ...{ api_version: 'V1.2.0', sensor: { sensor_index: 7, last_seen: NOW, ...sensor } },
  })
  /** Value, QARTOD flag and whether its reason is that the lasers disagree, of PM2.5 without a channel. */
  function station(payload: unknown): [result: number, quality: number, disagree: boolean] | undefined {
    const decoded = read('purpleair/home', payload)
    if (!decoded.ok) throw new Error(decoded.detail)
    const { samples } = normalise(decoded.samples, { receivedAt, source: { name: 'test', topic: '#' } })
    const found = samples.find(({ property, channel }) => property === 'pm2_5' && channel === '')
    return found && [found.result, found.quality, (found.reasons & REASONS.channels_disagree) !== 0]
  }
  const pair = (a: number, b: number, more: object = {}) => ({ 'pm2.5_atm_a': a, 'pm2.5_atm_b': b, ...more })

  // The limits are those of Barkjohn, Gantt and Clements (2021), section 3.2.3: 5 ug/m3 and 61 %.
  const cases: [why: string, payload: unknown, expected: [number, number, boolean]][] = [
    ['local JSON, both agree', local({ pm2_5_atm: 10, pm2_5_atm_b: 12 }), [11, 1, false]],
    ['web API, both agree: the same number', api(pair(10, 12)), [11, 1, false]],
    ['one laser alone (PA-I)', local({ pm2_5_atm: 15 }), [15, 1, false]],
    ['a second one that sends null', local({ pm2_5_atm: 15, pm2_5_atm_b: null }), [15, 1, false]],
    ['4.9 apart', api(pair(0.1, 5)), [2.55, 1, false]],
    ['60 % apart', api(pair(35, 65)), [50, 1, false]],
    ['5 and 61 % apart', api(pair(34.75, 65.25)), [50, 3, true]],
    ['A sends a code for no value: B alone', local({ pm2_5_atm: -1, pm2_5_atm_b: 10 }), [10, 1, false]],
    ['B sends no number: A alone', api(pair(10, 'nan' as never)), [10, 1, false]],
    ['both as text, one with a decimal comma', local({ pm2_5_atm: '7,5', pm2_5_atm_b: '7.7' }), [7.6, 1, false]],
    ['far apart, as text', local({ pm2_5_atm: '7,5', pm2_5_atm_b: '300.5' }), [154, 3, true]],
    ['A is dead: the mean is not believed', local({ pm2_5_atm: 0, pm2_5_atm_b: 30 }), [15, 3, true]],
    [
      'A counts no particle at all: B alone',
      local({ pm2_5_atm: 0, pm2_5_atm_b: 4, p_0_3_um: 0, p_0_3_um_b: 812.4 }),
      [4, 1, false],
    ],
    ['A is downgraded: B alone', api(pair(0, 30, { channel_flags: 1, confidence: 0 })), [30, 1, false]],
    ['B is downgraded: A alone', api(pair(8, 300, { channel_flags: 2 })), [8, 1, false]],
    ['both are downgraded', api(pair(8, 9, { channel_flags: 3 })), [8.5, 3, true]],
    ['the mean alone, with a confidence of 40', api({ 'pm2.5_atm': 15, confidence: 40 }), [15, 3, true]],
    ['the mean alone, with a confidence of 100', api({ 'pm2.5_atm': 15, confidence: 100 }), [15, 1, false]],
    [
      'the mean alone, of the laser that is left',
      api({ 'pm2.5_atm': 30, channel_flags: 1, confidence: 0 }),
      [30, 1, false],
    ],
  ]
  test.each(cases)('%s', (_, payload, expected) => {
    const found = station(payload)
    expect(found?.[0]).toBeCloseTo(expected[0], 9)
    expect(found?.slice(1)).toEqual(expected.slice(1))
  })
})
