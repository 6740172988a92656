import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importSurvey } from '#api/surveys/import-survey.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { createSurveys } from '#api/surveys/surveys.ts'
import { estimatesResponse } from '#model/api/indicators.ts'
import { dividesResponse } from '#model/api/people.ts'
import { addCity, addZone } from '../db/indicators-fixture.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { CLUSTERS, TWO_STAGES } from './api-schools.ts'

/**
 * Surveys from file to answer, through the import and the API's queries, against R 4.2.2 with survey 4.1.1. The R that made
 * the numbers stands at each test, after library(survey); data(api).
 */
let db: TestDatabase
let surveys: ReturnType<typeof createSurveys>
beforeAll(async () => {
  db = await openTestDatabase()
  await addCity(db.pool)
  await addZone(db.pool, 'a', 1000, 0)
  surveys = createSurveys({ pool: db.pool, microdata: openMicrodata(db.pool) })
})
afterAll(() => db.close())

type Row = Readonly<Record<string, string | number>>
type Part = Readonly<Record<string, unknown>>
const HEAD = { id: 's', title: 'S', universe: 'schools', from: '2026-01-01', to: '2026-02-01' }
const MET = { column: 'met', text: 'Target met?', categories: { '0': 'No', '1': 'Yes' }, counts: ['1'] }
const TYPE = {
  column: 'type',
  text: 'Type of school',
  categories: { E: 'Elementary', H: 'High', M: 'Middle' },
  group: true,
}

async function send(rows: readonly Row[], part: Part) {
  const names = Object.keys(rows[0] ?? {})
  const csv = [names.join(','), ...rows.map((row) => names.map((name) => row[name]).join(','))].join('\n')
  const upload = {
    ...{ id: 's', by: 'test', check: false },
    codebook: JSON.stringify({ ...HEAD, ...part }),
    responses: Buffer.from(csv),
  }
  return importSurvey(db.pool, upload, () => {})
}
/** As a new survey: of a version that replaces another, some respondents may be set aside at random. */
async function stored(rows: readonly Row[], part: Part): Promise<void> {
  await db.pool.query(`delete from survey where id = 's'`)
  const outcome = await send(rows, part)
  expect(outcome.ok ? [] : outcome.problems).toEqual([])
}
const estimates = async (question: string, by: string[] = []) =>
  estimatesResponse.parse(await surveys.estimates('s', { question, by })).estimates
const divides = async (question: string, by: string[]) =>
  dividesResponse.parse(await surveys.divides('s', { question, by }))

function expectDigits(found: number | null | undefined, expected: number): void {
  expect(Math.abs((found ?? Number.NaN) / expected - 1)).toBeLessThan(5e-10)
}

const schools = (extra: (i: number) => Row = () => ({})): Row[] =>
  CLUSTERS.map(({ cluster, type, met, api00, weight }, i) => ({
    ...{ id: `r${i}`, w: weight, district: cluster, type, met, api00 },
    ...extra(i),
  }))
const COLUMNS = { respondent: 'id', weight: 'w', cluster: 'district' }
const SCORE = { column: 'api00', text: 'Score' }
const QUESTIONS = [MET, SCORE, TYPE]

describe('groups without an order', () => {
  // d <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1); b <- svyby(~y, ~stype, d, svymean, covmat = TRUE)
  // k <- svycontrast(b, c(E = 1, M = -1)); p.adjust(2 * pt(-abs(coef(k) / SE(k)), degf(subset(d, stype %in% c("E", "M")))), "holm")
  test('the widest of all pairs, corrected after Holm, and no concentration index, whatever the codes look like', async () => {
    const coded = { E: 1, H: 2, M: 3 } as Readonly<Record<string, number>>
    const rows = schools((i) => ({ type: coded[CLUSTERS[i]?.type ?? ''] ?? '' }))
    await stored(rows, {
      columns: COLUMNS,
      questions: [MET, { ...TYPE, categories: { '1': 'Elementary', '2': 'High', '3': 'Middle' } }],
    })
    const { concentration, widest, reference } = await divides('met', ['type'])
    expect(concentration).toBeNull()
    expect(reference).toEqual({ type: '1' })
    expect(widest).toMatchObject({
      group: { label: 'Elementary' },
      against: { label: 'Middle' },
      significant: false,
      comparisons: 3,
    })
    expectDigits(widest?.gap.value, 0.2366666666667)
    expectDigits(widest?.gap.standardError, 0.1211790769834)
    expectDigits(widest?.p, 0.0711014687036)
    expectDigits(widest?.adjustedP, 0.213304406111)
  })

  test('property: new names for the codes, and rows in another order, change no number', async () => {
    const told = async () => {
      const { groups, widest, concentration } = await divides('met', ['type'])
      const numbers = groups.map(({ label, estimate: { group: _, ...estimate }, gap }) => ({ label, estimate, gap }))
      const pair = [widest?.group.label, widest?.against?.label].sort()
      return JSON.parse(
        JSON.stringify(
          { groups: numbers.sort((a, b) => (a.label < b.label ? -1 : 1)), concentration, pair, p: widest?.adjustedP },
          (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(10)) : value),
        ),
      )
    }
    await stored(schools(), { columns: COLUMNS, questions: QUESTIONS })
    const before = await told()
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: -9, max: 99 }), { minLength: 3, maxLength: 3 }),
        fc.shuffledSubarray(schools(), { minLength: CLUSTERS.length }),
        async (codes, rows) => {
          const [e, h, m] = codes
          const named = { E: e ?? 0, H: h ?? 0, M: m ?? 0 } as Readonly<Record<string, number>>
          const categories = { [`${e}`]: 'Elementary', [`${h}`]: 'High', [`${m}`]: 'Middle' }
          await stored(
            rows.map((row) => ({ ...row, type: named[row['type'] ?? ''] ?? '' })),
            { columns: COLUMNS, questions: [MET, { ...TYPE, categories }] },
          )
          expect(await told()).toEqual(before)
        },
      ),
      { seed: 10, numRuns: 4 },
    )
  })

  test.each([
    [{ ...TYPE, scale: 'ordinal' }, 'order'],
    [{ ...TYPE, scale: 'ordinal', order: ['E', 'H'] }, 'order'],
    [{ ...TYPE, order: ['E', 'H', 'M'] }, 'order'],
  ])('an order is said as a whole: %j', async (type, field) => {
    const outcome = await send(schools(), { columns: COLUMNS, questions: [MET, type] })
    expect(outcome).toMatchObject({ ok: false, problems: [{ row: null, column: `questions type.${field}` }] })
  })
})

describe('an order that the codebook declares', () => {
  // With E, H, M from the lowest to the highest: t <- svytotal(~I(as.numeric(stype == "E")) + ... + I(y * (stype == "E")) + ..., d)
  // and svycontrast(t, quote(...)) of C = (2 theta / mean - 1) / (1 - sum(p^3)), ERREYGERS = 4 mean C
  test('concentration index corrected for grouping, and Erreygers', async () => {
    await stored(schools(), {
      columns: COLUMNS,
      questions: [MET, { ...TYPE, scale: 'ordinal', order: ['E', 'H', 'M'] }],
    })
    const { concentration, reference } = await divides('met', ['type'])
    expect(reference).toEqual({ type: 'M' })
    expectDigits(concentration?.grouped, -0.03937841530055)
    expectDigits(concentration?.value, -0.07724704069992)
    expectDigits(concentration?.standardError, 0.04147787233353)
    expectDigits(concentration?.erreygers?.value, -0.2701535849615)
    expectDigits(concentration?.erreygers?.standardError, 0.141877607511)
  })
})

describe('the design, from the file', () => {
  test('two stages: svymean(~api00, svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2))', async () => {
    const drawn = Map.groupBy(TWO_STAGES, ({ cluster }) => cluster)
    const rows = TWO_STAGES.map(({ cluster, clusterSize, api00 }, i) => ({
      ...{ id: `r${i}`, w: ((757 / 40) * clusterSize) / (drawn.get(cluster)?.length ?? 1) },
      ...{ district: cluster, size: clusterSize, api00 },
    }))
    const columns = { ...COLUMNS, clusterSize: 'size' }
    await stored(rows, { columns, population: { '': 757 }, questions: [SCORE] })
    const [all] = await estimates('api00')
    expectDigits(all?.value, 670.8118081181)
    expectDigits(all?.standardError, 30.0990273768)

    const undeclared = await send(rows, { columns: COLUMNS, population: { '': 757 }, questions: [SCORE] })
    expect(undeclared).toMatchObject({ ok: false, problems: [{ column: 'population' }] })
    const tooSmall = rows.map((row) => ({ ...row, size: 1 }))
    const outcome = await send(tooSmall, { columns, population: { '': 757 }, questions: [SCORE] })
    expect(outcome.ok ? '' : outcome.problems[0]?.reason).toMatch(/fewer than the \d of cluster/)
  })

  test('whole clusters: svymean(~api00, svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc))', async () => {
    await stored(schools(), { columns: COLUMNS, population: { '': 757 }, wholeClusters: true, questions: QUESTIONS })
    const [all] = await estimates('met')
    expectDigits(all?.value, 0.87431693989071)
    expectDigits(all?.standardError, 0.02035947724463)
    expectDigits(all?.lower, 0.81740260729741)
  })

  test('replicate weights: svyby(~y, ~stype, as.svrepdesign(d, type = "JK1"), svymean)', async () => {
    const districts = [...new Set(CLUSTERS.map(({ cluster }) => cluster))]
    const rows = schools((i) => {
      const { cluster = '', weight = 0 } = CLUSTERS[i] ?? {}
      const replicates = districts.map((out, r) => [`rep${r + 1}`, out === cluster ? 0 : (weight * 15) / 14])
      return Object.fromEntries(replicates) as Row
    })
    const columns = { respondent: 'id', weight: 'w' }
    await stored(rows, { columns, questions: QUESTIONS, replicates: { prefix: 'rep', type: 'JK1' } })
    const [all] = await estimates('met')
    expectDigits(all?.standardError, 0.02076275107717)
    const middle = (await estimates('met', ['type'])).find(({ group }) => group['type'] === 'M')
    expectDigits(middle?.standardError, 0.115940973718)
    expectDigits(middle?.lower, 0.388467226659)
    expectDigits(middle?.upper, 0.894495435302)
    const [score] = await estimates('api00')
    expectDigits(score?.standardError, 26.5941613577)

    const none = await send(rows, { columns, questions: QUESTIONS, replicates: { prefix: 'fay', type: 'Fay' } })
    expect(none).toMatchObject({ ok: false, problems: [{ column: 'replicates.rho' }] })
    const negative = rows.map((row, i) => (i === 3 ? { ...row, rep2: -1 } : row))
    const wrong = await send(negative, { columns, questions: QUESTIONS, replicates: { prefix: 'rep', type: 'JK1' } })
    expect(wrong).toMatchObject({ ok: false, problems: [{ row: 5, column: 'rep2', value: '-1' }] })
  })

  test('each set is raked too: calibrate(as.svrepdesign(d, type = "JK1"), ~stype + sch.wide, calfun = "raking")', async () => {
    const districts = [...new Set(CLUSTERS.map(({ cluster }) => cluster))]
    const rows = schools((i) => {
      const factors = districts.map((out, r) => [`f${r + 1}`, out === CLUSTERS[i]?.cluster ? 0 : 15 / 14])
      return Object.fromEntries(factors) as Row
    })
    const margins = [
      { column: 'type', totals: { E: 4421, H: 755, M: 1018 } },
      { column: 'met', totals: { '0': 1072, '1': 5122 } },
    ]
    const replicates = { prefix: 'f', type: 'JK1', combined: false }
    await stored(rows, { columns: { respondent: 'id', weight: 'w' }, questions: QUESTIONS, replicates, margins })
    const [score] = await estimates('api00')
    expectDigits(score?.value, 641.2303209268)
    expectDigits(score?.standardError, 27.1442585778)
    const elementary = (await estimates('api00', ['type'])).find(({ group }) => group['type'] === 'E')
    expectDigits(elementary?.standardError, 26.488053810487)
  })

  test('replicates that are all alike have a variance of 0', async () => {
    const rows = schools(() => ({ a1: 2, a2: 2, a3: 2 }))
    const replicates = { prefix: 'a', type: 'bootstrap', combined: false }
    await stored(rows, { columns: { respondent: 'id', weight: 'w' }, questions: QUESTIONS, replicates })
    expect((await estimates('api00'))[0]?.standardError).toBe(0)
  })

  test('raking: calibrate(svydesign(id = ~dnum, weights = ~pw, data = apiclus1), ~stype + sch.wide, calfun = "raking")', async () => {
    const margins = [
      { column: 'type', totals: { E: 4421, H: 755, M: 1018 } },
      { column: 'met', totals: { '0': 1072, '1': 5122 } },
    ]
    await stored(schools(), { columns: COLUMNS, questions: QUESTIONS, margins })
    const [score] = await estimates('api00')
    expectDigits(score?.value, 641.2303209268)
    expectDigits(score?.standardError, 23.9420099146)
    const elementary = (await estimates('api00', ['type'])).find(({ group }) => group['type'] === 'E')
    expectDigits(elementary?.standardError, 23.0378019299)
  })
})

describe('item nonresponse', () => {
  test('of those asked, weighted and not, next to each estimate', async () => {
    // weight 3 for the first 20, 1 for the others: 5 of the first and 10 of the others did not answer, 4 were not asked
    const rows = Array.from({ length: 60 }, (_, i) => ({
      ...{ id: `r${i}`, w: i < 20 ? 3 : 1, type: i < 20 ? 'E' : 'H' },
      met: i < 5 || (i >= 20 && i < 30) ? '9' : i >= 56 ? '' : i % 2,
    }))
    const asked = { ...MET, missing: ['9'] }
    const codebook = (met: Part) => ({ columns: { respondent: 'id', weight: 'w' }, questions: [met, TYPE] })
    await stored(rows, codebook({ ...asked, blank: 'not_asked' }))
    const found = async (by: string[]) =>
      (await estimates('met', by)).map(({ n, nonresponse, nonresponseWeighted }) => [
        n,
        nonresponse,
        nonresponseWeighted,
      ])
    // 15 of 56; 15 + 10 of 60 + 36
    expect(await found([])).toEqual([[41, 15 / 56, 25 / 96]])
    expect(await found(['type'])).toEqual([
      [15, 5 / 20, 15 / 60],
      [26, 10 / 36, 10 / 36],
      // nobody is of the third type, which looks like few
      [null, null, null],
    ])
    // empty cells are answers that are missing unless the codebook says otherwise
    await stored(rows, codebook(asked))
    expect(await found([])).toEqual([[41, 19 / 60, 29 / 100]])
  })

  test('not of a cell that is kept back, nor where fewer than the threshold were asked', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({
      ...{ id: `r${i}`, w: 1, type: i < 7 ? 'E' : i < 30 ? 'H' : 'M', met: i % 4 === 0 ? '9' : i % 2 },
    }))
    await stored(rows, {
      columns: { respondent: 'id', weight: 'w' },
      questions: [{ ...MET, missing: ['9'] }, TYPE],
    })
    const cells = await estimates('met', ['type'])
    const hidden = cells.filter(({ suppressed }) => suppressed)
    expect(hidden.length).toBeGreaterThan(1)
    expect(
      hidden.every(({ nonresponse, nonresponseWeighted }) => nonresponse === null && nonresponseWeighted === null),
    ).toBe(true)
  })
})
