import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { INDICATORS, indicatorOf } from '#model/indicators/catalogue/index.ts'
import { indicatorSchema } from '#model/indicators/catalogue/schema.ts'
import { scoreOf } from '#model/indicators/score.ts'
import { sharedPath } from '../../../shared.ts'

test('91 indicators: 45 economy, 17 environment, 29 society; 54 core, 37 advanced; 112 data points', () => {
  const count = (key: 'dimension' | 'tier', value: string) => INDICATORS.filter((one) => one[key] === value).length
  expect(INDICATORS).toHaveLength(91)
  expect([
    count('dimension', 'Economy'),
    count('dimension', 'Environment'),
    count('dimension', 'Society and Culture'),
  ]).toEqual([45, 17, 29])
  expect([count('tier', 'core'), count('tier', 'advanced')]).toEqual([54, 37])
  expect(INDICATORS.flatMap(({ dataPoints }) => dataPoints)).toHaveLength(112)
})

test('7 sub-dimensions, 22 categories', () => {
  expect(new Set(INDICATORS.map(({ subDimension }) => subDimension)).size).toBe(7)
  expect(new Set(INDICATORS.map(({ category }) => category)).size).toBe(22)
})

test('every entry is what the schema says', () => {
  expect(z.array(indicatorSchema).safeParse(INDICATORS).error).toBeUndefined()
})

test('codes are unique, alternatives included, and data points unique within their indicator', () => {
  const codes = INDICATORS.flatMap(({ code, alternativeCodes }) => [code, ...alternativeCodes])
  expect(new Set(codes).size).toBe(codes.length)
  for (const { dataPoints } of INDICATORS) expect(new Set(dataPoints.map(({ id }) => id)).size).toBe(dataPoints.length)
})

test('codes that other documents print lead to the same indicator', () => {
  expect(indicatorOf('EC:ICT:ICT:5C')?.code).toBe('EC:ICT:ICT:5A')
  expect(indicatorOf('SC:EH:ED:5A')?.code).toBe('SC:EH:H:6A')
  expect(indicatorOf('EC:ICT:ICT:9Z')).toBeUndefined()
})

test('what is computed from numerator and denominator names both', () => {
  for (const { code, formula, numerator, denominator } of INDICATORS) {
    expect(numerator, code).not.toBe('')
    if (['percent', 'per_100000', 'ratio'].includes(formula)) expect(denominator, code).not.toBe('')
  }
})

type Kpi = {
  code: string
  dimension: string
  subdimension: string
  category: string
  tier: string
  type: string
  direction: string | null
  sub_measures: { id: string; benchmark?: number | null }[]
  benchmark: number | boolean | null
}
const kpiFile = sharedPath('u4ssc', 'kpis.json')
const valuesFile = sharedPath('u4ssc', 'published_values.csv')

describe.skipIf(!kpiFile || !valuesFile)(
  'against the published structure (../shared/u4ssc; skipped where it is absent)',
  () => {
    const kpis = kpiFile ? (JSON.parse(readFileSync(kpiFile, 'utf8')) as Kpi[]) : []

    test.each(kpis.map((kpi) => [kpi.code, kpi] as const))('%s', (code, kpi) => {
      const own = indicatorOf(code)
      expect(own).toMatchObject({
        code,
        dimension: kpi.dimension,
        subDimension: kpi.subdimension,
        category: kpi.category,
        tier: kpi.tier,
        type: kpi.type,
      })
      if (kpi.sub_measures.length > 0)
        expect(own?.dataPoints.map(({ id }) => id)).toEqual(kpi.sub_measures.map(({ id }) => id))
      if (kpi.direction === 'lower') expect(own?.direction).toBe('lower')
      if (kpi.sub_measures.length === 0)
        expect(own?.dataPoints[0]?.benchmark).toBe(
          typeof kpi.benchmark === 'boolean' ? Number(kpi.benchmark) : kpi.benchmark,
        )
    })

    test('values that cities published are plausible, and the bands that can be derived agree', () => {
      const rows = readFileSync(valuesFile ?? '', 'utf8')
        .trim()
        .split('\n')
        .slice(1)
      let banded = 0
      for (const row of rows) {
        const [, , , code = '', dataPoint = '', raw = '', , status, , band] = row.split(',')
        const indicator = indicatorOf(code)
        expect(indicator, code).toBeDefined()
        if (!indicator || raw === '' || status !== 'reported') continue
        const point = indicator.dataPoints.find(({ id }) => id === dataPoint)
        expect(point, `${code} ${dataPoint}`).toBeDefined()
        if (!point) continue
        if (band) {
          expect(scoreOf(indicator, point, Number(raw))?.band, code).toBe(band.replace('%', ''))
          banded += 1
        }
      }
      expect(banded).toBeGreaterThan(0)
    })
  },
)
