import { describe, expect, test } from 'vitest'
import {
  AQI,
  CONGESTION,
  COVERAGE,
  DENSITY,
  ENERGY,
  HEAT,
  HUMIDITY,
  INCOME,
  inkOn,
  luminance,
  NOISE,
  POLLUTION,
  SHARE,
  SPEED,
  WIND,
} from '#dashboard/src/map/colours/palette.ts'
import {
  AQI_CATEGORIES,
  aqiScale,
  BEAUFORT,
  classOf,
  noiseScale,
  pollutantScale,
  quantileScale,
  RAIN,
  rainScale,
  stepScale,
  windScale,
} from '#dashboard/src/map/colours/scales.ts'

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
    // Each band ends with the number it is printed to end with (EEA: 0-5, 6-15; 26-60), concentrations rounded to whole ones.
    ['pm2_5', 5, 0],
    ['pm2_5', 5.4, 0],
    ['pm2_5', 5.5, 1],
    ['pm2_5', 15, 1],
    ['pm2_5', 141, 5],
    ['no2', 9, 0],
    ['no2', 60, 2],
    ['no2', 61, 3],
    ['o3', 181, 5],
  ])('%s of %f ug/m3 is in step %i of the European bands', (property, value, step) => {
    expect(classOf(pollutantScale(property), value)).toBe(step)
  })

  test.each([
    [1.5, '0–1'],
    [3.3, '2'],
    [3.4, '3'],
    [5.5, '4–5'],
    [10.7, '4–5'],
    [13.8, '6–7'],
    [17.2, '8–12'],
  ])('wind of %f m/s has Beaufort force %s (WMO-No. 306, code table 1100)', (value, force) => {
    expect(BEAUFORT[classOf(windScale, value)]).toBe(force)
    expect(windScale.colours).toHaveLength(BEAUFORT.length)
  })

  test.each([
    [0, 'dry'],
    [2.4, 'light'],
    [2.5, 'moderate'],
    [10, 'heavy'],
    [49, 'heavy'],
    [50, 'violent'],
  ])('rain of %f mm/h is %s (WMO-No. 8, volume I, chapter 14)', (value, name) => {
    expect(RAIN[classOf(rainScale, value)]).toBe(name)
    expect(rainScale.colours).toHaveLength(RAIN.length)
  })

  test('noise is distinguished in steps of 5 dB, with the limits of Directive 2002/49/EC among them', () => {
    expect(noiseScale.breaks).toEqual([45, 50, 55, 60, 65, 70])
    expect(noiseScale.colours).toHaveLength(7)
  })

  test.each([
    // 12.6 to 14.2 in halves would be 13, 13.5, 14
    ['halves of a degree', [12.6, 13.1, 13.6, 14.2], 0.5, [13, 13.5, 14]],
    // six colours: 9 to 19 takes steps of 2, since 1 would need eleven
    ['steps of two where one would need more colours than there are', [9, 14, 19], 0.5, [10, 12, 14, 16, 18]],
    ['steps below zero', [-3, -0.2, 1.4], 1, [-2, -1, 0, 1]],
    ['one class where nothing can be distinguished', [1017.1, 1017.4], 1, []],
    ['one class of nothing', [], 1, []],
  ])('%s', (_, values, least, breaks) => {
    const scale = stepScale(values, 'heat', least)
    expect(scale.breaks).toEqual(breaks)
    expect(scale.colours).toHaveLength(breaks.length + 1)
  })

  test('one odd station of many does not widen the classes of the others', () => {
    const values = [...Array.from({ length: 40 }, (_, index) => 13 + (index % 10) / 10), 85]
    expect(stepScale(values, 'heat', 0.5).breaks).toEqual([13.5])
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
  const sequential = Object.entries({
    ...{ AQI, POLLUTION, ENERGY, SHARE, DENSITY, INCOME, CONGESTION },
    ...{ NOISE, HEAT, HUMIDITY, WIND },
  })
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
