import { describe, expect, test } from 'vitest'
import { INDICATORS } from '#model/indicators/catalogue/index.ts'
import { type Finding, type Statement, verify, verifyStatement } from '#model/indicators/verify/verify.ts'

/** A city of 50 000 inhabitants in 20 000 households. */
const city = { population: 50_000, households: 20_000 }

const state = (code: string, rest: Partial<Statement> = {}): Statement => {
  const indicator = INDICATORS.find((one) => one.code === code)
  const dataPoint = rest.dataPoint ?? indicator?.dataPoints[0]?.id ?? ''
  const point = indicator?.dataPoints.find(({ id }) => id === dataPoint)
  return {
    code,
    dataPoint,
    numerator: null,
    denominator: null,
    value: null,
    unit: point?.unit ?? indicator?.unit ?? '',
    source: 'Statistics office, 2026',
    dataQuality: 'accurate_measurement',
    origin: 'reported',
    ...rest,
  }
}
const alone = (code: string, rest: Partial<Statement>): Finding[] => verifyStatement(state(code, rest), city)
const rules = (findings: readonly Finding[]): string[] => findings.map(({ rule }) => rule)
const together = (...statements: Statement[]): Finding[] =>
  verify({ statements, city }).filter(({ rule }) => rule !== 'not_reported')

describe('one value', () => {
  test('household Internet access as it should be has nothing to ask', () => {
    expect(alone('EC:ICT:ICT:1C', { numerator: 17_000, denominator: 20_000, value: 85 })).toEqual([])
  })
  test('an actual value typed as numerator alone', () => {
    const [found] = alone('EC:ICT:ICT:1C', { numerator: 85 })
    expect(found).toMatchObject({ rule: 'numerator_alone', severity: 'error', field: 'denominator' })
    expect(found?.text).toContain('85')
  })
  test('a denominator alone, and one of zero', () => {
    expect(rules(alone('EC:ICT:ICT:1C', { denominator: 20_000 }))).toEqual(['denominator_alone'])
    expect(rules(alone('EC:ICT:ICT:1C', { numerator: 1, denominator: 0 }))).toContain('denominator_zero')
  })
  test('17 000 of 20 000 are 85 %, not 80', () => {
    const [found] = alone('EC:ICT:ICT:1C', { numerator: 17_000, denominator: 20_000, value: 80 })
    expect(found).toMatchObject({ rule: 'result_differs', severity: 'error', field: 'value' })
    expect(found?.text).toMatch(/80 .*17000 and 20000 give: 85 %/)
  })
  test('85.3 for 85.25 is rounding', () => {
    expect(alone('EC:ICT:ICT:1C', { numerator: 17_050, denominator: 20_000, value: 85.3 })).toEqual([])
  })
  test.each([
    ['a share of 140 %', 'SC:EH:ED:4C', 140],
    ['half a yes', 'SC:SH:SA:3A', 0.5],
    ['a Gini coefficient in per cent', 'SC:SH:SI:2C', 33],
    ['fewer than no hotspots', 'EC:ICT:ICT:5A', -1],
  ])('%s is not plausible', (_, code, value) => {
    expect(alone(code, { value })).toMatchObject([{ rule: 'not_plausible', severity: 'error' }])
  })
  test('school enrolment may exceed 100 %', () => {
    expect(alone('SC:EH:ED:2C', { value: 104 })).toEqual([])
  })
  test.each([
    ['no2', 0.02, '38'],
    ['so2', 0.01, '26.2'],
    ['o3', 0.03, '58.8'],
  ])('%s in ppm: %d ppm are %s ug/m3', (dataPoint, value, text) => {
    const [found] = alone('EN:EN:AQ:1C', { dataPoint, value, unit: 'ppm' })
    expect(found).toMatchObject({ rule: 'ppm', severity: 'error', field: 'unit' })
    expect(found?.text).toContain(`= ${text} ug/m3`)
    expect(alone('EN:EN:AQ:1C', { dataPoint, value })).toMatchObject([{ rule: 'ppm', severity: 'query' }])
  })
  test('20 ppb of NO2 are 0.02 ppm, 38 ug/m3; PM2.5 of 0.5 is no matter of ppm', () => {
    expect(alone('EN:EN:AQ:1C', { dataPoint: 'no2', value: 20, unit: 'ppb' })[0]?.text).toContain('= 38 ug/m3')
    expect(alone('EN:EN:AQ:1C', { dataPoint: 'pm2_5', value: 0.5 })).toEqual([])
  })
  test('another unit; µg/m³ is ug/m3', () => {
    expect(alone('EN:E:E:2C', { value: 4, unit: 'MWh' })).toMatchObject([{ rule: 'unit', severity: 'error' }])
    expect(alone('EN:EN:AQ:1C', { dataPoint: 'no2', value: 20, unit: 'µg/m³' })).toEqual([])
  })
  test('a rate need not say that it is a year’s', () => {
    expect(alone('SC:SH:SA:9C', { value: 5, unit: 'per 100 000 inhabitants' })).toEqual([])
  })
  test('no source, no quality, a weak one', () => {
    expect(rules(alone('EN:E:E:2C', { value: 4000, source: ' ' }))).toEqual(['source_missing'])
    expect(rules(alone('EN:E:E:2C', { value: 4000, dataQuality: null }))).toEqual(['quality_missing'])
    expect(alone('EN:E:E:2C', { value: 4000, dataQuality: 'personal_estimate' })).toMatchObject([
      { rule: 'weak_quality', severity: 'query' },
    ])
  })
  test('inhabitants where households are asked for', () => {
    const [found] = alone('EC:ICT:ICT:1C', { numerator: 40_000, denominator: 50_000 })
    expect(found).toMatchObject({ rule: 'households', severity: 'query', field: 'denominator' })
    expect(found?.text).toContain('50000')
  })
  test('households where inhabitants are asked for', () => {
    expect(rules(alone('SC:EH:H:3C', { numerator: 60, denominator: 20_000 }))).toEqual(['inhabitants'])
    expect(alone('SC:EH:H:3C', { numerator: 60, denominator: 50_400 })).toEqual([])
  })
  test.each([
    ['SMEs', 'EC:P:IN:3A', 94, 96],
    ['research and development', 'EC:P:IN:1C', 6, 2],
    ['sanitation', 'EC:I:WS:5C', 88, 99],
    ['electricity', 'EC:I:ES:3C', 88, 99],
  ])('%s outside what nearly every city reports', (_, code, odd, usual) => {
    expect(alone(code, { value: odd })).toMatchObject([{ rule: 'unusual', severity: 'query' }])
    expect(alone(code, { value: usual })).toEqual([])
  })
  test('nothing stated, nothing to ask; nor of what Citywell computed', () => {
    expect(alone('EN:E:E:2C', { source: '' })).toEqual([])
    expect(alone('EC:P:IN:3A', { value: 20, origin: 'computed' })).toEqual([])
  })
})

describe('values together', () => {
  test('23 of 112 data points missing are 20.5 %: asked about; 22 are 19.6 %: not', () => {
    const all = INDICATORS.flatMap(({ code, dataPoints }) =>
      dataPoints.map(({ id }) => state(code, { dataPoint: id, value: 1, origin: 'computed' })),
    )
    const asked = (count: number) =>
      verify({ statements: all.slice(0, count), city }).find(({ rule }) => rule === 'not_reported')
    expect(asked(112 - 23)?.text).toContain('23 of 112')
    expect(asked(112 - 22)).toBeUndefined()
  })
  test('wastewater: primary >= secondary >= tertiary', () => {
    const level = (dataPoint: string, value: number) => state('EN:EN:WS:4C', { dataPoint, value })
    expect(together(level('primary', 90), level('secondary', 90), level('tertiary', 40))).toEqual([])
    expect(together(level('primary', 80), level('secondary', 90), level('tertiary', 95))).toMatchObject([
      { rule: 'wastewater_order', dataPoint: 'secondary', severity: 'error' },
      { rule: 'wastewater_order', dataPoint: 'tertiary', text: expect.stringMatching(/95 .*90/) },
    ])
  })
  test.each([
    ['drinking_water', 'EC:I:WS:1C', 97, 'EC:I:WS:2C', 98],
    ['broadband', 'EC:ICT:ICT:1C', 80, 'EC:ICT:ICT:2C', 85],
    ['smart_meters', 'EC:ICT:WS:1C', 60, 'EC:ICT:ES:1C', 50],
  ])('%s', (rule, first, a, second, b) => {
    const pair = (x: number, y: number) => together(state(first, { value: x }), state(second, { value: y }))
    expect(pair(a, b)).toMatchObject([{ rule, text: expect.stringMatching(new RegExp(`${b}.*${a}`)) }])
    const [good, better] = rule === 'smart_meters' ? [50, 60] : [98, 97]
    expect(pair(good, better)).toEqual([])
  })
  test.each([
    ['EC:I:T:4A', 'mode_shares', [40, 30, 20, 9, 1]],
    ['EN:EN:WA:1C', 'waste_routes', [30, 0, 20, 0, 45, 5]],
  ])('%s: parts sum to 100 within 2', (code, rule, parts) => {
    const ids = INDICATORS.find((one) => one.code === code)?.dataPoints.map(({ id }) => id) ?? []
    const sums = (values: readonly number[]) =>
      rules(together(...values.map((value, i) => state(code, { dataPoint: ids[i] ?? '', value }))))
    const [first = 0, ...rest] = parts
    expect(sums(parts)).toEqual([])
    expect(sums([first + 2, ...rest])).toEqual([])
    expect(sums([first + 3, ...rest])).toEqual([rule])
    expect(sums([first - 3, ...rest])).toEqual([rule])
    // parts that are missing may be the rest; what is there may not be more than the whole
    expect(sums(parts.slice(0, 2))).toEqual([])
    expect(sums([60, 45])).toEqual([rule])
  })
  test('households of one city and year are one count', () => {
    const of = (code: string, denominator: number) => state(code, { numerator: 19_000, denominator })
    expect(together(of('EC:ICT:ICT:1C', 20_000), of('EC:I:WS:1C', 20_200))).toEqual([])
    expect(together(of('EC:ICT:ICT:1C', 20_000), of('EC:I:WS:1C', 20_900))).toMatchObject([
      { rule: 'households_differ', text: expect.stringMatching(/20000.*20900/) },
    ])
  })
})
