import { describe, expect, test } from 'vitest'
import {
  AQI,
  CONGESTION,
  COVERAGE,
  DENSITY,
  ENERGY,
  INCOME,
  inkOn,
  luminance,
  POLLUTION,
  SHARE,
  SPEED,
} from '../../../dashboard/src/map/palette.ts'
import { AQI_CATEGORIES, aqiScale, classOf, pollutantScale, quantileScale } from '../../../dashboard/src/map/scales.ts'

describe('classes', () => {
  test.each([
    [0, 'good'],
    [50, 'good'],
    [51, 'moderate'],
    [100, 'moderate'],
    [101, 'unhealthy_sensitive'],
    [150, 'unhealthy_sensitive'],
    [200, 'unhealthy'],
    [201, 'very_unhealthy'],
    [300, 'very_unhealthy'],
    [301, 'hazardous'],
    [500, 'hazardous'],
  ])('a US index of %i is %s (EPA 454/B-24-002, table of categories)', (value, name) => {
    expect(AQI_CATEGORIES.us.names[classOf(aqiScale('us'), value)]).toBe(name)
  })

  test.each([
    ['pm2_5', 5, 1],
    ['pm2_5', 141, 5],
    ['no2', 9, 0],
    ['no2', 60, 3],
    ['o3', 181, 5],
  ])('%s of %i ug/m3 is in step %i of the European bands', (property, value, step) => {
    expect(classOf(pollutantScale(property), value)).toBe(step)
  })

  test('five classes of twenty round values hold four each', () => {
    const values = Array.from({ length: 20 }, (_, index) => index * 10)
    const scale = quantileScale(values, 'energy')
    const counts = [0, 0, 0, 0, 0]
    for (const value of values) counts[classOf(scale, value)] = (counts[classOf(scale, value)] ?? 0) + 1
    expect(scale.colours).toHaveLength(scale.breaks.length + 1)
    expect(counts).toEqual([4, 4, 4, 4, 4])
  })

  test.each([[[]], [[7]], [[7, 7, 7]]])('values %j make one class, not none', (values) => {
    const scale = quantileScale(values, 'energy')
    expect(scale.breaks).toEqual([])
    expect(scale.colours).toHaveLength(1)
  })
})

describe('colours', () => {
  const sequential = Object.entries({ AQI, POLLUTION, ENERGY, SHARE, DENSITY, INCOME, CONGESTION })
  test.each(sequential)('%s falls steadily in lightness, so its order survives in grey', (_, ramp) => {
    const steps = ramp.map(luminance)
    expect(steps).toEqual(steps.toSorted((a, b) => b - a))
  })

  test.each(Object.entries({ COVERAGE, SPEED }))('%s: the good end is bluer than the poor one', (_, ramp) => {
    const blue = ramp.map(([, , b]) => b)
    expect(blue.at(-1)).toBeGreaterThan(blue[0] ?? 0)
  })

  test('black and white are 21 to 1 apart (WCAG 2.2)', () => {
    expect((luminance([255, 255, 255]) + 0.05) / (luminance([0, 0, 0]) + 0.05)).toBeCloseTo(21)
  })

  test.each(AQI.map((colour) => [colour]))('the number on %j reaches 4.5 to 1', (colour) => {
    const [light, dark] = [luminance(colour), luminance(inkOn(colour))].toSorted((a, b) => b - a)
    expect(((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)).toBeGreaterThanOrEqual(4.5)
  })
})
