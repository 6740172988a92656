/** `npm run questionnaire` as a city runs it: files in, files out, what it prints and how it ends. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { QUESTIONNAIRE_VERSION } from '#model/questionnaire/codebook.ts'
import { checkCodebook } from '#model/survey-file/check-codebook.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

const MAIN = resolve(import.meta.dirname, '../../domain/questionnaire/main.ts')
/** The clock of the API in these tests stands on 1 November 2026. */
const ROUND = ['--id', 'digital-2026', '--title', 'Digital life', '--universe', 'People of 18 and over']
const DATES = ['--from', '2026-10-15', '--to', '2026-11-15']

let api: TestApi
let folder: string
beforeAll(async () => {
  api = await openTestApi()
  folder = await mkdtemp(join(tmpdir(), 'citywell-questionnaire-'))
})
afterAll(async () => {
  await api.close()
  await rm(folder, { recursive: true, force: true })
})

function run(args: string[]): Promise<{ code: number; output: string; errors: string }> {
  const env = { ...process.env, DATABASE_URL: api.database.url ?? '' }
  return new Promise((done) => {
    execFile(process.execPath, [MAIN, ...args], { env }, (error, output, errors) =>
      done({ code: error ? Number(error.code) : 0, output, errors }),
    )
  })
}

test('opens a round, takes an answer by a code of its file, and brings it home', async ({ skip }) => {
  if (!api.database.url) return skip('the embedded database belongs to its process')
  const [sample, codes] = [join(folder, 'sample.csv'), join(folder, 'codes.csv')]
  await writeFile(sample, 'respondent,weight,stratum,cluster,zone\np1,12.5,north,a1,west\np2,20,north,a2,east\n')
  const opened = await run(['open', ...ROUND, ...DATES, '--sample', sample, '--codes', codes])
  expect(opened).toMatchObject({ code: 0, errors: '' })
  expect(opened.output).toContain('digital-2026 is open for 2')

  // only its owner may read the codes
  expect((await stat(codes)).mode & 0o777).toBe(0o600)
  const [heading, first] = (await readFile(codes, 'utf8')).split('\n')
  expect(heading).toBe('respondent,code')
  const [respondent, code] = (first ?? '').split(',')
  expect(respondent).toBe('p1')
  const payload = { code, version: QUESTIONNAIRE_VERSION, answers: { internet: 'yes', w_cost: '4' } }
  const sent = await api.app.inject({ method: 'POST', url: '/api/v1/questionnaire/answers', payload })
  expect(sent.statusCode).toBe(201)

  const exported = await run(['export', '--id', 'digital-2026', '--to', folder])
  expect(exported).toMatchObject({ code: 0, output: expect.stringContaining('1 answers of digital-2026') })
  const book = JSON.parse(await readFile(join(folder, 'digital-2026/codebook.json'), 'utf8'))
  expect(checkCodebook(book).problems).toEqual([])
  const rows = (await readFile(join(folder, 'digital-2026/responses.csv'), 'utf8')).trim().split('\n')
  expect(rows).toHaveLength(2)
  expect(rows[1]).toMatch(/^p1,12\.5,north,a1,west,/)
})

test('codes are never written over, and a round is not opened twice', async ({ skip }) => {
  if (!api.database.url) return skip('the embedded database belongs to its process')
  const [sample, codes] = [join(folder, 'again.csv'), join(folder, 'again-codes.csv')]
  await writeFile(sample, 'respondent,weight\np1,1\n')
  const twice = await run(['open', ...ROUND, ...DATES, '--sample', sample, '--codes', codes])
  expect(twice.code).not.toBe(0)
  expect(twice.errors).toContain('digital-2026')
  await expect(stat(codes)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('says what is missing', async () => {
  const { code, errors } = await run(['open', '--id', 'x'])
  expect(code).not.toBe(0)
  expect(errors).toContain('title')
})
