import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import reportEn from '#api/reports/messages/en.json' with { type: 'json' }
import { reportText } from '#api/reports/report-text.ts'
import pageAr from '#dashboard/src/i18n/ar.json' with { type: 'json' }
import pageEn from '#dashboard/src/i18n/en.json' with { type: 'json' }
import pageEs from '#dashboard/src/i18n/es.json' with { type: 'json' }
import pageFr from '#dashboard/src/i18n/fr.json' with { type: 'json' }
import pageRu from '#dashboard/src/i18n/ru.json' with { type: 'json' }
import pageZh from '#dashboard/src/i18n/zh-Hans.json' with { type: 'json' }
import { type BurdenMeasure, burdensOf } from '#model/brief/burdens.ts'
import { headlinesOf } from '#model/brief/headlines.ts'
import { leversOf, type Point, scoreChangeOf } from '#model/brief/levers.ts'
import { yearEarlier } from '#model/brief/periods.ts'
import type { DataPointValue, Score } from '#model/indicators/catalogue/schema.ts'
import { twoSidedNormalP } from '#model/statistics/inference/normal.ts'

const seed = 20261130
const ZONES = ['a', 'b', 'c', 'd', 'e', 'f']

const burden = (id: string, values: readonly number[], more: Partial<BurdenMeasure> = {}): BurdenMeasure => ({
  ...{ id, topic: id, kind: 'burden', values: new Map(ZONES.map((zone, i) => [zone, values[i] ?? 0])) },
  ...more,
})
const measures = fc
  .array(
    fc.tuple(
      fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 6, maxLength: 6 }),
      fc.constantFrom('air', 'noise', 'green'),
    ),
    { minLength: 3, maxLength: 8 },
  )
  .map((all) => all.map(([values, topic], i) => burden(`m${i}`, values, { topic })))

describe('the most burdened district', () => {
  test('is the one that is worst in everything, whatever the weights', () => {
    const rows = [1, 2, 3].map((k) => burden(`m${k}`, [9 * k, 1, 2 * k, 3, 4, 5 * k - 4]))
    const found = burdensOf(rows, ZONES, 500)
    expect(found?.worst).toEqual(['a'])
    expect(found?.districts[0]).toMatchObject({ zone: 'a', rank: 1, rankInterval: [1, 1], score: 1 })
  })
  test('every rank lies in its interval, ranks sum to n (n + 1) / 2, and the first may be the worst', () => {
    fc.assert(
      fc.property(measures, (own) => {
        const found = burdensOf(own, ZONES, 200)
        const all = found?.districts ?? []
        expect(all.reduce((sum, { rank }) => sum + rank, 0)).toBeCloseTo(21, 9)
        for (const { rank, rankInterval, zone } of all) {
          expect(rankInterval[0]).toBeLessThanOrEqual(rank)
          expect(rankInterval[1]).toBeGreaterThanOrEqual(rank)
          if (rankInterval[0] === 1) expect(found?.worst).toContain(zone)
        }
        expect(found?.worst).toContain(all[0]?.zone)
      }),
      { seed, numRuns: 40 },
    )
  })
  test('depends on the order of values, not on units, and a service is a burden turned round', () => {
    fc.assert(
      fc.property(measures, (own) => {
        const other = own.map((one) => ({
          ...one,
          values: new Map([...one.values].map(([zone, value]) => [zone, Math.exp(value / 10)])),
        }))
        const turned = own.map((one) => ({
          ...one,
          kind: 'service' as const,
          values: new Map([...one.values].map(([zone, value]) => [zone, -value])),
        }))
        const expected = burdensOf(own, ZONES, 100)?.districts
        expect(burdensOf(other, ZONES, 100)?.districts).toEqual(expected)
        expect(burdensOf(turned, ZONES, 100)?.districts).toEqual(expected)
      }),
      { seed, numRuns: 40 },
    )
  })
  test('is not named with fewer than three measures that are known in half of the districts', () => {
    const sparse = burden('m3', [], {
      values: new Map([
        ['a', 1],
        ['b', 2],
      ]),
    })
    expect(burdensOf([burden('m1', [1, 2, 3]), burden('m2', [1, 2, 3]), sparse], ZONES)).toBeNull()
  })
})

const score = (points: number): Score => ({
  ...{ performance: 25 * points, points, band: '95+', benchmark: 100, basis: 'citywell' },
})
const value = (points: number | null): DataPointValue => ({
  ...{ dataPoint: '', name: '', value: points, unit: '%', interval: null, standardError: null, own: null },
  ...{ score: points === null ? null : score(points), origin: null, simulated: false, dataCapture: null, n: null },
  ...{ missing: null, evidence: null },
})
const points = fc.option(fc.integer({ min: 1, max: 4 }))

describe('the score', () => {
  test('of two periods rests on the data points of both, and is not shown below half of all', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(points, points), { maxLength: 20 }), (all) => {
        const both = all.flatMap(([was, is]) => (was !== null && is !== null ? [[was, is] as const] : []))
        const found = scoreChangeOf(
          all.map(([was, is]) => ({ before: value(was), now: value(is) })),
          20,
        )
        expect(found.dataPoints).toBe(both.length)
        if (both.length < 10) expect([found.before, found.now]).toEqual([null, null])
        else expect(found.now).toBeCloseTo((100 * both.reduce((sum, [, is]) => sum + is, 0)) / (4 * both.length), 9)
      }),
      { seed },
    )
  })
  test('changes as the levers say: three of four data points at the top, one at 2 points', () => {
    const own = [4, 4, 4, 2, null].map(
      (had, i): Point => ({
        indicator: { code: `K${i}`, name: `K${i}`, dataPoints: [] },
        point: { id: '', name: '', benchmark: 100 },
        value: value(had),
      }),
    )
    const { improve, report, ifReported } = leversOf(own)
    // (16 - 14) of 16 points
    expect(improve).toMatchObject([{ code: 'K3', gain: 12.5, points: 2 }])
    expect(report).toMatchObject([{ code: 'K4', benchmark: 100 }])
    // 14 and 1 to 4 points of 20
    expect(ifReported).toEqual([75, 90])
  })
})

describe('headlines', () => {
  const changes = { improvements: [], declines: [], undetermined: [], tested: 0, notDistinguishable: 0 }
  const incomparable = { missing_now: 0, missing_before: 0, partial: 0, same_source: 0 }
  const figures = {
    changes: { ...changes, uncertaintyUnknown: 0, incomparable },
    scoreChange: { dataPoints: 0, before: null, now: null },
    ...{ burdens: null, goals: [] },
  }
  const coverage = { band: null, reported: 0, dataPoints: 112, scorable: 29, needed: 56 }
  test('name no score below its coverage', () => {
    const codes = headlinesOf({ ...figures, score: { ...coverage, score: null, scored: 8 } }).map(({ code }) => code)
    expect(codes).toEqual(['no_comparison', 'score_withheld'])
  })
  test('begin with the score where there is one', () => {
    const codes = headlinesOf({ ...figures, score: { ...coverage, score: 80, scored: 60 } }).map(({ code }) => code)
    expect(codes).toEqual(['score', 'no_comparison'])
  })
})

test('two-sided p of the normal distribution as R: 2 * pnorm(-z)', () => {
  const published: [number, number][] = [
    [0.5, 6.170750774519739e-1],
    [1.959964, 4.999999819288481e-2],
    [2.9999, 2.70068256590985e-3],
    [3, 2.699796063260189e-3],
    [-6, 1.973175290075396e-9],
    [20, 5.507248237212467e-89],
  ]
  for (const [z, p] of published) expect(twoSidedNormalP(z) / p).toBeCloseTo(1, 10)
})

test('the period a year earlier', () => {
  expect(['2026', '2026-Q3', '2026-01'].map(yearEarlier)).toEqual(['2025', '2025-Q3', '2025-01'])
  expect(['last-30d', '2026-01-31'].map(yearEarlier)).toEqual([undefined, undefined])
})

test('the page and the printed sheet say the same in every language', () => {
  const pages = { en: pageEn, fr: pageFr, es: pageEs, ar: pageAr, 'zh-Hans': pageZh, ru: pageRu } as const
  const ids = Object.keys(reportEn).filter((id) => id.startsWith('brief.'))
  expect(ids.length).toBeGreaterThan(10)
  for (const [language, page] of Object.entries(pages)) {
    const printed = reportText(language as keyof typeof pages).messages
    for (const id of ids) expect(printed[id], `${language} ${id}`).toBe((page as Record<string, string>)[id])
  }
})
