import { createIntl } from 'react-intl'
import { describe, expect, test } from 'vitest'
import en from '#dashboard/src/i18n/en.json' with { type: 'json' }
import { createFormatters } from '#dashboard/src/i18n/formatters.ts'
import type { LayerInput } from '#dashboard/src/map/layer-model/model.ts'
import { airModel } from '#dashboard/src/map/layers/air/air-layer.ts'
import { environmentModel } from '#dashboard/src/map/layers/environment/environment-layer.ts'

const i18n = createFormatters(createIntl({ locale: 'en', messages: en }), 'UTC')
const now = Date.parse('2026-11-25T12:00:00Z')
/** A Thing as it is after its first message, before anybody gave it a kind. */
const newcomer = {
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [2.17, 41.39] },
  properties: {
    ...{ id: 1, key: 'my-sensor', name: 'my-sensor', domain: 'air', kind: 'unknown', grade: 'unknown', zone: null },
    ...{ verified: false, simulated: false, expectedIntervalSeconds: null, attributes: {}, airIndex: null },
    datastreams: [{ id: 7, property: 'pm2_5', channel: '', unit: 'ug/m3', latest: null }],
  },
}
const input = {
  ...{ zones: { type: 'FeatureCollection', features: [] }, things: [newcomer], simulated: false, now, frame: null },
  latestOf: () => ({ time: now - 60_000, result: 9.3, quality: 1, reasons: [] }),
  ...{ noData: [1, 2, 3], i18n },
} as unknown as LayerInput

test('what a stranger publishes is on the map with its first value', () => {
  const { marks, rows } = airModel(input, 'pm2_5')
  expect(marks.points).toMatchObject([{ id: 'thing:my-sensor', trust: 'fresh', label: '9.3' }])
  expect(marks.points).toMatchObject([{ confirmed: false, colour: [1, 2, 3] }])
  expect(rows[0]?.cells['trust']?.text).toBe('not confirmed, up to date')
  expect(rows[0]?.cells['value']).toEqual({ text: '9.3', sort: 9.3 })
})

describe('a limit that stands for a value', () => {
  const shown = (latest: object) =>
    airModel(
      { ...input, latestOf: () => ({ time: now - 60_000, result: 1, quality: 1, reasons: [], ...latest }) } as never,
      'pm2_5',
    )

  test.each([
    ['below detection, now', { reasons: ['below_detection'] }, '<2'],
    ['above the range, now', { reasons: ['above_range'] }, '>1'],
    ['of all values of a frame of the past', { limit: { bound: 'below', limit: 2 } }, '<2'],
  ])('%s: on the mark, in the hint, the table and the legend', (_, latest, text) => {
    const { marks, rows, legend } = shown(latest)
    expect(marks.points).toMatchObject([{ label: text, hint: `${text} µg/m³` }])
    // nothing can be subtracted from it
    expect(rows[0]?.cells['value']).toEqual({ text, sort: 1, csv: text, atLeast: true })
    expect(legend.notes.join(' ')).toContain('One value is a detection limit (<) or the end of the range (>)')
  })

  test('of some values of a frame: the mean says how many', () => {
    const { marks, rows, legend } = shown({ censored: { n: 3, of: 6 } })
    expect(marks.points).toMatchObject([{ label: '1', hint: '1 µg/m³' }])
    expect(rows[0]?.cells['value']).toEqual({ text: '1 (3 of 6 are detection or range limits)', sort: 1 })
    expect(legend.notes.join(' ')).not.toContain('(<)')
  })
})

test('and hollow where an index is shown, with the reason, until it has the hours', () => {
  const { marks, legend } = airModel(input, 'us')
  expect(marks.points).toMatchObject([{ trust: 'none', label: '', hint: 'not enough hours of data for an index' }])
  expect(legend.facts).toContainEqual(['Based on', '0 of 0 stations'])
})

test('devices without a place are not on the map, and the legend says how many and where they are', () => {
  const placeless = { ...newcomer, geometry: null }
  const { marks, rows, legend } = airModel({ ...input, things: [newcomer, placeless, placeless] } as never, 'pm2_5')
  expect([marks.points.length, rows.length]).toEqual([1, 3])
  expect(legend.notes).toContain(
    '2 devices have no location and are in the table only. Locations are set in the registry.',
  )
  expect(airModel(input, 'pm2_5').legend.notes.join()).not.toContain('no location')
})

test('in another layer it is not: it measures something else', () => {
  expect(airModel(input, 'no2').marks.points).toEqual([])
})

describe('devices that registered themselves', () => {
  const station = (id: number, grade: string, simulated = true) => ({
    ...newcomer,
    properties: {
      ...newcomer.properties,
      ...{ id, key: `station-${id}`, kind: 'air_station', grade, verified: true, simulated },
    },
  })
  const among = (...things: readonly unknown[]) => ({ ...input, things }) as unknown as LayerInput

  test.each(['pm2_5', 'us'])('of %s are counted apart from confirmed ones, which lie above them', (measure) => {
    const { legend, marks } = airModel(among(station(2, 'reference'), newcomer, station(3, 'low_cost')), measure)
    expect(legend.unconfirmed).toBe(1)
    expect(legend.keys).toContain('unconfirmed')
    expect(legend.grades).toEqual({ reference: 1, indicative: 0, low_cost: 1, unknown: 0 })
    expect(legend.facts).toContainEqual(['Based on', measure === 'us' ? '0 of 2 stations' : '2 devices'])
    expect(legend.notes[0]).toContain('not confirmed')
    expect(marks.points.map(({ confirmed, shape }) => [confirmed, shape])).toEqual([
      [false, 'pentagon'],
      [true, 'square'],
      [true, 'diamond'],
    ])
  })

  test('are not mentioned where there are none', () => {
    const { legend } = airModel(among(station(2, 'indicative')), 'pm2_5')
    expect(legend.unconfirmed).toBe(0)
    expect(legend.notes.join()).not.toContain('not confirmed')
  })

  test('do not move the classes', () => {
    const temperature = (thing: typeof newcomer, value: number) => ({
      ...thing,
      properties: {
        ...thing.properties,
        datastreams: [{ id: value, property: 'temperature', channel: '', unit: 'Cel' }],
      },
    })
    const things = [temperature(station(2, 'reference'), 13.1), temperature(station(3, 'reference'), 13.8)]
    const latestOf = ({ id }: { id: number }) => ({ time: now, result: id, quality: 1, reasons: [] })
    const stepsOf = (all: readonly unknown[]) =>
      environmentModel({ ...among(...all), latestOf } as unknown as LayerInput, 'temperature')?.legend.steps
    expect(stepsOf([...things, temperature(newcomer, 49)])).toEqual(stepsOf(things))
  })

  test.each([
    [[true, true], 'simulated'],
    [[false, false], 'measured'],
    [[true, false], 'simulated and measured'],
  ])('of others the source is what they say: simulated %j is %s', ([a, b], source) => {
    const things = among(station(2, 'reference', a), station(3, 'reference', b), newcomer)
    expect(airModel(things, 'pm2_5').legend.facts).toContainEqual(['Source', source])
  })
})

test('where only unconfirmed devices measure, the source says so', () => {
  expect(airModel(input, 'pm2_5').legend.facts).toContainEqual(['Source', 'measured, not confirmed'])
})

describe('the surroundings', () => {
  type Value = { readonly result: number; readonly ageMinutes?: number; readonly quality?: number }
  const thing = (id: number, kind: string, interval: number | null, values: Record<string, Value>) => ({
    ...newcomer,
    properties: {
      ...newcomer.properties,
      ...{ id, key: `thing-${id}`, name: `Thing ${id}`, kind, expectedIntervalSeconds: interval, verified: true },
      datastreams: Object.entries(values).map(([property, { result, ageMinutes = 1, quality = 1 }]) => ({
        ...{ id: id * 10, property, channel: '', unit: 'Cel' },
        latest: { time: now - ageMinutes * 60_000, result, quality, reasons: [] },
      })),
    },
  })
  const among = (things: readonly unknown[], more: object = {}) =>
    ({ ...input, things, latestOf: ({ latest }: { latest: unknown }) => latest, ...more }) as unknown as LayerInput

  test('are shown by every Thing that measures them, of whatever kind, and by nothing else', () => {
    const { marks, rows } = environmentModel(
      among([
        thing(1, 'weather_station', 900, { temperature: { result: 12.34 } }),
        thing(2, 'air_station', 900, { temperature: { result: -3 } }),
        thing(3, 'sound_meter', 900, { sound_level: { result: 61.7 } }),
      ]),
      'temperature',
    ) ?? { marks: { points: [] }, rows: [] }
    expect(marks.points.map(({ id, label }) => [id, label])).toEqual([
      ['thing:thing-1', '12.3'],
      ['thing:thing-2', '−3.0'],
    ])
    expect(rows.map(({ cells }) => [cells['kind']?.text, cells['value']?.sort])).toEqual([
      ['Weather station', 12.34],
      ['Air station', -3],
    ])
  })

  test('say which of them are stale and which are suspect', () => {
    const layer = environmentModel(
      among([
        thing(1, 'sound_meter', 900, { sound_level: { result: 61.7 } }),
        thing(2, 'sound_meter', 900, { sound_level: { result: 50, ageMinutes: 46 } }),
        thing(3, 'sound_meter', 900, { sound_level: { result: 110, quality: 3 } }),
      ]),
      'sound_level',
    )
    expect(layer?.marks.points.map(({ trust }) => trust)).toEqual(['fresh', 'stale', 'suspect'])
    expect(layer?.legend).toMatchObject({ stale: 1, suspect: 1, none: 0 })
    expect(layer?.legend.facts).toContainEqual(['Based on', '3 devices'])
    expect(layer?.legend.notes[0]).toContain('2002/49/EC')
  })

  test('a suspect value does not stretch the classes', () => {
    const layer = environmentModel(
      among([
        thing(1, 'air_station', 900, { temperature: { result: 13.1 } }),
        thing(2, 'air_station', 900, { temperature: { result: 13.8 } }),
        thing(3, 'air_station', 900, { temperature: { result: 49, quality: 3 } }),
      ]),
      'temperature',
    )
    expect(layer?.legend.steps.map(({ label }) => label)).toEqual(['< 13.5', '≥ 13.5'])
  })

  test('what fell in a quarter of an hour is four times as much in an hour; without an interval there is no rate', () => {
    const layer = environmentModel(
      among([
        thing(1, 'weather_station', 900, { precipitation: { result: 0.8 } }),
        thing(2, 'rain_gauge', null, { precipitation: { result: 0.8 } }),
      ]),
      'precipitation',
    )
    expect(layer?.rows.map(({ cells }) => cells['value']?.sort)).toEqual([3.2, null])
    expect(layer?.marks.points[1]).toMatchObject({ trust: 'none', hint: 'no value' })
    expect(layer?.legend.steps[2]).toMatchObject({ label: 'Moderate', range: '2.5 to 10' })
    expect(layer?.columns.find(({ id }) => id === 'value')?.label).toBe('Precipitation (mm/h)')
  })

  test('in playback the classes are those of the whole window', () => {
    const frame = { from: now - 3_600_000, to: now, n: 4, samplesOf: () => [9, 14, 19] }
    const layer = environmentModel(
      among([thing(1, 'air_station', 900, { temperature: { result: 13.1 } })], { frame }),
      'temperature',
    )
    expect(layer?.legend.steps).toHaveLength(6)
    expect(layer?.legend.title).toBe('Air temperature, mean')
  })

  test.each(['water_level', 'water_volume', 'constructor'])(
    '%s: no layer, since nothing measures it or it is no measure',
    (by) => {
      expect(environmentModel(among([thing(1, 'water_meter', 900, { water_volume: { result: 5 } })]), by)).toBeNull()
    },
  )
})
