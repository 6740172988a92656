/** The map opens on a layer and measure that has data. */
import { expect, test } from 'vitest'
import { LAYERS } from '#dashboard/src/map/layers/index.ts'
import { openingLayer } from '#dashboard/src/map/opening-layer.ts'

const thing = (property: string, latest: object | null, airIndex: object | null = null) =>
  ({ properties: { airIndex, datastreams: [{ property, latest }] } }) as never
const value = { time: '2019-03-31T12:00:00Z', result: 3 }

test.each([
  ['the index where there is one', [thing('pm2_5', value, { us: { value: 40 }, european: null })], 'air', 'us'],
  ['the other index', [thing('pm2_5', value, { us: null, european: { value: 2 } })], 'air', 'european'],
  ['a pollutant without an index', [thing('no2', value)], 'air', 'no2'],
  ['temperature alone', [thing('pm2_5', null), thing('temperature', value)], 'environment', 'temperature'],
  ['power alone', [thing('active_power', value)], 'energy', 'power'],
  ['no Things at all: the people of the districts', [], 'districts', 'density'],
])('%s', (_, things, layer, measure) => {
  expect(openingLayer(LAYERS, things)).toEqual({ layer, measure })
})

test('Things without any value yet leave the default', () => {
  expect(openingLayer(LAYERS, [thing('pm2_5', null)])).toBeNull()
})
