import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PackProblems } from '#domain/city-pack/problems/pack-problems.ts'
import { readSurveys } from '#domain/city-pack/read-survey.ts'
import { exportFieldwork, openFieldwork } from '#domain/questionnaire/fieldwork.ts'
import { readOptions } from '#domain/questionnaire/options.ts'
import { readSample } from '#domain/questionnaire/sample.ts'
import { inTransaction } from '#infra/db/pool.ts'
import { QUESTIONNAIRE_VERSION } from '#model/questionnaire/codebook.ts'
import { DIMENSIONS, FACTOR_IDS } from '#model/wellbeing/framework.ts'
import { NOW, openTestApi, type TestApi } from './api-fixture.ts'

const FIELDWORK = {
  id: 'digital-2026',
  title: 'Digital life 2026',
  universe: 'People of 18 and over',
  from: '2026-10-15',
  to: '2026-11-15',
  threshold: 10,
}
const SAMPLE = `respondent,weight,stratum,cluster,zone
p1,12.5,north,a1,west
p2,20,north,a1,west
p3,7,"south, low",b2,east
`
let api: TestApi
let now = NOW
let codes: string[]
let folder: string
beforeAll(async () => {
  api = await openTestApi({ clock: () => now })
  folder = await mkdtemp(join(tmpdir(), 'citywell-questionnaire-'))
  codes = await openFieldwork(api.pool, FIELDWORK, readSample('sample.csv', SAMPLE, new Set(['west', 'east'])))
})
afterAll(async () => {
  await api.close()
  await rm(folder, { recursive: true, force: true })
})

const answer = async (code: string, answers: object, version = QUESTIONNAIRE_VERSION) => {
  const payload = { code, version, answers }
  const found = await api.app.inject({ method: 'POST', url: '/api/v1/questionnaire/answers', payload })
  return { status: found.statusCode, code: found.json().code, detail: found.json().detail }
}

describe('answers come home as microdata', () => {
  test('invited, answered once, exported, and read by the import of a city pack', async () => {
    expect(codes).toHaveLength(3)
    expect(new Set(codes).size).toBe(3)
    const first = { internet: 'yes', connection: 'fibre', price: '29,90', w_cost: '4', age_group: '75+' }
    expect((await answer(codes[0] ?? '', first)).status).toBe(201)
    expect((await answer((codes[2] ?? '').toLowerCase(), { internet: 'no', connection: 'none' })).status).toBe(201)
    expect(await answer(codes[0] ?? '', { internet: 'no' })).toMatchObject({ status: 409, code: 'INVITATION_USED' })

    const { codebook, csv, answered } = await exportFieldwork(api.pool, FIELDWORK.id, 'en')
    expect(answered).toBe(2)
    const survey = join(folder, 'surveys', FIELDWORK.id)
    await mkdir(survey, { recursive: true })
    await writeFile(join(survey, 'codebook.json'), JSON.stringify(codebook))
    await writeFile(join(survey, 'responses.csv'), csv)
    const problems = new PackProblems()
    const [read] = await readSurveys(folder, new Set(['west', 'east']), problems)
    expect(problems.list).toEqual([])
    const byName = new Map(read?.responses.map((one) => [one.respondent, one]))
    expect(byName.get('p1')).toMatchObject({ weight: 12.5, stratum: 'north', cluster: 'a1', zone: 'west' })
    expect(byName.get('p1')?.answers).toMatchObject({ ...first, price: '29.90', w_time_taken: '' })
    expect(byName.get('p3')).toMatchObject({ stratum: 'south, low', zone: 'east' })
    expect(read?.codebook).toMatchObject({ id: FIELDWORK.id, from: '2026-10-15', to: '2026-11-15', threshold: 10 })
  })

  test('asks about every factor of every dimension, once, and the ITU indicators it claims', async () => {
    const { codebook } = await exportFieldwork(api.pool, FIELDWORK.id, 'ar')
    const factors = codebook.questions.flatMap(({ factor }) => factor ?? [])
    expect(factors).toEqual(FACTOR_IDS)
    expect(DIMENSIONS.map((dimension) => dimension.factors.length)).toEqual([8, 8, 7])
    const indicators = codebook.questions.flatMap(({ indicator }) => indicator ?? [])
    expect(indicators.sort()).toEqual(['HH11', 'HH18', 'HH4', 'HH6', 'HH7', 'HH9'])
    expect(codebook.questions.filter(({ group }) => group).length).toBe(7)
    for (const { text, categories = {} } of codebook.questions)
      for (const words of [text, ...Object.values(categories)]) expect(words).toMatch(/\p{Script=Arabic}/u)
  })
})

describe('what is refused', () => {
  test.each([
    ['an unknown code', '0000-0000-0000-0000', { internet: 'yes' }, 404, 'INVITATION_UNKNOWN'],
    ['no answer at all', 'open', {}, 400, 'REQUEST_INVALID'],
    ['an answer that is not offered', 'open', { internet: 'maybe' }, 400, 'REQUEST_INVALID'],
    ['a question that is not asked', 'open', { name: 'Ana' }, 400, 'REQUEST_INVALID'],
    ['a price in words', 'open', { price: 'a lot' }, 400, 'REQUEST_INVALID'],
  ])('%s', async (_, code, answers, status, error) => {
    expect(await answer(code === 'open' ? (codes[1] ?? '') : code, answers)).toMatchObject({ status, code: error })
  })
  test('outside of the days of the fieldwork, and other questions than it was opened with', async () => {
    now = new Date('2026-11-16T00:00:01Z')
    expect(await answer(codes[1] ?? '', { internet: 'yes' })).toMatchObject({ status: 409, code: 'FIELDWORK_CLOSED' })
    now = NOW
    expect((await answer(codes[1] ?? '', { internet: 'yes' }, '0' as never)).status).toBe(400)
    await api.pool.query(`update fieldwork set version = 'earlier'`)
    expect(await answer(codes[1] ?? '', { internet: 'yes' })).toMatchObject({ status: 409, code: 'FIELDWORK_CLOSED' })
    await api.pool.query('update fieldwork set version = $1', [QUESTIONNAIRE_VERSION])
  })
  test('a second round with the same id', async () => {
    const drawn = readSample('s.csv', SAMPLE, new Set(['west', 'east']))
    await expect(openFieldwork(api.pool, FIELDWORK, drawn)).rejects.toMatchObject({ code: 'VALUE_INVALID' })
  })
  test('a sample with mistakes: all of them, by line', () => {
    const bad = 'respondent,weight,zone\np1,0,west\np1,1,moon\n,2,\n'
    const read = () => readSample('s.csv', bad, new Set(['west']))
    expect(read).toThrow(/line 2: weight must be a number above 0, not "0"/)
    expect(read).toThrow(/line 3: respondent "p1" stands in line 2 already/)
    expect(read).toThrow(/line 3: zone "moon" is no zone/)
    expect(read).toThrow(/line 4: respondent is empty/)
  })
  test('a command that lacks something says what', () => {
    expect(() => readOptions(['open', '--id', 'A B', '--from', 'soon'])).toThrow(
      /--id: .*--title: is needed.*--from: must be a date/s,
    )
    expect(() => readOptions(['steal'])).toThrow(/open and export, not "steal"/)
  })
})

describe('who can read it', () => {
  const asApi = (sql: string, values: unknown[] = []) =>
    inTransaction(api.pool, async (client) => {
      await client.query('set local role citywell_api')
      return (await client.query(sql, values)).rows
    })
  test('the role of the API puts answers in and gets none out', async () => {
    await expect(asApi('select * from microdata.invitation')).rejects.toMatchObject({ code: '42501' })
    const unknown = await asApi('select questionnaire_answer($1, $2, $3, $4) as outcome', [
      Buffer.alloc(32),
      QUESTIONNAIRE_VERSION,
      '{}',
      '2026-11-01',
    ])
    expect(unknown).toEqual([{ outcome: 'unknown' }])
  })
  test('no code is kept, and nobody is named', async () => {
    const { rows } = await api.pool.query('select i::text from microdata.invitation i')
    const kept = JSON.stringify(rows)
    for (const code of codes) expect(kept).not.toContain(code.replaceAll('-', ''))
  })
})
