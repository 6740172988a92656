import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Microdata, openMicrodata } from '#api/surveys/microdata.ts'
import { protectionOf, surveyTables } from '#api/surveys/survey-tables.ts'
import { createSurveys } from '#api/surveys/surveys.ts'
import { characteristicsOf } from '#api/surveys/table.ts'
import { readCityPack } from '#domain/city-pack/read-pack.ts'
import { storeSurvey } from '#domain/survey/store-survey.ts'
import { inTransaction } from '#infra/db/pool.ts'
import { protect } from '#model/statistics/disclosure/protect.ts'
import type { Codebook } from '#model/survey/codebook.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

/** The numbers of published cells of the demo survey that docs/surveys.md states. */
const DOC = readFileSync(new URL('../../docs/surveys.md', import.meta.url), 'utf8').replace(/\s+/g, ' ')

const DEMO = join(import.meta.dirname, '../../simulators/cities/demo')
let db: TestDatabase
let codebook: Codebook
beforeAll(async () => {
  db = await openTestDatabase()
  const survey = (await readCityPack(DEMO)).surveys[0]
  if (!survey) throw new Error('the demo city has no survey')
  codebook = survey.codebook
  await inTransaction(db.pool, (client) => storeSurvey(client, { ...survey, origin: 'pack', by: null }))
}, 120_000)
afterAll(() => db.close())

const tablesOf = (): string[][] => {
  const names = characteristicsOf(codebook)
  return [[], ...names.map((name) => [name]), ...names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b]))]
}

/** Cells of all tables, and how many of them are published, for a question that everybody answered. */
async function ofEverybody(microdata: Microdata): Promise<{ cells: number; published: number }> {
  const responses = await microdata.responses(codebook, characteristicsOf(codebook).slice(1))
  const values = responses.map(() => 1)
  const answered = { responses, values, asked: null, question: null, at: 0, offset: 0 }
  const protections = await protectionOf(microdata, codebook, answered)
  const tables = surveyTables(codebook, responses, values, null, 0, protections)
  const cells = tablesOf().flatMap((by) => tables.table(by))
  return { cells: cells.length, published: cells.filter(({ suppressed }) => suppressed === null).length }
}

async function ofQuestion(question: string): Promise<number> {
  const surveys = createSurveys({ pool: db.pool, microdata: openMicrodata(db.pool) })
  const answers = await Promise.all(tablesOf().map((by) => surveys.estimates(codebook.id, { question, by })))
  return answers.flatMap(({ estimates }) => estimates).filter(({ suppressed }) => suppressed === null).length
}

test('the documentation states how many cells of the demo survey are published', { timeout: 170_000 }, async () => {
  const microdata = openMicrodata(db.pool)
  const { cells, published } = await ofEverybody(microdata)
  const linear: Microdata = {
    ...microdata,
    protect: async ({ profiles, characteristics, threshold }) => protect(profiles, characteristics, threshold),
  }
  const withoutIntervals = (await ofEverybody(linear)).published
  const [internet, telephone] = [await ofQuestion('internet'), await ofQuestion('telephone')]
  const stated =
    /Of the demo survey's (\d+) cells .* (\d+) are published for a question that all answered, (\d+) without step 3\. .* yes\) (\d+) remain, of the telephone \(98 %\) (\d+)\./.exec(
      DOC,
    )
  expect(stated?.slice(1).map(Number)).toEqual([cells, published, withoutIntervals, internet, telephone])
})
