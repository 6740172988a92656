/** A live batch changes a few Things: only their marks are made again, and what is shown is what a model without memory shows. */
import fc from 'fast-check'
import { createIntl } from 'react-intl'
import { describe, expect, test } from 'vitest'
import en from '#dashboard/src/i18n/en.json' with { type: 'json' }
import { createFormatters } from '#dashboard/src/i18n/formatters.ts'
import type { Latest } from '#dashboard/src/live/latest.ts'
import { arrange, createLevelCheck } from '#dashboard/src/map/canvas/arrange.ts'
import { createKept } from '#dashboard/src/map/layer-model/kept.ts'
import type { LayerInput, PointMark } from '#dashboard/src/map/layer-model/model.ts'
import { LAYERS } from '#dashboard/src/map/layers/index.ts'
import { attributesOf, createPointAttributes } from '#dashboard/src/map/marks/point-attributes.ts'
import type { ThingFeature } from '#model/api/city.ts'

const SEED = 1318
const i18n = createFormatters(createIntl({ locale: 'en', messages: en }), 'UTC')
const START = Date.parse('2026-11-25T12:00:00Z')
const INTERVAL_S = 60

/** What a kind measures; a Thing of each is confirmed, unconfirmed, without a place, and one that says when it is offline. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  air_station: ['pm2_5', 'no2', 'temperature'],
  unknown: ['pm2_5', 'active_power', 'noise_level'],
  noise_meter: ['sound_level', 'temperature'],
  weather_station: ['temperature', 'precipitation', 'wind_speed'],
  feeder: ['active_power'],
  solar_plant: ['active_power'],
  traffic_counter: ['vehicle_count'],
  bike_counter: ['bicycle_count'],
  bike_dock: ['bikes_available'],
  street_segment: ['travel_time'],
  wifi_hotspot: ['clients'],
  mast: ['online'],
}
const GRADES = ['reference', 'indicative', 'low_cost', 'unknown']

let lastId = 0
const thing = (kind: string, index: number): ThingFeature => {
  const properties = KINDS[kind] ?? []
  const street = {
    type: 'LineString',
    coordinates: [
      [2, 41],
      [2.1, 41.1],
      [2.2, 41],
    ],
  } // prettier-ignore
  const point = { type: 'Point', coordinates: [2 + index / 100, 41 + index / 200] }
  const key = `${kind}/${index}`
  return {
    ...{ type: 'Feature', id: key },
    geometry: index === 2 ? null : kind === 'street_segment' ? street : point,
    properties: {
      ...{
        id: index,
        key,
        name: key,
        domain: 'air',
        kind,
        grade: GRADES[index % 4],
        zone: null,
        verified: index !== 1,
      },
      ...{ simulated: index % 2 === 0, expectedIntervalSeconds: INTERVAL_S, offlineSince: null },
      attributes: { capacity: 10 + index, freeFlowTravelTimeS: 30 },
      datastreams: [...properties, ...(index === 3 ? ['online'] : [])].map((property) => {
        lastId += 1
        const latest =
          index === 4 ? null : { time: new Date(START).toISOString(), result: lastId, quality: 1, reasons: [] }
        return { id: lastId, property, channel: '', unit: 'ug/m3', latest }
      }),
      airIndex:
        kind === 'air_station' && index !== 3 ? { us: index === 5 ? null : airIndex, european: airIndex } : null,
    },
  } as unknown as ThingFeature
}
const airIndex = { value: 3, category: 'moderate', pollutant: 'no2', atLeast: false, pollutants: [] }
const things = Object.keys(KINDS).flatMap((kind) => Array.from({ length: 6 }, (_, index) => thing(kind, index)))

const fetched = new Map<number, Latest>(
  things.flatMap(({ properties }) =>
    properties.datastreams.flatMap(({ id, latest }) =>
      latest ? [[id, { ...latest, time: Date.parse(latest.time) }] as const] : [],
    ),
  ),
)

const value = fc.record({
  datastream: fc.integer({ min: 1, max: lastId }),
  result: fc.oneof(fc.double({ min: -20, max: 400, noNaN: true }), fc.constantFrom(0, 1)),
  quality: fc.constantFrom(1, 2, 3, 4) as fc.Arbitrary<Latest['quality']>,
  reasons: fc.constantFrom<readonly string[]>([], ['spike'], ['below_detection'], ['retained_state']),
})
const batches = fc.array(
  fc.record({
    values: fc.array(value, { maxLength: 8 }),
    /** values grow old with the clock of the page, which ticks every few seconds */
    passedS: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: INTERVAL_S * 2 })),
    /** a version that was not drawn */
    isMissed: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
)

const measures = LAYERS.flatMap((layer) =>
  layer.measures.map((measure) => [`${layer.id} by ${measure}`, layer, measure] as const),
)

describe.each(measures)('%s', (_, layer, measure) => {
  const choice = { measure, period: '2026', survey: null, answer: null, among: null, a: null, b: null }

  test('shows what a model without memory shows', () => {
    fc.assert(
      fc.property(batches, (drawn) => {
        const live = new Map<number, Latest>(fetched)
        const kept = createKept()
        let [now, clock, version] = [START, 0, 0]
        for (const { values, passedS, isMissed } of drawn) {
          now += passedS * 1000
          if (passedS > 0) clock += 1
          for (const { datastream, ...rest } of values) live.set(datastream, { time: now, ...rest })
          version += 1
          if (isMissed) continue
          const input = {
            ...{ zones: { type: 'FeatureCollection', features: [] }, things, simulated: true, frame: null },
            ...{ now, noData: [1, 2, 3], i18n, latestOf: ({ id }: { id: number }) => live.get(id) ?? null },
          } as unknown as LayerInput
          const changes = { version, clock, datastreams: values.map(({ datastream }) => datastream) }
          const model = layer.model({ ...input, kept, changes }, choice, () => undefined)
          expect(shown(model)).toEqual(shown(layer.model(input, choice, () => undefined)))
        }
      }),
      { seed: SEED, numRuns: 25 },
    )
  })
})

const shown = (model: object | null): unknown => JSON.parse(JSON.stringify(model))

describe('of many points', () => {
  const theme = { ring: [1, 1, 1], surface: [250, 250, 250], suspect: [200, 0, 0], mast: [0, 0, 0] } as const
  const mark = fc.record({
    colour: fc.constantFrom([10, 20, 30] as const, [40, 50, 60] as const),
    trust: fc.constantFrom('fresh', 'stale', 'suspect', 'none'),
    confirmed: fc.constantFrom(true, true, true, false),
    shape: fc.constantFrom('dot', 'dot', 'dot', 'square'),
  }) as fc.Arbitrary<Pick<PointMark, 'colour' | 'trust' | 'confirmed' | 'shape'>>
  const point = (index: number, looks: Pick<PointMark, 'colour' | 'trust' | 'confirmed' | 'shape'>): PointMark => ({
    ...{ id: `p${index}`, name: '', position: [index, 0], radius: 10, label: '', hint: '' },
    ...looks,
  })
  const steps = fc.array(fc.array(fc.tuple(fc.nat({ max: 4 }), mark), { maxLength: 3 }), { maxLength: 6 })

  test('typed arrays and order are those of the marks; what was given out stays as it is', () => {
    fc.assert(
      fc.property(fc.array(mark, { minLength: 5, maxLength: 5 }), steps, (first, changes) => {
        const toAttributes = createPointAttributes()
        const isOneLevel = createLevelCheck()
        let marks = first.map((looks, index) => point(index, looks))
        for (const change of [[], ...changes]) {
          const before = toAttributes(marks, 1, theme)
          const copies = structuredClone(before)
          marks = marks.slice()
          for (const [index, looks] of change) marks[index] = point(index, looks)
          const after = toAttributes(marks, 1, theme)
          expect(after).toEqual(attributesOf(marks, 1, theme))
          expect(before).toEqual(copies)
          expect(after.positions).toBe(before.positions)
          if (change.length === 0) expect(after.fills).toBe(before.fills)
          expect(arrange(marks, null, 14, isOneLevel).points).toEqual(arrange(marks, null, 14).points)
        }
      }),
      { seed: SEED, numRuns: 200 },
    )
  })
})

test('the marks of Things that nobody heard of are the same objects', () => {
  const [air] = LAYERS
  const choice = { measure: 'pm2_5', period: '2026', survey: null, answer: null, among: null, a: null, b: null }
  const live = new Map(fetched)
  const kept = createKept()
  const modelAt = (version: number, datastreams: readonly number[]) => {
    const input = {
      ...{ zones: { type: 'FeatureCollection', features: [] }, things, simulated: true, frame: null, kept },
      ...{ now: START, noData: [1, 2, 3], i18n, latestOf: ({ id }: { id: number }) => live.get(id) ?? null },
      changes: { version, clock: 0, datastreams },
    } as unknown as LayerInput
    return air.model(input, choice)
  }
  const before = modelAt(0, [])
  const heard = things[0]?.properties.datastreams[0]?.id ?? 0
  live.set(heard, { time: START, result: 77, quality: 1, reasons: [] })
  const after = modelAt(1, [heard])
  const others = after.marks.points.filter((point) => !before.marks.points.includes(point))
  expect(others).toMatchObject([{ id: 'thing:air_station/0', label: '77' }])
  const later = modelAt(2, []).marks.points
  expect(later.every((point, index) => point === after.marks.points[index])).toBe(true)
})
