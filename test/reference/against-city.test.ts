import { describe, expect, test } from 'vitest'
import { againstWhole } from '#model/statistics/estimation/against-whole.ts'
import { meanOf, type Values } from '#model/statistics/estimation/linearised.ts'
import type { Linearised } from '#model/statistics/estimation/survey-design.ts'
import { CLUSTERS } from './api-schools.ts'

/**
 * Domains against the whole, of which they are a part, by R 4.2.2 with survey 4.1.1 on apiclus1:
 *   d <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)
 *   d2 <- update(d, dg = as.numeric(stype == s), sg = api00 * as.numeric(stype == s), one = 1)
 *   b <- svycontrast(svytotal(~sg + dg + api00 + one, d2), quote(sg / dg - api00 / one))
 *   2 * pt(-abs(coef(b) / SE(b)), degf(d)); p.adjust(p, "holm")
 */
const TYPES = ['E', 'M', 'H'] as const
const digits = (found: number | undefined, expected: number): void =>
  expect(Math.abs((found ?? Number.NaN) / expected - 1)).toBeLessThan(5e-10)

describe('school types of apiclus1 against all schools', () => {
  const compare = (y: Values) => {
    const types = TYPES.map((type) => meanOf(CLUSTERS, (i) => (CLUSTERS[i]?.type === type ? y(i) : null)))
    return againstWhole(CLUSTERS, types as Linearised[], meanOf(CLUSTERS, y) as Linearised)
  }

  test('mean score', () => {
    const found = compare((i) => CLUSTERS[i]?.api00 ?? null)
    const expected = [
      [4.698656648452, 2.708535523903, 0.104734223355, 0.3142026700651],
      [-12.7293989071, 12.67411335348, 0.3322485884499, 0.6644971768997],
      [-25.59797033568, 28.39102611238, 0.3825072734934, 0.6644971768997],
    ] as const
    for (const [k, [difference, error, p, adjusted]] of expected.entries()) {
      digits(found[k]?.difference, difference)
      digits(found[k]?.standardError, error)
      digits(found[k]?.p, p)
      digits(found[k]?.adjustedP, adjusted)
      expect(found[k]?.verdict).toBe('not_distinguishable')
    }
  })

  test('share that met the target', () => {
    const found = compare((i) => CLUSTERS[i]?.met ?? null)
    const expected = [
      [0.04234972677596, 0.02493869862634, 0.1115843730176],
      [-0.1943169398907, 0.09838462038954, 0.06831685581651],
      [-0.08860265417642, 0.08497137385632, 0.3147432875662],
    ] as const
    for (const [k, [difference, error, p]] of expected.entries()) {
      digits(found[k]?.difference, difference)
      digits(found[k]?.standardError, error)
      digits(found[k]?.p, p)
    }
  })
})

describe('verdicts', () => {
  /** `n` households of each zone, one a cluster, weight 1, so many of them with 1 */
  const zones = (n: number, ...ones: number[]) => {
    const rows = ones.flatMap((one, zone) => Array.from({ length: n }, (_, i) => ({ zone, y: i < one ? 1 : 0 })))
    const respondents = rows.map((_, i) => ({ weight: 1, stratum: 'all', cluster: String(i) }))
    const mean = (zone?: number) =>
      meanOf(respondents, (i) => (zone === undefined || rows[i]?.zone === zone ? (rows[i]?.y ?? null) : null))
    return againstWhole(respondents, ones.map((_, zone) => mean(zone)) as Linearised[], mean() as Linearised).map(
      ({ verdict }) => verdict,
    )
  }
  test('districts far apart are above and below; those alike cannot be told from the city', () => {
    expect(zones(200, 190, 150, 110)).toEqual(['above', 'not_distinguishable', 'below'])
    expect(zones(200, 151, 150, 149)).toEqual(['not_distinguishable', 'not_distinguishable', 'not_distinguishable'])
  })
  test('a district alone is the city', () => {
    expect(zones(50, 20)).toEqual(['not_distinguishable'])
  })
})
