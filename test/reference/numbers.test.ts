import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCollectionSheet } from '#api/reports/read-collection-sheet.ts'
import { readTable, settleSheet } from '#api/reports/table.ts'
import { PackProblems } from '#domain/city-pack/problems/pack-problems.ts'
import { readThings } from '#domain/city-pack/read-things.ts'
import { readOptions } from '#ingest/import/options.ts'
import { runImport } from '#ingest/import/run.ts'
import { readNumber } from '#ingest/observe/normalise.ts'
import { codebookSchema } from '#model/survey/codebook.ts'
import { readResponses } from '#model/survey-file/read-responses.ts'
import { parseResponseNumbers } from '#model/survey-file/response-numbers.ts'
import { type Decimal, DecimalDetector, readNumberText } from '#model/text/numbers.ts'

/** apache/superset#43590, metabase/metabase#45171, actualbudget/actual#1769: decimal commas, groups of thousands, `sep=` */
const NBSP = '\u00a0'
const MINUS = '\u2212'

describe('one number', () => {
  const cases: [text: string, decimal: Decimal, value: number | undefined][] = [
    ['1.204', '.', 1.204],
    ['1.204', ',', 1204],
    ['1,204', '.', 1204],
    ['1,204', ',', 1.204],
    ['1,25', ',', 1.25],
    ['1,25', '.', undefined],
    ['1.234.567,8', ',', 1_234_567.8],
    ['1,234,567.8', '.', 1_234_567.8],
    ['12,34,567', '.', 1_234_567],
    [`1${NBSP}204,5`, ',', 1204.5],
    ['1\u202f204\u202f567', ',', 1_204_567],
    ['1 204.5', '.', 1204.5],
    ['1 2', '.', undefined],
    ["1'204.50", '.', 1204.5],
    ['1’204.50', '.', 1204.5],
    [`${MINUS}3,5`, ',', -3.5],
    ['+7', '.', 7],
    ['0.123', ',', undefined],
    ['.5', '.', 0.5],
    ['1e-3', '.', 0.001],
    ['12,3456', '.', undefined],
    ['1.2.3', '.', undefined],
    ['0x10', '.', undefined],
    ['', '.', undefined],
    ['-', '.', undefined],
  ]
  test.each(cases)('%j with decimal %j is %j', (text, decimal, value) =>
    expect(readNumberText(text, decimal)?.value).toBe(value),
  )
  test('per cent and limits are said', () => {
    expect(readNumberText('12,5 %', ',')).toEqual({ value: 12.5, percent: true, bound: null })
    expect(readNumberText('< 2', '.')).toEqual({ value: 2, percent: false, bound: 'below' })
    expect(readNumberText('>500', '.')).toEqual({ value: 500, percent: false, bound: 'above' })
    expect(readNumberText('≤0,5', ',')).toEqual({ value: 0.5, percent: false, bound: 'below' })
  })
  test('alone, as a device sends it: a group of thousands and a decimal comma with three digits are not distinguished', () => {
    expect(['1.204', '12,5', '1,204', '1.234,5'].map(readNumber)).toEqual([1.204, 12.5, undefined, undefined])
  })
})

describe('a file', () => {
  const poll = (texts: readonly string[], usual?: Decimal) => {
    const all = new DecimalDetector()
    for (const [i, text] of texts.entries()) all.add(text, () => `line ${i + 2}`)
    return all.result(usual)
  }
  test.each<[texts: string[], usual: Decimal | undefined, decimal: Decimal | 'asks']>([
    [['1.204', '1,25'], undefined, ','],
    [['1.204', '0.5'], ',', '.'],
    [['1.204', '7'], ',', 'asks'],
    [['1,204', '7'], '.', 'asks'],
    [['1.204', '7'], '.', '.'],
    [['1,204', '7'], ',', ','],
    [['1.204'], undefined, 'asks'],
    [['1.5', '1,25'], '.', 'asks'],
    // a stray that is written otherwise is a mistake of its cell, and is rejected with it
    [['1.5', '2.5', '1,25'], '.', '.'],
    [['1.5', '2.5', '1,25'], ',', 'asks'],
    [[...Array.from({ length: 9 }, () => '1.5'), '1,25'], ',', '.'],
    [['1.234.567'], undefined, ','],
    [['7', '12'], undefined, '.'],
  ])('%j, usually %j: %s', (texts, usual, expected) => {
    const told = poll(texts, usual)
    expect('decimal' in told ? told.decimal : 'asks').toBe(expected)
  })

  test('any numbers, written by one convention, come back or are asked about: never other numbers', () => {
    const numbers = fc.array(
      fc.tuple(fc.integer({ min: -9_999_999, max: 9_999_999 }), fc.integer({ min: 0, max: 4 })),
      { minLength: 1, maxLength: 12 },
    )
    const convention = fc.record({
      decimal: fc.constantFrom<Decimal>('.', ','),
      group: fc.constantFrom('', ' ', NBSP, '\u202f', "'", 'other'),
      minus: fc.constantFrom('-', MINUS),
    })
    fc.assert(
      fc.property(numbers, convention, fc.constantFrom<Decimal | undefined>('.', ',', undefined), (all, how, usual) => {
        const values = all.map(([n, digits]) => n / 10 ** digits)
        const texts = all.map(([n, digits]) => written(n, digits, how))
        const told = poll(texts, usual)
        if ('question' in told) return
        // Where separators suggest the other convention and every number fits both, the suggestion decides.
        if (usual !== undefined && usual !== how.decimal && told.decimal === usual) {
          expect(texts.every((text) => readNumberText(text, how.decimal === '.' ? ',' : '.'))).toBe(true)
          return
        }
        expect(texts.map((text) => readNumberText(text, told.decimal)?.value)).toEqual(values.map((v) => v + 0))
      }),
      { seed: 7, numRuns: 2000 },
    )
  })
})

type How = { decimal: Decimal; group: string; minus: string }
/** Written by hand: digits of the whole part in threes, then the decimals. */
function written(n: number, digits: number, { decimal, group, minus }: How): string {
  const text = String(Math.abs(n)).padStart(digits + 1, '0')
  const whole = text.slice(0, text.length - digits)
  const mark = group === 'other' ? (decimal === '.' ? ',' : '.') : group
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, mark)
  return `${n < 0 ? minus : ''}${grouped}${digits > 0 ? decimal + text.slice(-digits) : ''}`
}

describe('npm run import', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'numbers-'))
    const mapping = { time: { column: 'time' }, columns: { value: { property: 'sound_level' } } }
    await writeFile(join(folder, 'map.json'), JSON.stringify(mapping))
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function importOf(text: string, ...more: string[]): Promise<unknown[]> {
    const path = join(folder, 'levels.csv')
    await writeFile(path, text)
    const sent: unknown[] = []
    const publisher = {
      publish: async (_: string, payload: Buffer) => {
        sent.push(...JSON.parse(payload.toString()).map((record: { sound_level: unknown }) => record.sound_level))
      },
      drain: async () => {},
      close: async () => {},
      acknowledged: 1,
    }
    const options = readOptions([
      path,
      '--mapping',
      join(folder, 'map.json'),
      '--thing',
      'mic',
      '--everywhere',
      ...more,
    ])
    if (options === 'help') throw new Error('unreachable')
    await runImport({
      ...{ options, pack: { sources: [{ name: 'all', topic: '#' }], timeZone: 'UTC' }, bounds: [0, 0, 1, 1] },
      openPublisher: async () => publisher as never,
      ledger: () => async () => undefined,
      now: () => new Date('2026-05-31T12:00:00Z'),
    })
    return sent
  }
  const rows = (...values: string[]): string =>
    ['time;value', ...values.map((value, i) => `2026-05-31T0${i}:00:00Z;${value}`)].join('\n')

  test('216 decimal commas after an ambiguous number: the file decides for both', async () => {
    expect(await importOf(rows('1.204', '61,25'))).toEqual([1204, 61.25])
    expect(await importOf(rows('1.204', '61.25'))).toEqual([1.204, 61.25])
  })
  test('where nothing in the file tells, it is asked once, and nothing is published', async () => {
    await expect(importOf(rows('1.204', '62'))).rejects.toThrow(
      /"1\.204" \(line 2, column value\) is 1\.204 with decimal points and 1204 with decimal commas.*--decimal/s,
    )
    expect(await importOf(rows('1.204', '62'), '--decimal', 'comma')).toEqual([1204, 62])
    expect(await importOf(rows('1.204', '62'), '--decimal', 'point')).toEqual([1.204, 62])
    await expect(importOf(rows('1.5', '62,5'))).rejects.toThrow(/has a decimal point and "62,5".*a decimal comma/)
  })
  test('a sep= line, apostrophes, no-break spaces, a minus sign, and what is none', async () => {
    expect(
      await importOf(`sep=;\r\n${rows("1'060,5", `1${NBSP}060,5`, `${MINUS}3,5`, '6.5')}`, '--decimal', 'comma'),
    ).toEqual([1060.5, 1060.5, -3.5, '6.5 where decimals have a comma'])
  })
})

describe('sheets and files of a city', () => {
  const HEAD = 'code;data_point;numerator;denominator;value;unit;year;source;data_quality;verified;note'
  const sheet = async (...values: string[]) => {
    const lines = values.map((value) => `EN:E:E:2C;;;;${value};;2025;office;accurate measurement;no;`)
    const bytes = Buffer.from(['sep=;', HEAD, ...lines].join('\r\n'))
    return settleSheet(await readTable(bytes), bytes, undefined)
  }
  test('reported values: one question instead of a number that is a thousand times too small', async () => {
    const { question } = await sheet('1.204')
    expect(question).toMatchObject({
      ...{ row: 2, column: 'value' },
      reason: expect.stringMatching(/1204 with decimal commas/),
    })
    const { rows, problems: none } = await sheet('1204,5')
    expect([readCollectionSheet(rows, '2025').rows[0]?.value, none]).toEqual([1204.5, []])
  })

  test('things.csv: coordinates tell how the other numbers are written', async () => {
    const read = async (text: string, decimal?: Decimal) => {
      const problems = new PackProblems()
      const context = { decimal, places: { reference: undefined, crs: undefined }, zones: undefined }
      const [thing] = await readThings(text, context, problems)
      return { thing, problems: problems.list }
    }
    const head = 'key;name;domain;kind;lon;lat;lengthM;version'
    const { thing } = await read(`sep=;\n${head}\na;A;mobility;street_segment;11,567;48,12;1.204,5;2b`)
    expect(thing).toMatchObject({
      place: { coordinates: [11.567, 48.12] },
      attributes: { lengthM: 1204.5, version: '2b' },
    })
    expect((await read(`${head}\na;A;mobility;street_segment;;;1.204;`)).problems).toMatchObject([
      { file: 'things.csv', where: 'line 2, column lengthM', what: expect.stringContaining('"decimal": "comma"') },
    ])
    expect((await read(`${head}\na;A;mobility;street_segment;;;1.204;`, ',')).thing?.attributes).toEqual({
      lengthM: 1204,
    })
  })

  test('survey files: weights and amounts, not codes', () => {
    const codebook = codebookSchema.parse({
      ...{ id: 's', title: 'S', universe: 'adults', from: '2026-01-01', to: '2026-02-01' },
      columns: { respondent: 'id', weight: 'w' },
      questions: [
        { column: 'rent', text: 'Rent?', missing: ['-9'] },
        { column: 'sex', text: 'Sex?', categories: { '1.000': 'f', '2.000': 'm' } },
      ],
    })
    const table = [
      ['id', 'w', 'rent', 'sex'],
      ['a', '0,75', '1.204', '1.000'],
      ['b', '1,25', '-9', '2.000'],
    ]
    const { rows, problems } = parseResponseNumbers(table, codebook, { expected: ',', answer: '' })
    expect(problems).toEqual([])
    const reading = readResponses(rows, { codebook, zones: new Set() })
    expect(reading.problems).toEqual([])
    expect(reading.responses.map(({ weight, answers }) => [weight, answers['rent'], answers['sex']])).toEqual([
      [0.75, '1204', '1.000'],
      [1.25, '-9', '2.000'],
    ])
  })
})
