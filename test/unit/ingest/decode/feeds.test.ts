import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { describeShared } from '#test/shared.ts'
import { expectRead, expectRejected, type Row, read, rowOf } from './read.ts'

/** Read from the bytes with a reader written for that purpose alone: 25 vehicles, mean of their 25 speeds, header time. */
const CAPTURE = { fresh: 25, speed: 12.188889141, at: '2023-04-17T11:45:48.000Z' }
const topic = 'feeds/gbfs/velo'
const status = (stations: unknown[], last_updated: unknown = 1_780_228_790): unknown => ({
  last_updated,
  ttl: 60,
  data: { stations },
})

describe('GBFS', () => {
  test('version 3 writes RFC 3339 and vehicles; an id of another station of another system is another device', () => {
    const station = {
      station_id: 'a7',
      last_reported: '2026-05-31T13:58:00+02:00',
      num_vehicles_available: 4,
      num_docks_available: 0,
      is_installed: true,
      vehicle_types_available: [{ vehicle_type_id: 'ebike', count: 4 }],
    }
    const at = '2026-05-31T11:58:00.000Z'
    expectRead(read(topic, status([station], '2026-05-31T13:59:00+02:00')), 'gbfs/velo.a7', [
      ['bikes_available', '', 4, '', at],
      ['bikes_available', 'ebike', 4, '', at],
      ['docks_available', '', 0, '', at],
    ])
  })
  test('a station that is not installed (0 or false) has no bicycles to count, and is not one without any', () => {
    expectRejected(
      read(topic, status([{ station_id: 1, is_installed: 0, num_bikes_available: 0, last_reported: 1_780_228_790 }])),
      'no_measurement',
    )
  })
  test('a place that the poller has added is the place of the station', () => {
    const decoded = read(topic, status([{ station_id: 1, num_bikes_available: 2, lat: 41.4, lon: 2.18 }]))
    expect(decoded.ok && decoded.samples[0]).toMatchObject({ location: [2.18, 41.4], device: 'gbfs/velo.1' })
  })
  test('of vehicles that stand about only their number is read: no id, no place', () => {
    const bike = (bike_id: string, more: object): object => ({ bike_id, lat: 52.5, lon: 13.4, ...more })
    const payload = {
      last_updated: 1_780_228_790,
      data: {
        bikes: [
          bike('secret-1', { is_reserved: 0, is_disabled: 0, vehicle_type_id: 'b' }),
          bike('secret-2', { is_reserved: 1, is_disabled: 0 }),
          bike('secret-3', { is_reserved: false, is_disabled: true }),
          bike('secret-4', { is_reserved: false, is_disabled: false }),
        ],
      },
    }
    const decoded = read(topic, payload)
    const at = '2026-05-31T11:59:50.000Z'
    expectRead(decoded, 'gbfs/velo', [
      ['vehicles_available', '', 2, '', at],
      ['vehicles_available', 'b', 1, '', at],
    ])
    expect(JSON.stringify(decoded)).not.toMatch(/secret|52\.5|13\.4/)
  })
  test.each([
    ['x', 'not_json'],
    [[], 'wrong_shape'],
    [{ last_updated: 'today', data: { stations: [] } }, 'bad_time'],
    [{ last_updated: 1, data: {} }, 'wrong_shape'],
    [status([{ station_id: 1, name: 'x', lat: 1, lon: 2, capacity: 20 }]), 'no_measurement'],
    [status([{ num_bikes_available: 1 }]), 'wrong_shape'],
    [status([{ station_id: 1, num_bikes_available: 1, last_reported: 'soon' }]), 'bad_time'],
  ])('%j is rejected as %s', (payload, reason) =>
    expectRejected(read(topic, payload, { source: { format: 'gbfs' } }), reason),
  )
})

describe('GTFS-realtime', () => {
  const at = '2026-05-31T11:59:50.000Z'
  const vehicle = (route: string, speed: number | undefined, ago = 0): object => ({
    id: 'x',
    vehicle: {
      trip: { routeId: route },
      position: { latitude: 1, longitude: 2, speed },
      timestamp: String(1_780_228_790 - ago),
    },
  })
  const feed = (entity: object[], header: object = { timestamp: '1780228790' }): object => ({ header, entity })
  test('vehicles and mean speed, in total and by route; one without a position for an hour is not in service', () => {
    const decoded = read(
      'feeds/gtfs-realtime/bus',
      feed([vehicle('4', 10), vehicle('4', 20), vehicle('7', undefined), vehicle('7', 5, 3600)]),
    )
    expectRead(decoded, 'gtfs-realtime/bus', [
      ['vehicles_in_service', '', 3, '', at],
      ['speed', '', 15, 'm/s', at],
      ['vehicles_in_service', '4', 2, '', at],
      ['speed', '4', 15, 'm/s', at],
      ['vehicles_in_service', '7', 1, '', at],
    ])
    expect(decoded.ok && decoded.samples.every(({ location }) => location === undefined)).toBe(true)
  })
  test('without a time in the header that of the latest vehicle is used', () => {
    expectRead(read('feeds/gtfs-realtime/bus', feed([vehicle('', undefined)], {})), 'gtfs-realtime/bus', [
      ['vehicles_in_service', '', 1, '', at],
    ])
  })
  test.each([
    [feed([{ id: '1', tripUpdate: {} }]), 'no_measurement'],
    [Buffer.from([0x0a, 0x05, 0x0a, 0x03, 0x32, 0x2e, 0x30, 0x12, 0x7f, 0x0a]), 'wrong_shape'],
    ['x', 'wrong_shape'],
  ])('%j is rejected as %s', (payload, reason) =>
    expectRejected(read('feeds/gtfs-realtime/bus', payload, { source: { format: 'gtfs-realtime' } }), reason),
  )
})

describeShared('samples of pulled feeds', (path) => {
  const sample = (kind: string, name: string): Buffer => readFileSync(path('payloads', kind, name))
  const rowsOf = (decoded: ReturnType<typeof read>, device: string): Row[] =>
    decoded.ok ? decoded.samples.filter((s) => s.device === device).map(rowOf) : []
  test('gbfs v2.3_station_status', () => {
    const decoded = read('feeds/gbfs/spec', sample('gbfs', 'v2.3_station_status.json'))
    const first = '2021-01-05T17:02:05.000Z'
    expect(rowsOf(decoded, 'gbfs/spec.station1')).toEqual([
      ['bikes_available', '', 1, '{count}', first],
      ['bikes_available', 'abc123', 1, '{count}', first],
      ['bikes_available', 'def456', 0, '{count}', first],
      ['docks_available', '', 3, '{count}', first],
    ])
    const second = '2021-01-05T17:01:46.000Z'
    expect(rowsOf(decoded, 'gbfs/spec.station2')).toEqual([
      ['bikes_available', '', 6, '{count}', second],
      ['bikes_available', 'abc123', 2, '{count}', second],
      ['bikes_available', 'def456', 4, '{count}', second],
      ['docks_available', '', 8, '{count}', second],
    ])
  })
  test('gbfs barcelona: numeric ids, types as an object', () => {
    const decoded = read('feeds/gbfs/bicing', sample('gbfs', 'barcelona_bicing_station_status_excerpt.json'))
    const at = '2022-05-06T21:07:50.000Z'
    expect(decoded.ok && decoded.samples.length).toBe(6 * 4)
    expect(rowsOf(decoded, 'gbfs/bicing.1')).toEqual([
      ['bikes_available', '', 11, '{count}', at],
      ['bikes_available', 'mechanical', 6, '{count}', at],
      ['bikes_available', 'ebike', 5, '{count}', at],
      ['docks_available', '', 30, '{count}', at],
    ])
  })
  test('gbfs barcelona, the whole city', () => {
    const decoded = read(
      'feeds/gbfs/bicing',
      readFileSync(path('datasets', 'barcelona_bicing_gbfs', 'station_status.json')),
    )
    if (!decoded.ok) throw new Error(decoded.detail)
    expect(decoded.rejected).toEqual([])
    expect(new Set(decoded.samples.map(({ device }) => device)).size).toBeGreaterThan(480)
  })
  test.each(['v2.3_free_bike_status.json', 'v2.3_free_bike_status_carsharing.json'])(
    'gbfs %s: the other one is at station 86',
    (name) => {
      const at = '2021-12-30T17:59:23.000Z'
      expectRead(read('feeds/gbfs/spec', sample('gbfs', name)), 'gbfs/spec', [
        ['vehicles_available', '', 1, '', at],
        ['vehicles_available', 'abc123', 1, '', at],
      ])
    },
  )
  test('gtfs-realtime JSON: 18 vehicles, one stamped two months ahead; 220.277785 m/s over 17', () => {
    const decoded = read(
      'feeds/gtfs-realtime/kd',
      sample('gtfs-realtime', 'koleje_dolnoslaskie_vehicle_positions.json'),
    )
    const at = '2023-04-05T09:10:43.000Z'
    const rows = rowsOf(decoded, 'gtfs-realtime/kd')
    expect(rows[0]).toEqual(['vehicles_in_service', '', 17, '{count}', at])
    expect(rows[1]?.[2]).toBeCloseTo(220.277785 / 17, 5)
    expect(rows).toHaveLength(2)
  })
  test('gtfs-realtime protobuf, the capture and the fixture without any time', () => {
    const capture = read(
      'feeds/gtfs-realtime/kd',
      sample('gtfs-realtime', 'koleje_dolnoslaskie_vehicle_positions.pb.bin'),
    )
    expect(rowsOf(capture, 'gtfs-realtime/kd')[0]).toEqual([
      'vehicles_in_service',
      '',
      CAPTURE.fresh,
      '{count}',
      CAPTURE.at,
    ])
    expect(rowsOf(capture, 'gtfs-realtime/kd')[1]?.[2]).toBeCloseTo(CAPTURE.speed, 4)
    expectRead(read('feeds/gtfs-realtime/x', sample('gtfs-realtime', 'vehicle_position.pb.bin')), 'gtfs-realtime/x', [
      ['vehicles_in_service', '', 1, '', ''],
    ])
  })
  test('mds: -1 is withheld, not minus one; the offset has two digits and the time no seconds', () => {
    const decoded = read('feeds/mds/mds', sample('mds', 'metrics_activities_response.json'))
    if (!decoded.ok) throw new Error(decoded.detail)
    expect(decoded.samples).toHaveLength(14)
    expect(rowOf(decoded.samples[0] as never)).toEqual([
      'vehicles_available',
      'deployed.bicycle',
      456.12,
      '{count}',
      '2019-10-21T07:00:00.000Z',
    ])
    expect(decoded.rejected.filter(({ reason }) => reason === 'bad_value').map(({ field }) => field)).toEqual([
      'rows[4].trips.end_loc.count',
      'rows[11].trips.end_loc.count',
    ])
    expect(decoded.rejected.filter(({ reason }) => reason === 'unknown_property')).toHaveLength(12)
  })
})
