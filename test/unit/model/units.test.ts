import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PROPERTIES, PROPERTY_NAMES, type PropertyName, propertyOf } from '#model/observation/properties.ts'
import { MOLAR_VOLUME_L, toCanonical, ucum } from '#model/observation/units.ts'

const convert = (value: number, unit: string, property: PropertyName): number | undefined =>
  toCanonical(value, unit, propertyOf(property))

/** Units that are a power of ten apart, and by how many digits: the same decimal in both. */
const SHIFTED: [unit: string, property: PropertyName, digits: number][] = [
  ['mg/m3', 'no2', 3],
  ['ng/m3', 'pm2_5', -3],
  ['ug/m3', 'co', -3],
  ['W.h', 'energy', -3],
  ['MW.h', 'energy', 3],
  ['kW', 'active_power', 3],
  ['Pa', 'pressure', -2],
  ['L', 'water_volume', -3],
  ['cm', 'precipitation', 1],
  ['kbit/s', 'download', -3],
  ['1', 'relative_humidity', 2],
]
test('a decimal is the same decimal in another unit: no 1000.9999999999999 kWh of 1.001 MWh', () => {
  const decimal = fc.tuple(fc.integer({ min: -9_999_999, max: 9_999_999 }), fc.integer({ min: 0, max: 4 }))
  fc.assert(
    fc.property(fc.constantFrom(...SHIFTED), decimal, ([unit, property, digits], [n, decimals]) => {
      const sent = Number(`${n}e${-decimals}`)
      expect(convert(sent, unit, property)).toBe(Number(`${n}e${digits - decimals}`) + 0)
    }),
    { seed: 10, numRuns: 5000 },
  )
})
test('so it is of temperatures: hundredths of kelvin, and every ninth degree Fahrenheit', () => {
  for (let n = -6000; n <= 8500; n += 1) expect(convert((n + 27_315) / 100, 'K', 'temperature')).toBe(n / 100)
  for (let n = -10; n <= 15; n += 1) expect(convert(32 + 9 * n, '[degF]', 'temperature')).toBe(5 * n)
})

describe('units', () => {
  // Definitions: BIPM SI brochure, NIST SP 811 (inch of mercury 3386.389 Pa, millimetre of mercury 133.3224 Pa)
  test.each<[number, string, PropertyName, number]>([
    [212, '[degF]', 'temperature', 100],
    [-40, '°F', 'temperature', -40],
    [273.15, 'K', 'temperature', 0],
    [21.5, '°C', 'temperature', 21.5],
    [100_613.25, 'Pa', 'pressure', 1006.1325],
    [760, 'mmHg', 'pressure', 1013.25],
    [29.92, 'inHg', 'pressure', 1013.2075],
    [1, 'bar', 'pressure', 1000],
    [101.325, 'kPa', 'pressure', 1013.25],
    [36, 'km/h', 'wind_speed', 10],
    [10, 'kn', 'wind_speed', 5.144444],
    [100, 'mph', 'wind_speed', 44.704],
    [10, 'm/s', 'speed', 36],
    [3.6, 'MJ', 'energy', 1],
    [1500, 'Wh', 'energy', 1.5],
    [60_000, 'W.min', 'energy', 1],
    [1, 'GJ', 'thermal_energy', 277.777778],
    [2.5, 'kW', 'active_power', 2500],
    [2985, 'mV', 'battery_voltage', 2.985],
    [0.5, '1', 'relative_humidity', 50],
    [12.5, 'MBy/s', 'download', 100],
    [250_000, 'kbit/s', 'download', 250],
    [1.5, 's', 'latency', 1500],
    [1000, 'L', 'water_volume', 1],
    [1, 'm3/h', 'water_flow', 16.666667],
    [30, '/min', 'flow', 1800],
    [0.02, 'mg/m³', 'pm10', 20],
    [Math.PI, 'rad', 'wind_direction', 180],
  ])('%d %s of %s', (value, unit, property, expected) => {
    expect(convert(value, unit, property)).toBeCloseTo(expected, 3)
  })

  // European Commission working group on the factors at 20 degrees and 101.3 kPa: NO2 1.9125, O3 1.9957, SO2 2.6609,
  // NO 1.2475, CO 1.1642 (mg/m3 per ppm); they use rounded molar masses, hence three digits
  test.each<[PropertyName, string, number]>([
    ['no2', 'ppb', 1.9125],
    ['o3', 'ppb', 1.9957],
    ['so2', 'ppb', 2.6609],
    ['no', 'ppb', 1.2475],
    ['co', 'ppm', 1.1642],
  ])('1 %s in %s', (property, unit, expected) => {
    const found = convert(1, unit, property)
    expect(found).toBeDefined()
    expect(Math.abs((found ?? 0) / expected - 1)).toBeLessThan(0.002)
  })

  test('the molar volume at 20 degrees and 101.3 kPa is 24.06 l', () => expect(MOLAR_VOLUME_L).toBeCloseTo(24.06, 2))

  test.each<[string, PropertyName]>([
    ['V', 'temperature'],
    ['[ppb]', 'pm10'],
    ['dB', 'rsrp'],
    ['kW', 'energy'],
    ['m', 'wind_speed'],
  ])('%s does not measure %s', (unit, property) => expect(convert(1, unit, property)).toBeUndefined())

  test.each(['furlong', 'constructor', '__proto__', 'toString', ''.padEnd(5000, 'x')])('%s is no unit', (unit) => {
    expect(ucum(unit)).toBeUndefined()
  })

  test('letter case tells milliwatts from megawatts', () => {
    expect(convert(1, 'mW', 'active_power')).toBe(0.001)
    expect(convert(1, 'MW', 'active_power')).toBe(1_000_000)
  })
})

describe('properties', () => {
  test.each(PROPERTY_NAMES)('%s has a unit Citywell knows and ranges the right way round', (name) => {
    const property = propertyOf(name)
    expect(ucum(property.unit)).toBe(property.unit)
    const [low, high] = property.grossRange
    expect(low).toBeLessThan(high)
    if (!property.plausibleRange) return
    expect(property.plausibleRange[0]).toBeGreaterThanOrEqual(low)
    expect(property.plausibleRange[1]).toBeLessThanOrEqual(high)
  })
  test('the map names each property by its key', () => {
    for (const [name, property] of PROPERTIES) expect(property.name).toBe(name)
  })
})
