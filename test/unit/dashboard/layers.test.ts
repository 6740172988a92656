import { createIntl } from 'react-intl'
import { expect, test } from 'vitest'
import { airLayer } from '../../../dashboard/src/layers/air.ts'
import type { LayerInput } from '../../../dashboard/src/layers/model.ts'
import en from '../../../dashboard/src/messages/en.json' with { type: 'json' }
import { createTools } from '../../../dashboard/src/messages/tools.ts'

const tools = createTools(createIntl({ locale: 'en', messages: en }), 'UTC')
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
  ...{ noData: [1, 2, 3], tools },
} as unknown as LayerInput

test('what a stranger publishes is on the map with its first value', () => {
  const { marks, rows } = airLayer(input, 'pm2_5')
  expect(marks.points).toMatchObject([{ id: 'thing:my-sensor', trust: 'fresh', label: '9.3' }])
  expect(rows[0]?.cells['value']).toEqual({ text: '9.3', sort: 9.3 })
})

test('and hollow where an index is shown, with the reason, until it has the hours', () => {
  const { marks, legend } = airLayer(input, 'us')
  expect(marks.points).toMatchObject([{ trust: 'none', label: '', hint: 'not enough hours of data for an index' }])
  expect(legend.facts).toContainEqual(['Based on', '0 of 1 stations'])
})

test('in another layer it is not: it measures something else', () => {
  expect(airLayer(input, 'no2').marks.points).toEqual([])
})
