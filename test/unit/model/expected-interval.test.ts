import { expect, test } from 'vitest'
import { expectedIntervalOf, intervalProblems } from '#model/things/expected-interval.ts'

const station = { expectedIntervalSeconds: 60, attributes: { 'expected_interval_s.energy': 900, siting: 'traffic' } }

test.each([
  ['what the registry states of the property', station, { property: 'energy', channel: '' }, 900],
  ['of its parts too', station, { property: 'energy', channel: 'l1' }, 900],
  ['hourly means come by the hour', station, { property: 'pm2_5', channel: 'corrected' }, 3600],
  ['else that of the Thing', station, { property: 'pm2_5', channel: '' }, 60],
  [
    'and of a Thing that sends once a day not more often than that',
    { ...station, expectedIntervalSeconds: 86_400 },
    { property: 'pm2_5', channel: 'corrected' },
    86_400,
  ],
  ['nothing promised', { expectedIntervalSeconds: null, attributes: {} }, { property: 'pm2_5', channel: '' }, null],
] as const)('%s', (_, thing, stream, seconds) => expect(expectedIntervalOf(thing, stream)).toBe(seconds))

test('an interval that is none is named', () => {
  expect(intervalProblems(station.attributes)).toEqual([])
  expect(intervalProblems({ 'expected_interval_s.energy': 'often' })).toEqual([
    'expected_interval_s.energy = "often": a whole number of seconds above 0, as 900',
  ])
})
