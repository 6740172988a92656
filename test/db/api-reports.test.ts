import { deflateRawSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import readXlsx from 'read-excel-file/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goalsPage } from '#api/reports/pdf/goals.ts'
import { reportText } from '#api/reports/report-text.ts'
import { readTable, TYPES, writeWorkbook } from '#api/reports/table.ts'
import { authorized, openTestApi, type TestApi } from './api-fixture.ts'

/** Testville: 1000 inhabitants, the number of households unknown. */
let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

const HEAD = 'code,data_point,numerator,denominator,value,unit,year,source,data_quality,verified,note'
const csv = (...lines: string[]): string => [HEAD, ...lines].join('\n')
const GOOD = 'Statistics office 2025,accurate_measurement,yes,'
const get = (url: string) => api.app.inject(`/api/v1${url}`)
const upload = (payload: string | Buffer, { type = 'text/csv', period = '2025', by = 'Ana' } = {}) =>
  api.app.inject({
    method: 'POST',
    url: `/api/v1/indicators/sheet?period=${period}&by=${by}`,
    headers: { ...authorized, 'content-type': type },
    payload,
  })
const count = async (): Promise<number> =>
  (await api.pool.query<{ n: number }>('select count(*)::int as n from reported_value')).rows[0]?.n ?? -1

describe('upload of a sheet', () => {
  test('needs the key', async () => {
    const headers = { 'content-type': 'text/csv' }
    const url = '/api/v1/indicators/sheet?period=2025'
    expect((await api.app.inject({ method: 'POST', url, headers, payload: csv() })).statusCode).toBe(401)
  })

  test('records what it states: 3 physicians of 1000 inhabitants are 300 per 100 000', async () => {
    const response = await upload(
      csv(
        `SC:EH:H:3C,,3,1000,,per 100 000 inhabitants,2025,${GOOD}`,
        `SC:EH:ED:4C,,,,95.5,%,2025,${GOOD}`,
        'SC:EH:ED:1C,,,,,%,2025,,,,',
      ),
    )
    expect(response.json()).toMatchObject({ recorded: 2, unchanged: 0, empty: 1, queries: [] })
    const value = (await get('/indicators/SC:EH:H:3C?period=2025')).json()
    expect(value.values[0]).toMatchObject({ value: 300, origin: 'reported' })
  })

  test('the sheet that comes back, sent again, changes nothing, as CSV and as XLSX', async () => {
    const before = await count()
    for (const format of ['csv', 'xlsx'] as const) {
      const sheet = await get(`/indicators/sheet?period=2025&format=${format}`)
      expect(sheet.headers['content-disposition']).toContain(`collection-sheet-2025.${format}`)
      const response = await upload(sheet.rawPayload, { type: TYPES[format].split(';')[0] ?? '' })
      expect(response.json()).toMatchObject({ recorded: 0, unchanged: 2, empty: 110 })
    }
    expect(await count()).toBe(before)
  })

  test('semicolons and decimal commas, as spreadsheets of half of Europe write them', async () => {
    const line = 'SC:EH:ED:4C;;;;96,5;%;2025;Statistics office 2025;accurate measurement;no;"counted; again"'
    const response = await upload(`\uFEFF${HEAD.replaceAll(',', ';')}\r\n${line}\r\n`, { by: 'Bruno' })
    expect(response.json()).toMatchObject({ recorded: 1 })
  })

  test('the history says who changed what and when', async () => {
    const { versions } = (await get('/indicators/SC:EH:ED:4C/values/2025/history')).json()
    expect(versions).toMatchObject([
      { by: 'Bruno', value: 96.5, note: 'counted; again', changed: ['value', 'verified', 'note'] },
      { by: 'Ana', value: 95.5, changed: [] },
    ])
    expect(Date.parse(versions[0].at)).toBeGreaterThanOrEqual(Date.parse(versions[1].at))
    expect((await get('/indicators/X/values/2025/history')).statusCode).toBe(404)
  })

  test('every problem names row, field and reason, and nothing is recorded', async () => {
    const before = await count()
    const response = await upload(
      csv(
        `SC:EH:ED:2C,,,,104,%,2025,${GOOD}`,
        `EC:XX:1,,,,1,%,2025,${GOOD}`,
        `EN:EN:AQ:1C,radon,,,1,ug/m3,2025,${GOOD}`,
        `EC:I:WS:1C,,97,,,%,2025,${GOOD}`,
        `EC:I:WS:5C,,"26,234",,,%,2024,office,guess,perhaps,`,
        `EN:EN:AQ:1C,no2,,,0.02,ppm,2025,${GOOD}`,
        `EN:EN:WS:4C,primary,,,80,%,2025,${GOOD}`,
        `EN:EN:WS:4C,secondary,,,90,%,2025,${GOOD}`,
        `SC:EH:ED:2C,,,,104,%,2025,${GOOD}`,
        'EN:E:E:2C,,,,4000,kWh per inhabitant a year,2025,,,,',
      ),
    )
    expect(response.statusCode).toBe(422)
    const { problems, code } = response.json()
    expect(code).toBe('SHEET_INVALID')
    expect(problems.map(({ row, field }: { row: number; field: string }) => `${row} ${field}`)).toEqual([
      '3 code',
      '4 data_point',
      '5 denominator',
      '6 year',
      '6 numerator',
      '6 data_quality',
      '6 verified',
      '7 unit',
      '9 value',
      '10 code',
      '11 source',
      '11 data_quality',
    ])
    expect(problems[7].reason).toContain('38 ug/m3')
    expect(await count()).toBe(before)
  })

  test('rows are checked together with what is known: drinking water above basic supply of an earlier sheet', async () => {
    expect((await upload(csv(`EC:I:WS:1C,,,,97,%,2025,${GOOD}`))).json()).toMatchObject({ recorded: 1 })
    const { problems } = (await upload(csv(`EC:I:WS:2C,,,,98,%,2025,${GOOD}`))).json()
    expect(problems).toMatchObject([{ row: 2, code: 'EC:I:WS:2C', reason: expect.stringMatching(/98 .*97/) }])
  })

  test('what is unusual is recorded and asked about; an emptied row withdraws nothing and says so', async () => {
    const response = await upload(csv(`EC:P:IN:3A,,,,80,%,2025,${GOOD}`, 'SC:EH:ED:4C,,,,,%,2025,,,,'))
    expect(response.json()).toMatchObject({ recorded: 1, queries: [{ rule: 'unusual' }, { rule: 'empty_row' }] })
  })

  test.each([
    ['no heading', 'a,b\n1,2', 422],
    ['a broken quote', `${HEAD}\n"EC`, 400],
    ['Latin-1', Buffer.from(`${HEAD}\nSC:EH:ED:4C,,,,95,%,2025,Estat\xedstica,unknown,no,`, 'latin1'), 400],
    ['no workbook', Buffer.from('PK\x03\x04 nothing'), 400],
  ])('%s is refused in words', async (_, payload, status) => {
    const before = await count()
    const response = await upload(payload)
    expect(response.statusCode).toBe(status)
    expect(response.json().detail.length).toBeGreaterThan(20)
    expect(await count()).toBe(before)
  })

  test('an upload above two megabytes is not even read', async () => {
    expect((await upload('x'.repeat(2_000_001))).statusCode).toBe(413)
  })

  test('a ZIP bomb is refused, whatever size it claims: 30 MB in 30 kB', async () => {
    const good = await writeWorkbook([{ name: 'a', table: [['code']], widths: [9] }])
    expect(await readTable(good)).toEqual([['code']])
    const packed = deflateRawSync(Buffer.alloc(30_000_000))
    const name = Buffer.from('xl/worksheets/sheet1.xml')
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(name.length, 26)
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    central.writeUInt16LE(8, 10)
    central.writeUInt32LE(packed.length, 20)
    central.writeUInt32LE(10, 24) // says it is 10 bytes
    central.writeUInt16LE(name.length, 28)
    const end = Buffer.alloc(22)
    end.writeUInt32LE(0x06054b50, 0)
    end.writeUInt16LE(1, 10)
    end.writeUInt32LE(30 + name.length + packed.length, 16)
    const bomb = Buffer.concat([local, name, packed, central, name, end])
    expect((await upload(bomb, { type: TYPES.xlsx })).statusCode).toBe(413)
  })
})

describe('exports', () => {
  test('JSON with metadata: what is reported, what is verified, what is not', async () => {
    const { metadata, indicators } = (await get('/indicators/export?period=2025')).json()
    expect(metadata).toMatchObject({ city: 'Testville', period: '2025', simulated: 'no' })
    const status = (code: string) => indicators.find((one: { code: string }) => one.code === code).status
    expect([status('SC:EH:H:3C'), status('SC:EH:ED:4C'), status('SC:EH:ED:1C')]).toEqual([
      'reported_verified',
      'reported_not_verified',
      'not_reported',
    ])
  })

  test('CSV has a line for each of the 112 data points, and a formula in a note stays a text', async () => {
    await upload(csv(`SC:EH:ED:1C,,,,88,%,2025,office,accurate_measurement,no,=1+1`))
    const text = (await get('/indicators/export?period=2025&format=csv')).body
    const lines: Record<string, string>[] = parse(text, { bom: true, columns: true })
    expect(lines).toHaveLength(112)
    expect(lines.find(({ code }) => code === 'SC:EH:ED:1C')).toMatchObject({
      value: '88',
      note: "'=1+1",
      verified: 'no',
    })
  })

  test('XLSX of the export and of the verification sheet', async () => {
    const names = async (url: string) =>
      (await readXlsx((await get(url)).rawPayload)).map(({ sheet, data }) => [sheet, data.length])
    expect(await names('/indicators/export?period=2025&format=xlsx')).toEqual([
      ['Values', 113],
      ['Scores', expect.any(Number)],
      ['About', expect.any(Number)],
    ])
    expect((await names('/indicators/verification?period=2025&format=xlsx'))[0]).toEqual(['Verification', 113])
  })

  test('verification counts and asks: 107 of 112 missing, SMEs at 80 %', async () => {
    const answer = (await get('/indicators/verification?period=2025')).json()
    expect(answer).toMatchObject({ reported: 5, dataPoints: 112 })
    const rules = answer.findings.map(({ rule }: { rule: string }) => rule)
    expect(rules).toEqual(expect.arrayContaining(['not_reported', 'unusual']))
  })

  test('goals with baseline, way and trend in JSON, in CSV and on the page of the PDF', async () => {
    // Physicians: 300 in 2025 above; 270, 280, 290 in the three years before. Target 350 by 2030, from 2022.
    for (const [year, value] of [
      ['2022', 270],
      ['2023', 280],
      ['2024', 290],
    ])
      await upload(csv(`SC:EH:H:3C,,,,${value},per 100 000 inhabitants,${year},${GOOD}`), { period: String(year) })
    const goal = { target: 350, targetYear: 2030, baselineYear: 2022, benchmark: 400, source: 'Health plan' }
    const put = {
      method: 'PUT',
      url: '/api/v1/indicators/SC:EH:H:3C/goals',
      headers: authorized,
      payload: goal,
    } as const
    expect((await api.app.inject(put)).statusCode).toBe(200)
    const report = (await get('/indicators/export?period=2025')).json()
    expect(report.goals).toHaveLength(1)
    // (300 - 270) / (350 - 270) = 0.375 of the way; a straight line to the end of 2030 has 3 of 8.5 years = 0.353
    expect(report.goals[0]).toMatchObject({
      ...{ code: 'SC:EH:H:3C', value: 300, target: 350, targetYear: 2030, benchmark: 400, source: 'Health plan' },
      progress: { baseline: { period: '2022', value: 270 }, share: 0.375, status: 'on_course' },
      latest: { period: '2025', value: 300 },
      score: { performance: 75, points: 3 },
    })
    expect(report.goals[0].progress.expected).toBeCloseTo(3 / 8.5, 3)
    expect(report.goals[0].trend.slope).toBeCloseTo(10, 2)
    const text = (await get('/indicators/export?period=2025&format=csv')).body
    const lines: Record<string, string>[] = parse(text, { bom: true, columns: true })
    expect(lines.find(({ code }) => code === 'SC:EH:H:3C')).toMatchObject({
      ...{ target: '350', target_year: '2030', baseline: '270', baseline_period: '2022', own_benchmark: '400' },
      ...{ progress_share: '0.375', progress_status: 'on_course', own_points: '3', goal_source: 'Health plan' },
    })
    expect(lines.find(({ code }) => code === 'SC:EH:ED:4C')).toMatchObject({ target: '', progress_status: '' })
    const page = JSON.stringify(goalsPage((await get('/indicators/report?period=2025')).json(), reportText('en')))
    for (const words of ['City targets', '"350"', '"2030"', '38%, on track', 'rising: 10'])
      expect(page).toContain(words)
    expect(goalsPage({ ...report, goals: [] }, reportText('en'))).toEqual([])
  })

  test('the report as PDF', async () => {
    const response = await get('/reports/2025.pdf')
    expect(response.headers['content-type']).toBe('application/pdf')
    expect(response.rawPayload.subarray(0, 5).toString()).toBe('%PDF-')
    expect(response.rawPayload.toString('latin1')).toContain('/Lang (en)')
    expect((await get('/reports/soon.pdf')).statusCode).toBe(400)
  })

  test.each([
    ['fr', 'fr'],
    ['fr-CA', 'fr'],
    ['ru', 'ru'],
    ['ar', 'ar'],
    ['zh-Hans', 'zh-Hans'],
    ['xx', 'en'],
    ['not a tag', 'en'],
  ])('the report as PDF for lang=%s is in %s', async (lang, language) => {
    const response = await get(`/reports/2025.pdf?lang=${encodeURIComponent(lang)}`)
    expect(response.statusCode).toBe(200)
    expect(response.rawPayload.toString('latin1')).toContain(`/Lang (${language})`)
  })

  test('a file in Spanish has Spanish names under the same columns and codes', async () => {
    const rows = async (query: string): Promise<Record<string, string>[]> =>
      parse((await get(`/indicators/export?period=2025&format=csv${query}`)).body, { bom: true, columns: true })
    const [english, spanish] = await Promise.all([rows(''), rows('&lang=es')])
    expect(Object.keys(spanish[0] ?? {})).toEqual(Object.keys(english[0] ?? {}))
    expect(spanish.map(({ code, value }) => [code, value])).toEqual(english.map(({ code, value }) => [code, value]))
    expect(spanish.find(({ code }) => code === 'SC:SH:SI:3C')).toMatchObject({ indicator: 'Pobreza' })
  })
})
