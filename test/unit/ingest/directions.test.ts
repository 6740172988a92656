/** Representation invariance of directions: however an angle is counted, in whatever format, it is one of 0 to below 360 degrees. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalise } from '#ingest/observe/normalise.ts'
import { QUALITY } from '#model/observation/quality.ts'
import { read, receivedAt } from './decode/read.ts'

const time = receivedAt.toISOString()
const FORMATS: Readonly<Record<string, (degrees: number) => [topic: string, payload: unknown]>> = {
  native: (value) => ['city/weather/mast', { time, wind_direction: value }],
  'native, as text': (value) => ['city/weather/mast', { time, wind_direction: String(value) }],
  'native, in radians': (value) => [
    'city/weather/mast',
    { time, wind_direction: (value * Math.PI) / 180, units: { wind_direction: 'rad' } },
  ],
  senml: (value) => ['any/topic', [{ bn: 'urn:dev:mast/', n: 'wind_direction', u: 'deg', v: value }]],
  rtl_433: (value) => ['rtl_433/mast/events', { model: 'Fineoffset-WS90', id: 1, wind_dir_deg: value }],
  fiware: (value) => ['orion', { id: 'mast', type: 'WeatherObserved', dateObserved: time, windDirection: value }],
}
const sent = (format: string, degrees: number) => {
  const [topic, payload] = FORMATS[format]?.(degrees) ?? ['', {}]
  const decoded = read(topic, payload)
  const directions = ('samples' in decoded ? decoded.samples : []).filter(
    ({ property }) => property === 'wind_direction',
  )
  expect(directions).toHaveLength(1)
  return normalise(directions, { receivedAt, source: { name: 'test', topic: '#' } })
}

test.each(Object.keys(FORMATS))('%s: any turn of an angle is the same direction', (format) => {
  // thousandths of a degree
  const angle = fc.integer({ min: 0, max: 359_999 }).map((thousandths) => thousandths / 1000)
  fc.assert(
    fc.property(angle, fc.constantFrom(-360, 0, 360), (degrees, turns) => {
      // -1 is what many stations send for "no value"
      fc.pre(degrees + turns !== -1)
      const { samples, rejected } = sent(format, degrees + turns)
      expect(rejected).toEqual([])
      const [sample] = samples
      const off = Math.abs((sample?.result ?? Number.NaN) - degrees)
      expect(Math.min(off, 360 - off)).toBeLessThan(1e-9)
      expect(sample?.result).toBeGreaterThanOrEqual(0)
      expect(sample?.result).toBeLessThan(360)
      expect(sample?.quality).toBe(QUALITY.pass)
    }),
    { seed: 20_261_201 },
  )
})

test.each([
  [-90, 270],
  [-180, 180],
  [360, 0],
  [720, 0],
  [-360, 0],
  [-0.5, 359.5],
])('%d degrees are %d', (value, expected) => {
  for (const format of Object.keys(FORMATS)) expect(sent(format, value).samples[0]?.result).toBeCloseTo(expected, 9)
})

test.each([999, -361, 720.5, 4096])('%d is no angle: stored as it is, and fails', (value) => {
  expect(sent('native', value).samples).toMatchObject([{ result: value, quality: QUALITY.fail }])
})

test('-1 is the code of many stations for "no value", and named as such', () => {
  expect(sent('native', -1).rejected).toMatchObject([{ field: 'wind_direction', reason: 'bad_value' }])
})
