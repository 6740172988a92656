import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeWorkbook } from '#api/reports/table.ts'
import { loadSurveys } from '#domain/city-pack/load-surveys.ts'
import { createSurveyClient, type SurveyClient } from '#domain/survey/client.ts'
import { inTransaction } from '#infra/db/pool.ts'
import { importLines } from '#model/api/import-lines.ts'
import { KEY, openTestApi, type TestApi } from './api-fixture.ts'
import { addZone } from './indicators-fixture.ts'

/** A person brings a survey into a running city through the API, as the command line and the dashboard do. */
let api: TestApi
let url: string
let client: SurveyClient

const codebook = {
  id: 'net-2026',
  title: 'Internet 2026',
  universe: 'households',
  from: '2026-02-01',
  to: '2026-03-31',
  columns: { respondent: 'id', weight: 'w', zone: 'area' },
  questions: [
    {
      column: 'net',
      text: 'Internet?',
      categories: { y: 'Yes', n: 'No', '9': 'Refused' },
      missing: ['9'],
      counts: ['y'],
      indicator: 'HH6',
    },
    { column: 'size', text: 'People?' },
  ],
}
type Row = [id: string, w: string, area: string, net: string, size: string, name: string]
const rows = (n: number): Row[] =>
  Array.from({ length: n }, (_, i) => [
    `r${i}`,
    '1.5',
    i % 2 === 0 ? 'a' : 'b',
    i % 4 === 0 ? 'n' : 'y',
    '2',
    `Person ${i}`,
  ])
const csv = (of: readonly Row[]): Buffer =>
  Buffer.from(['id,w,area,net,size,name', ...of.map((row) => row.join(','))].join('\n'))
const send = (responses: Buffer, book: object = codebook, check = 'false') =>
  client.send('net-2026', { codebook: JSON.stringify(book), responses }, { check, by: 'test' }, () => {})
const count = async (): Promise<number> =>
  (await api.pool.query(`select count(*)::int as n from microdata.response where survey_id = 'net-2026'`)).rows[0].n

beforeAll(async () => {
  api = await openTestApi()
  url = await api.app.listen({ port: 0 })
  for (const [i, key] of ['a', 'b', 'c'].entries()) await addZone(api.pool, key, 1000, i)
  client = createSurveyClient({ url, key: KEY })
})
afterAll(() => api.close())

describe('import', () => {
  test('without the key nothing gets in', async () => {
    const stranger = createSurveyClient({ url, key: 'not-the-key-of-this-city' })
    await expect(stranger.erase('net-2026', {})).rejects.toThrow(/key/)
    await expect(stranger.send('net-2026', { codebook: '{}', responses: csv([]) }, {}, () => {})).rejects.toThrow(/key/)
  })

  test('everything that is wrong, by row and column, and nothing is stored', async () => {
    const bad = rows(4)
    bad[0] = ['r0', '0', 'a', 'y', '2', '']
    bad[1] = ['r0', '1', 'nowhere', 'perhaps', '"2,5"', '']
    const outcome = await send(csv(bad))
    if (!('refused' in outcome)) throw new Error('was not refused')
    expect(outcome.refused.problems.map(({ row, column, value }) => [row, column, value])).toEqual([
      [2, 'w', '0'],
      [3, 'id', 'r0'],
      [3, 'area', 'nowhere'],
      [3, 'net', 'perhaps'],
      [3, 'size', '2,5'],
    ])
    expect(await count()).toBe(0)
  })

  test.each([
    ['a part twice', [['codebook'], ['responses'], ['responses']], /2 parts "responses": send one/],
    ['a part too many', [['codebook'], ['responses'], ['response']], /part "response": its parts are "codebook" and/],
    ['a part too few', [['codebook']], /with the part "responses"/],
    [
      'a codebook in another encoding',
      [['codebook', new Uint8Array([0x7b, 0xe9, 0x7d])], ['responses']],
      /is not UTF-8/,
    ],
  ] as const)('%s is refused, and nothing of the form is used', async (_, parts, why) => {
    const form = new FormData()
    const usual = { codebook: JSON.stringify(codebook), responses: csv(rows(40)).toString() } as Record<string, string>
    for (const [name, bytes] of parts as readonly (readonly [string, Uint8Array<ArrayBuffer>?])[])
      form.append(name, new Blob([bytes ?? usual[name] ?? '']))
    const headers = { authorization: `Bearer ${KEY}` }
    const response = await fetch(`${url}/api/v1/surveys/net-2026`, { method: 'PUT', headers, body: form })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'REQUEST_INVALID', detail: expect.stringMatching(why) })
    expect(await count()).toBe(0)
  })

  test('a check says what would come in and stores nothing', async () => {
    const outcome = await send(csv(rows(40)), codebook, 'true')
    expect(outcome).toMatchObject({ imported: { checked: true, respondents: 40, replaced: false, ignored: ['name'] } })
    expect(await count()).toBe(0)
    expect((await client.list()).surveys).toEqual([])
  })

  test('all of it comes in, columns the codebook does not name stay out, and estimates follow', async () => {
    const outcome = await send(csv(rows(40)))
    expect(outcome).toMatchObject({ imported: { respondents: 40, questions: 2, checked: false } })
    const stored = await api.pool.query(`select answers from microdata.response where respondent = 'r0'`)
    expect(stored.rows).toEqual([{ answers: { net: 'n', size: '2' } }])
    const found = await fetch(`${url}/api/v1/surveys/net-2026/estimates?question=HH6`)
    // every fourth of 40 is offline
    expect(await found.json()).toMatchObject({ estimates: [{ value: 0.75, n: 40 }] })
  })

  test('the same file as a workbook gives the same survey, and replaces the first', async () => {
    const table = [
      ['id', 'w', 'area', 'net', 'size', 'name'],
      ...rows(40).map((row) => [row[0], Number(row[1]), ...row.slice(2)]),
    ]
    const workbook = await writeWorkbook([{ name: 'answers', table, widths: [10] }])
    expect(await send(workbook)).toMatchObject({ imported: { respondents: 40, replaced: true } })
    expect(await count()).toBe(40)
  })

  test('a file that is refused leaves the survey that is there as it was', async () => {
    const outcome = await send(csv([...rows(20), ['x', '', 'a', 'y', '2', '']]))
    expect(outcome).toMatchObject({ refused: { total: 1, problems: [{ row: 22, column: 'w' }] } })
    expect(await count()).toBe(40)
  })

  test('zones with too few respondents are taken together with their nearest', async () => {
    // a survey of its own: one that replaces another keeps back what its correction would reveal
    await api.pool.query(`delete from survey where id = 'net-2026'`)
    const few = rows(40).map((row, i): Row => (i < 4 ? [row[0], row[1], 'c', row[3], row[4], row[5]] : row))
    const outcome = await send(csv(few))
    // c, the third of three zones in a row, has 4; b lies next to it
    expect(outcome).toMatchObject({ imported: { areas: [{ key: 'b+c', zones: ['b', 'c'] }] } })
    const found = await fetch(`${url}/api/v1/surveys/net-2026/estimates?question=net&by=zone`)
    const { estimates } = (await found.json()) as { estimates: { group: { zone: string }; n: number }[] }
    expect(estimates.map(({ group, n }) => [group.zone, n])).toEqual([
      ['a', 18],
      ['b+c', 22],
    ])
    await api.pool.query(`delete from survey where id = 'net-2026'`)
    await send(csv(rows(40)))
  })

  test('weights are raked to the known totals of the codebook', async () => {
    const margins = [{ column: 'zone', totals: { a: 300, b: 100 } }]
    await send(csv(rows(40)), { ...codebook, margins })
    // a: 20 respondents, 10 of them offline (0, 4, 8, ...); b: 20, all online. (150 + 100) / 400
    const found = await fetch(`${url}/api/v1/surveys/net-2026/estimates?question=net`)
    expect(await found.json()).toMatchObject({ estimates: [{ value: expect.closeTo(0.625, 12) }] })
    const impossible = await send(csv(rows(40)), {
      ...codebook,
      margins: [{ column: 'zone', totals: { a: 300, c: 100 } }],
    })
    expect(impossible).toMatchObject({ refused: { problems: [{ row: null, column: 'margins' }] } })
    await send(csv(rows(40)))
  })

  test('progress comes as lines before the outcome', async () => {
    const form = new FormData()
    form.set('codebook', JSON.stringify(codebook))
    form.set('responses', new Blob([new Uint8Array(csv(rows(5_000)))]))
    const response = await fetch(`${url}/api/v1/surveys/net-2026`, {
      method: 'PUT',
      headers: { accept: 'application/x-ndjson', authorization: `Bearer ${KEY}` },
      body: form,
    })
    const lines = []
    if (response.body) for await (const line of importLines(response.body)) lines.push(line)
    expect(lines.filter((line) => 'step' in line && line.step === 'check')).toHaveLength(5)
    expect(lines.filter((line) => 'step' in line && line.step === 'store').at(-1)).toMatchObject({
      done: 5000,
      of: 5000,
    })
    expect(lines.at(-1)).toMatchObject({ imported: { respondents: 5000 } })
    await send(csv(rows(40)))
  })
})

describe('erasure', () => {
  test('a respondent is erased, and does not come back with the file', async () => {
    expect(await client.eraseRespondent('net-2026', 'r7')).toEqual({ id: 'net-2026', respondents: 39 })
    await expect(client.eraseRespondent('net-2026', 'r7')).rejects.toThrow(/no respondent of that name/)
    expect(await send(csv(rows(40)))).toMatchObject({ imported: { respondents: 39, erased: 1 } })
    const kept = await api.pool.query('select * from microdata.erased')
    expect(JSON.stringify(kept.rows)).not.toContain('r7')
  })

  test('a survey is erased with its answers, and the pack does not bring it back', async () => {
    const pack = { surveys: [{ codebook: { ...codebook, threshold: 10, simulated: false }, responses: [] }] } as never
    const load = () => inTransaction(api.pool, (session) => loadSurveys(session, pack))
    expect(await load()).toEqual(['net-2026'])
    expect(await client.erase('net-2026', {})).toEqual({ id: 'net-2026', respondents: 39 })
    expect(await count()).toBe(0)
    await expect(client.erase('net-2026', {})).rejects.toThrow(/no survey/)
    expect(await load()).toEqual(['net-2026'])
    expect((await client.list()).surveys).toEqual([])
    // whoever imports it again means it
    expect(await send(csv(rows(40)))).toMatchObject({ imported: { respondents: 39, erased: 1 } })
  })
})

test('the role of the API imports and erases, and still reads nothing', async () => {
  await inTransaction(api.pool, async (session) => {
    await session.query('set local role citywell_api')
    const batch = JSON.stringify([{ respondent: 'z', weight: 1, stratum: '', cluster: '', zone: 'a', answers: {} }])
    expect((await session.query('select survey_add_responses($1, $2) as n', ['net-2026', batch])).rows).toEqual([
      { n: 1 },
    ])
    expect((await session.query('select survey_erase_respondent($1, $2) as gone', ['net-2026', 'z'])).rows).toEqual([
      { gone: true },
    ])
    await session.query('savepoint s')
    await expect(session.query('select * from microdata.erased')).rejects.toMatchObject({ code: '42501' })
    await session.query('rollback to savepoint s')
    await expect(session.query(`select microdata.digest_of('a', 'b')`)).rejects.toMatchObject({ code: '42501' })
    await session.query('rollback to savepoint s')
  })
})

test('a draft of a plain file names the design, and is imported once a person has completed it', async () => {
  const { codebook: made, notes } = await client.draft(csv(rows(40)), { id: 'net-2026', title: 'Plain' })
  expect(made.columns).toEqual({ respondent: 'id', weight: 'w', zone: 'area' })
  // size is 2 for all, net y and n; names are not asked
  expect(made.questions.map(({ column, counts }) => [column, counts])).toEqual([
    ['net', ['y']],
    ['size', undefined],
  ])
  expect(notes).toContainEqual({ column: 'name', note: 'left_out_text' })
  expect(await send(csv(rows(40)), made)).toMatchObject({ imported: { respondents: 39 } })
})

test.each([
  ['nothing', ''],
  ['a line break', '\n'],
  ['a heading without rows', 'id,w,net'],
  ['a heading and an empty line', 'id,w,net\n\n'],
  ['respondents and weights alone', 'id,w\nr1,1.5\nr2,1.5'],
  ['columns without names', ',,\n1,2,3'],
])('a draft of a file of %s is refused, and says what is missing', async (_, file) => {
  const response = await fetch(`${url}/api/v1/surveys/draft?id=plain&title=Plain`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/octet-stream' },
    body: file,
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    code: 'REQUEST_INVALID',
    detail: expect.stringMatching(/has no answers|asks anything|file is empty|body/),
  })
})
