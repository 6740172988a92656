import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCalibration } from '#model/statistics/estimation/calibration.ts'
import { concentrationOf } from '#model/statistics/estimation/concentration.ts'
import { meanOf, totalOf } from '#model/statistics/estimation/linearised.ts'
import { kornGraubard, nchsReliability } from '#model/statistics/estimation/proportion.ts'
import { rake } from '#model/statistics/estimation/rake.ts'
import { createReplication } from '#model/statistics/estimation/replication.ts'
import { estimated, type Respondent, withSampledShares } from '#model/statistics/estimation/survey-design.ts'
import { surveyMean } from '#model/statistics/estimation/survey-mean.ts'

type Person = { stratum: string; cluster: string; weight: number; y: number; sex: string; rank: number }
const person: fc.Arbitrary<Person> = fc.record({
  stratum: fc.constantFrom('s', 't'),
  cluster: fc.constantFrom('1', '2', '3'),
  weight: fc.integer({ min: 1, max: 9 }),
  y: fc.integer({ min: 0, max: 1 }),
  sex: fc.constantFrom('f', 'm'),
  rank: fc.integer({ min: 1, max: 4 }),
})
const people = fc.array(person, { minLength: 12, maxLength: 40 })
const near = (found: number | undefined, expected: number | undefined, digits = 9) =>
  expect(found ?? Number.NaN).toBeCloseTo(expected ?? Number.NaN, digits)

/** Two stages and weights raked to known totals of sex, where both are in the sample. */
function designed(rows: readonly Person[]): readonly Respondent[] {
  const drawn = withSampledShares(
    rows.map((row) => ({ ...row, clusterSize: 60 })),
    { s: 9, t: 9 },
  )
  if (new Set(rows.map(({ sex }) => sex)).size < 2) return drawn
  const sex = { of: (i: number) => rows[i]?.sex ?? '', totals: { f: 600, m: 400 } }
  const { weights } = rake(
    rows.map(({ weight }) => weight),
    [sex],
  )
  const raked = rows.map(({ weight }, i) => ({ weight: weights[i] ?? 0, baseWeight: weight, categories: [sex.of(i)] }))
  const variance = { calibration: createCalibration(raked) }
  return drawn.map((one, i) => ({ ...one, weight: weights[i] ?? 0, variance }))
}
const judged = (rows: readonly Person[]) => surveyMean(designed(rows), (i) => rows[i]?.y ?? null, { proportion: true })

test('rows in another order and other names of strata and clusters change no estimate', () => {
  fc.assert(
    fc.property(
      people.chain((rows) =>
        fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length })),
      ),
      ([rows, shuffled]) => {
        const renamed = shuffled.map((row) => ({
          ...row,
          stratum: row.stratum === 's' ? 't' : 's',
          cluster: `${10 - Number(row.cluster)}`,
        }))
        const [one, other] = [judged(rows), judged(renamed)]
        near(other?.value, one?.value)
        near(other?.standardError, one?.standardError)
        near(other?.lower, one?.lower)
        expect(other?.reliability).toEqual(one?.reliability)
      },
    ),
    { seed: 1, numRuns: 60 },
  )
})

test('weights times a constant: the share and all that is said of it stay, a total is multiplied', () => {
  fc.assert(
    fc.property(people, fc.integer({ min: 2, max: 50 }), (rows, times) => {
      const more = rows.map((row) => ({ ...row, weight: row.weight * times }))
      const y = (i: number): number => rows[i]?.y ?? 0
      const [one, other] = [rows, more].map((own) => surveyMean(own, y, { proportion: true }))
      for (const key of ['value', 'standardError', 'lower', 'upper'] as const) near(other?.[key], one?.[key])
      const [total, larger] = [rows, more].map((own) => {
        const of = totalOf(own, y)
        return of && estimated(own, of)
      })
      near(larger?.standardError, (total?.standardError ?? Number.NaN) * times, 6)
    }),
    { seed: 2, numRuns: 60 },
  )
})

test('the interval of a share holds it, stays within 0 and 1, and that of the others mirrors it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1000 }),
      fc.integer({ min: 2, max: 2000 }),
      fc.integer({ min: 1, max: 200 }),
      fc.double({ min: 0.001, max: 0.5, noNaN: true }),
      (permille, n, degreesOfFreedom, error) => {
        const value = permille / 1000
        const standardError = value === 0 || value === 1 ? 0 : error
        const own = { value, standardError, degreesOfFreedom, n }
        const [one, other] = [kornGraubard(own), kornGraubard({ ...own, value: 1 - value })]
        expect(one.lower).toBeGreaterThanOrEqual(0)
        expect(one.lower).toBeLessThanOrEqual(value)
        expect(one.upper).toBeGreaterThanOrEqual(value)
        expect(one.upper).toBeLessThanOrEqual(1)
        near(other.lower, 1 - one.upper)
        near(other.upper, 1 - one.lower)
        // what is presented with a reservation about the others is what the others are refused for
        const [mine, theirs] = [nchsReliability(own, one), nchsReliability({ ...own, value: 1 - value }, other)]
        if (mine.reasons.includes('complement')) expect(theirs.reasons).toContain('relative_interval_width')
      },
    ),
    { seed: 3, numRuns: 200 },
  )
})

test('a second stage never makes an estimate surer, and every cluster drawn whole has no error', () => {
  fc.assert(
    fc.property(people, fc.integer({ min: 40, max: 400 }), (rows, clusterSize) => {
      const y = (i: number): number => rows[i]?.y ?? 0
      const errorOf = (own: readonly Respondent[]): number => {
        const of = meanOf(own, y)
        return of ? estimated(own, of).standardError : Number.NaN
      }
      const population = { s: 6, t: 6 }
      const one = errorOf(withSampledShares(rows, population))
      const two = errorOf(
        withSampledShares(
          rows.map((row) => ({ ...row, clusterSize })),
          population,
        ),
      )
      expect(two).toBeGreaterThanOrEqual(one - 1e-12)
      const drawn = { s: 0, t: 0, ...countClusters(rows) }
      near(errorOf(withSampledShares(rows, drawn)), 0)
    }),
    { seed: 4, numRuns: 60 },
  )
})

function countClusters(rows: readonly Person[]): Record<string, number> {
  const byStratum = Map.groupBy(rows, ({ stratum }) => stratum)
  return Object.fromEntries(
    [...byStratum].map(([stratum, own]) => [stratum, new Set(own.map(({ cluster }) => cluster)).size]),
  )
}

test('what weights were raked to has no error', () => {
  fc.assert(
    fc.property(people, (rows) => {
      fc.pre(new Set(rows.map(({ sex }) => sex)).size === 2)
      const own = designed(rows).map(({ sampled: _, sampledWithin: __, ...one }) => one)
      const women = meanOf(own, (i) => (rows[i]?.sex === 'f' ? 1 : 0))
      near(women && estimated(own, women).value, 0.6)
      near(women && estimated(own, women).standardError, 0)
    }),
    { seed: 5, numRuns: 60 },
  )
})

test('replicates that are all alike have no error; jackknife replicates of persons have that of linearisation', () => {
  fc.assert(
    fc.property(people, (rows) => {
      const simple = rows.map(({ y }) => ({ y, weight: 1, stratum: '', cluster: '' }))
      const withReplicates = (of: (i: number, r: number) => number, count: number) => {
        const replicated = simple.map((one, i) => ({
          ...one,
          replicateWeights: Array.from({ length: count }, (_, r) => of(i, r)),
        }))
        const variance = { replication: createReplication({ type: 'JK1' }, replicated) }
        return replicated.map((one) => ({ ...one, variance }))
      }
      const errorOf = (own: readonly Respondent[]): number => {
        const of = meanOf(own, (i) => rows[i]?.y ?? null)
        return of ? estimated(own, of).standardError : Number.NaN
      }
      const n = rows.length
      near(errorOf(withReplicates(() => 1, 8)), 0)
      near(errorOf(withReplicates((i, r) => (i === r ? 0 : n / (n - 1)), n)), errorOf(simple))
    }),
    { seed: 6, numRuns: 30 },
  )
})

test('the other way round the index changes its sign; Erreygers is the same for having and lacking', () => {
  fc.assert(
    fc.property(people, (rows) => {
      fc.pre(new Set(rows.map(({ rank }) => rank)).size > 1 && new Set(rows.map(({ y }) => y)).size > 1)
      const options = { proportion: true, grouped: true }
      const of = (y: (one: Person) => number, rank: (one: Person) => number) =>
        concentrationOf(
          rows,
          (i) => (rows[i] ? y(rows[i]) : null),
          (i) => (rows[i] ? rank(rows[i]) : null),
          options,
        )
      const up = of(
        ({ y }) => y,
        ({ rank }) => rank,
      )
      const down = of(
        ({ y }) => y,
        ({ rank }) => -rank,
      )
      const lacking = of(
        ({ y }) => 1 - y,
        ({ rank }) => rank,
      )
      near(down?.value, -(up?.value ?? Number.NaN))
      near(down?.standardError, up?.standardError)
      near(lacking?.erreygers?.value, -(up?.erreygers?.value ?? Number.NaN))
      near(lacking?.erreygers?.standardError, up?.erreygers?.standardError)
    }),
    { seed: 7, numRuns: 60 },
  )
})
