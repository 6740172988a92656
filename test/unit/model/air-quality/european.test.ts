import { expect, test } from 'vitest'
import { europeanBand } from '#model/air-quality/european.ts'
import { europeanIndex, usIndex } from '#model/air-quality/index-of-hours.ts'

const END = new Date('2026-03-01T12:00:00Z')

// Upper ends of the bands as the European Environment Agency prints them, in ug/m3.
test.each([
  ['pm2_5', [5, 15, 50, 90, 140]],
  ['pm10', [15, 45, 120, 195, 270]],
  ['no2', [10, 25, 60, 100, 150]],
  ['o3', [60, 100, 120, 160, 180]],
  ['so2', [20, 40, 125, 190, 275]],
] as const)('%s: each band ends where it is printed to end', (pollutant, upper) => {
  upper.forEach((end, i) => {
    expect(europeanBand(pollutant, end)?.value).toBe(i + 1)
    expect(europeanBand(pollutant, end + 1)?.value).toBe(i + 2)
  })
  expect(europeanBand(pollutant, 0)?.category).toBe('good')
  expect(europeanBand(pollutant, 5000)?.category).toBe('extremely_poor')
})

test('bands are whole numbers: 5.4 is good, 5.5 is fair', () => {
  expect(europeanBand('pm2_5', 5.4)?.category).toBe('good')
  expect(europeanBand('pm2_5', 5.5)?.category).toBe('fair')
})

test('negative concentrations have no band', () => {
  expect(europeanBand('no2', -3)).toBeUndefined()
})

test('the worst pollutant decides, and every part is shown', () => {
  const index = europeanIndex({ pm2_5: [4], no2: [61], o3: [30] }, END)
  expect(index).toMatchObject({ scheme: 'european', value: 4, category: 'poor', pollutant: 'no2', n: 3 })
  expect(index?.parts.map(({ pollutant, value }) => [pollutant, value])).toEqual([
    ['pm2_5', 1],
    ['no2', 4],
    ['o3', 1],
  ])
})

test('a newest hour that is late is replaced by the one before, not by an older one', () => {
  expect(europeanIndex({ no2: [null, 30] }, END)?.value).toBe(3)
  expect(europeanIndex({ no2: [null, null, 30] }, END)).toBeNull()
})

test('US index: ozone needs six of eight hours, a short series of it does not count', () => {
  // Six hours of 0.060 ppm: 49/15 * 0.005 (thousandths: 5) + 51 = 67.3 -> 67. In ug/m3: 60 ppb * 47.998 / 24.06 = 119.7
  const sixty = (60 * 47.998) / ((8.314462618 * 293.15) / 101.3)
  expect(usIndex({ o3: new Array<number>(6).fill(sixty) }, END)).toMatchObject({
    value: 67,
    averaging: 'mean_8h',
    pollutant: 'o3',
  })
  expect(usIndex({ o3: new Array<number>(5).fill(sixty) }, END)).toBeNull()
})

test('nothing measured, no index', () => {
  expect(usIndex({}, END)).toBeNull()
  expect(europeanIndex({ co: [1] }, END)).toBeNull()
})
