/** The second start with a pack that has a survey: the same is not stored again, what differs is, and nobody who was erased comes back. */
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eraseRespondent, releaseErasures } from '#api/surveys/import-survey.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { createSurveys } from '#api/surveys/surveys.ts'
import { loadSurveys } from '#domain/city-pack/load-surveys.ts'
import { inTransaction } from '#infra/db/pool.ts'
import { codebookSchema } from '#model/survey/codebook.ts'
import type { SurveyResponse } from '#model/survey-file/response.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { addCity, addZone } from './indicators-fixture.ts'
import { writtenRows } from './written-rows.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await openTestDatabase()
  await addCity(db.pool, { population: 4000 })
  for (const [i, key] of ['a', 'b', 'c', 'd'].entries()) await addZone(db.pool, key, 1000, i)
})
afterAll(() => db.close())
const startAgain = async (): Promise<void> => {
  await db.pool.query('delete from survey')
  for (const table of ['erased', 'kept_back', 'set_aside', 'replaced', 'replaced_response', 'publication'])
    await db.pool.query(`delete from microdata.${table}`)
}
beforeEach(startAgain)

const yesNo = { y: 'yes', n: 'no' }
const CODEBOOK = codebookSchema.parse({
  ...{ id: 's', title: 's', universe: 'households', from: '2026-02-01', to: '2026-03-31' },
  columns: { respondent: 'id', zone: 'zone' },
  questions: [
    { column: 'net', text: 'Net?', categories: yesNo, counts: ['y'] },
    { column: 'sex', text: 'Sex', categories: { f: 'f', m: 'm' }, group: true },
  ],
})
/** Zone d is too small and joined with its neighbour; replicate weights, base weights and cluster sizes are there for some. */
const RESPONSES: SurveyResponse[] = Array.from({ length: 200 }, (_, i) => ({
  ...{ respondent: `r${i}`, weight: 1 + (i % 7) / 3, zone: i % 40 === 0 ? null : i < 4 ? 'd' : ('abc'[i % 3] ?? '') },
  ...{ stratum: i % 2 ? 'north' : '', cluster: String(i % 20), clusterSize: i % 5 ? 0.1 + i : null },
  ...{ baseWeight: i % 3 ? 1e-9 * i : null, replicateWeights: i % 4 ? [i / 3, 0] : null },
  answers: { net: i % 4 ? 'y' : 'n', sex: i % 3 ? 'f' : 'm' },
}))
type File = { readonly codebook: typeof CODEBOOK; readonly responses: readonly SurveyResponse[] }
const FILE: File = { codebook: CODEBOOK, responses: RESPONSES }

const load = (file: File) => inTransaction(db.pool, (client) => loadSurveys(client, { surveys: [file] } as never))
/** Of every row its place and transactions, also those that only locked it. */
const rows = () => writtenRows(db.pool)
const estimates = () =>
  createSurveys({ pool: db.pool, microdata: openMicrodata(db.pool) }).estimates('s', { question: 'net', by: ['zone'] })

async function expectUntouchedBy(file: File): Promise<void> {
  const before = await rows()
  expect(before['microdata.response']?.length).toBeGreaterThan(0)
  await load(file)
  expect(await rows()).toEqual(before)
}
const people = async (): Promise<Set<string>> =>
  new Set(
    (await db.pool.query<{ respondent: string }>('select respondent from microdata.response')).rows.map(
      ({ respondent }) => respondent,
    ),
  )
const inDays = (days: number) => ({ pool: db.pool, clock: () => new Date(Date.now() + days * 86_400_000) })
const erase = async (from: number, to: number): Promise<void> => {
  for (let i = from; i < to; i += 1) await eraseRespondent(db.pool, 's', `r${i}`)
}
const withdrawn = async (): Promise<number> => (await db.pool.query('select from microdata.withdrawn')).rows.length

describe('the same survey writes and locks no row', () => {
  test('as it was loaded, after its figures were requested', async () => {
    await load(FILE)
    await estimates()
    await expectUntouchedBy(FILE)
  })
  test('while an erased respondent waits for the batch; nor does the person come back', async () => {
    await load(FILE)
    await erase(17, 18)
    const before = await estimates()
    await expectUntouchedBy(FILE)
    expect(await people()).not.toContain('r17')
    expect(await withdrawn()).toBe(1)
    expect(await estimates()).toEqual(before)
  })
  test('when a batch has left the figures, filled with others who are set aside', async () => {
    await load(FILE)
    await erase(17, 20)
    await releaseErasures(inDays(91))
    await expectUntouchedBy(FILE)
    expect(await withdrawn()).toBe(0)
    expect((await people()).size).toBe(197)
  })
  test('when a corrected file was loaded and others were set aside', async () => {
    await load(FILE)
    const file = { ...FILE, responses: RESPONSES.slice(1) }
    await load(file)
    expect((await db.pool.query('select from microdata.set_aside')).rows.length).toBeGreaterThan(0)
    await expectUntouchedBy(file)
  })
})

const first = (change: Partial<SurveyResponse>): File => ({
  ...FILE,
  responses: RESPONSES.map((one, i) => (i === 21 ? { ...one, ...change } : one)),
})
const [asked] = CODEBOOK.questions
const CHANGES: [string, File][] = [
  ['an answer', first({ answers: { net: 'n', sex: 'm' } })],
  ['one answer less', first({ answers: { net: 'n' } })],
  ['a weight', first({ weight: 1.000001 })],
  ['a base weight', first({ baseWeight: 7 })],
  ['a cluster size', first({ clusterSize: 7 })],
  ['replicate weights', first({ replicateWeights: [7, 0] })],
  ['no replicate weights', first({ replicateWeights: null })],
  ['a stratum', first({ stratum: 'south' })],
  ['a cluster', first({ cluster: 'x' })],
  ['a zone', first({ zone: 'a' })],
  ['no zone', first({ zone: null })],
  ['another name', first({ respondent: 'x' })],
  ['a respondent more', { ...FILE, responses: [...RESPONSES, { ...RESPONSES[0], respondent: 'x' } as SurveyResponse] }],
  ['a respondent less', { ...FILE, responses: RESPONSES.slice(0, -1) }],
  ['the title', { ...FILE, codebook: { ...CODEBOOK, title: 'other' } }],
  [
    'the order of categories',
    {
      ...FILE,
      codebook: {
        ...CODEBOOK,
        questions: CODEBOOK.questions.map((one) =>
          one === asked ? { ...one, categories: { n: 'no', y: 'yes' } } : one,
        ),
      },
    },
  ],
]
/** What is stored, without what is noted of the version before. */
const stored = async () => ({
  survey: (await db.pool.query('select codebook::text, respondents, areas from survey')).rows,
  answers: (await db.pool.query('select * from microdata.response order by respondent')).rows,
})

test.each(CHANGES)('what differs is stored: %s', async (_, changed) => {
  await load(FILE)
  await load(changed)
  const found = await stored()
  await startAgain()
  await load(changed)
  expect(found).toEqual(await stored())
})

test('a zone that moved is stored, where areas follow from it', async () => {
  await load(FILE)
  const areasOf = async () => (await db.pool.query('select areas from survey')).rows
  const before = await areasOf()
  await db.pool.query(`update zone set name = 'Old Town' where key = 'd'`)
  await load(FILE)
  expect(await areasOf()).not.toEqual(before)
})

test('a survey that the API imported is stored again as that of the pack only when it is the same', async () => {
  await load(FILE)
  await db.pool.query(`update survey set origin = 'person', imported_by = 'x'`)
  const before = await rows()
  expect(await load(first({ weight: 3 }))).toEqual(['s'])
  expect(await rows()).toEqual(before)
})

type Step = 'same' | 'corrected' | 'release'
/** What an operator does; gives the file that is the pack's then. */
async function afterStep(step: Step, file: File): Promise<File> {
  if (step === 'release') await releaseErasures(inDays(91))
  if (step !== 'corrected') return file
  return { ...file, responses: file.responses.map((one) => ({ ...one, weight: one.weight + 1 })) }
}
const setAside = (names: readonly string[]) =>
  db.pool.query(
    `insert into microdata.set_aside select 's', microdata.digest_of('s', name) from unnest($1::text[]) name`,
    [names],
  )

test('property: whoever is erased stays out, whatever file comes next, also who was set aside before', async () => {
  let wereSetAside = 0
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(
        fc.nat({ max: 199 }).map((i) => `r${i}`),
        { minLength: 1, maxLength: 4 },
      ),
      fc.array(fc.constantFrom<Step>('same', 'corrected', 'release'), { maxLength: 3 }),
      fc.boolean(),
      async (erased, steps, setAsideFirst) => {
        await startAgain()
        await load(FILE)
        if (setAsideFirst) await setAside(erased)
        wereSetAside += setAsideFirst ? 1 : 0
        for (const name of erased) await eraseRespondent(db.pool, 's', name)
        let file = FILE
        let hasLeft = setAsideFirst
        for (const step of steps) {
          file = await afterStep(step, file)
          await load(file)
          const present = await people()
          expect(erased.filter((name) => present.has(name))).toEqual([])
          // part of the figures is who waits for the batch, and nobody who was in none
          hasLeft ||= step === 'release'
          expect(await withdrawn()).toBe(hasLeft ? 0 : erased.length)
          await expectUntouchedBy(file)
        }
      },
    ),
    { seed: 59, numRuns: 25, endOnFailure: true },
  )
  expect(wereSetAside).toBeGreaterThan(5)
})
