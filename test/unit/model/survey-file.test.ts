import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { coarsenZones } from '#model/statistics/disclosure/coarsen-zones.ts'
import { codebookSchema } from '#model/survey/codebook.ts'
import { checkCodebook } from '#model/survey-file/check-codebook.ts'
import { draftCodebook } from '#model/survey-file/draft-codebook.ts'
import { readResponses } from '#model/survey-file/read-responses.ts'

const book = {
  id: 's',
  title: 'S',
  universe: 'households',
  from: '2026-01-01',
  to: '2026-02-01',
  columns: { respondent: 'id', weight: 'w' },
  questions: [{ column: 'net', text: 'Internet?', categories: { y: 'Yes', n: 'No' } }],
}
const about = { id: 's', title: 'S', universe: 'u', from: '2026-01-01', to: '2026-02-01', zones: new Set(['a', 'b']) }

const SCALE = { 1: '1', 2: '2', 3: '3', 4: '4', 5: '5' }

describe('codebook', () => {
  const wrong = (change: object) =>
    checkCodebook({ ...book, ...change }).problems.map(({ column, value, reason }) => `${column} ${value} ${reason}`)
  test('a good one has no problems', () => expect(wrong({})).toEqual([]))
  test.each([
    [{ to: '2025-12-31' }, 'to 2025-12-31 lies before from'],
    [{ columns: { respondent: 'id', weight: 'id' } }, 'columns.weight id is the respondent too'],
    [{ columns: { respondent: 'id', stratum: 'id' } }, 'columns.stratum id is the respondent or the weight too'],
    [{ questions: [...book.questions, ...book.questions] }, 'questions net net is asked twice'],
    [{ questions: [{ column: 'id', text: 'Who?' }] }, 'questions id id identifies or weighs'],
    [{ questions: [{ column: 'zone', text: 'Where?' }] }, 'questions zone zone is the name under which'],
    [
      { questions: [{ ...book.questions[0], counts: ['maybe'] }] },
      'questions net.counts maybe is none of its categories',
    ],
    [{ questions: [{ ...book.questions[0], indicator: 'HH20' }] }, 'questions net.indicator HH20 is no ITU core'],
    [{ questions: [{ ...book.questions[0], factor: 'cost' }] }, 'questions net.factor cost is answered 1 (worst) to 5'],
    [{ questions: [{ column: 'age', text: 'Age?', group: true }] }, 'questions age.group true needs categories'],
    [
      { questions: [{ column: 'q', text: 'Q?', categories: SCALE, factor: 'cost', group: true }] },
      'questions q.group true speaks of a factor',
    ],
    [{ margins: [{ column: 'zone', totals: { a: 1 } }] }, 'margins zone needs columns.zone'],
    [{ margins: [{ column: 'net', totals: { x: 1 } }] }, 'margins net x is none of its categories'],
    [{ population: { north: 10 } }, 'population north names strata'],
    [{ threshold: 2 }, 'threshold '],
  ])('%j: %s', (change, expected) => {
    expect(wrong(change).some((one) => one.startsWith(expected))).toBe(true)
  })
})

describe('answers', () => {
  const read = (table: (string | number | null)[][], change: object = {}) =>
    readResponses(table, { codebook: codebookSchema.parse({ ...book, ...change }), zones: new Set() })
  test('a heading without a column of the codebook, and one that stands twice', () => {
    const { problems } = read([['id', 'net', 'net']])
    expect(problems.map(({ row, column, reason }) => [row, column, reason.split(':')[0]])).toEqual([
      [1, 'w', 'is missing'],
      [1, 'net', 'stands twice in the heading'],
    ])
  })
  test('empty lines count as rows, so that the number is that of the spreadsheet', () => {
    const { problems } = read([
      ['id', 'w', 'net'],
      [null, '', null],
      ['1', -1, 'y'],
    ])
    expect(problems).toEqual([{ row: 3, column: 'w', value: '-1', reason: 'must be a number above 0' }])
  })
  test('without a weight everybody counts the same', () => {
    const { responses } = read(
      [
        ['id', 'net'],
        ['1', 'y'],
      ],
      { columns: { respondent: 'id' } },
    )
    expect(responses).toEqual([
      {
        ...{ respondent: '1', weight: 1, baseWeight: null, replicateWeights: null, clusterSize: null },
        ...{ stratum: '', cluster: '', zone: null, answers: { net: 'y' } },
      },
    ])
  })
  test('more households in a stratum of the sample than in the population', () => {
    const { problems } = read(
      [
        ['id', 'w', 'net'],
        ['1', 1, 'y'],
        ['2', 1, 'n'],
      ],
      { population: { '': 1 } },
    )
    expect(problems).toMatchObject([{ row: null, column: 'population.', reason: 'is fewer than the 2 in the file' }])
  })
  test('a category cannot be the name of something every object has', () => {
    expect(
      read([
        ['id', 'w', 'net'],
        ['1', 1, 'toString'],
      ]).problems,
    ).toHaveLength(1)
  })
})

describe('draft of a codebook', () => {
  const rows = Array.from({ length: 60 }, (_, i) => [
    `p${i}`,
    1.25 + (i % 3),
    i % 2 ? 'a' : 'b',
    `psu${i % 7}`,
    i % 2 ? 'f' : 'm',
    i % 5 === 0 ? 99 : 1 + (i % 3),
    20 + i * 0.5,
    i % 3 ? 'yes' : 'no',
    `said ${i}`,
    '',
  ])
  const draft = draftCodebook(
    [['case_id', 'weight', 'area', 'psu', 'sex', 'q1', 'price', 'HH6_net', 'comment', 'void'], ...rows],
    about,
  )
  const question = (column: string) => draft.codebook.questions.find((one) => one.column === column)
  test('design by name and values', () => {
    expect(draft.codebook.columns).toEqual({ respondent: 'case_id', weight: 'weight', zone: 'area', cluster: 'psu' })
  })
  test('codes, missing codes set apart from them, numbers, yes and no with the indicator in the name', () => {
    expect(question('q1')).toMatchObject({ categories: { '1': '1', '2': '2', '3': '3' }, missing: ['99'] })
    expect(question('price')).not.toHaveProperty('categories')
    expect(question('HH6_net')).toMatchObject({ counts: ['yes'], indicator: 'HH6' })
    expect(question('sex')).toMatchObject({ group: true })
  })
  test('free text and what nobody answered stay out, and no example is one person alone', () => {
    expect(question('comment')).toBeUndefined()
    expect(draft.notes).toContainEqual({ column: 'comment', note: 'left_out_text' })
    expect(draft.notes).toContainEqual({ column: 'void', note: 'left_out_empty' })
    expect(draft.columns.find(({ name }) => name === 'case_id')?.examples).toEqual([])
  })
  test('what it makes is accepted, with the file it was made of', () => {
    const { codebook } = checkCodebook(draft.codebook)
    expect(codebook).toBeDefined()
  })
})

describe('what a draft proposes and does not assume', () => {
  const weights = Array.from({ length: 12 }, (_, r) => `repw${r + 1}`)
  const table = [
    ['id', 'weight', 'sex', 'education', 'q1', ...weights],
    ...Array.from({ length: 40 }, (_, i) => [
      ...[`p${i}`, '2', `${1 + (i % 2)}`, `${1 + (i % 4)}`, i % 5 === 0 ? '' : `${i % 3}`],
      ...weights.map((_, r) => `${(i + r) % 2 ? 0 : 4}`),
    ]),
  ]
  const about = { id: 's', title: 'S', universe: 'U', from: '2026-01-01', to: '2026-01-31', zones: new Set<string>() }
  const { codebook, notes } = draftCodebook(table, about)
  const question = (column: string) => codebook.questions.find((one) => one.column === column)
  test('codes that are numbers are no order; where there may be one a person is asked', () => {
    expect(question('sex')).toMatchObject({ group: true, scale: 'nominal' })
    expect(question('education')).toMatchObject({ group: true, scale: 'nominal' })
    expect(notes).toContainEqual({ column: 'education', note: 'check_scale' })
    expect(notes).not.toContainEqual({ column: 'sex', note: 'check_scale' })
  })
  test('empty cells are to be looked at; replicate weights are no questions', () => {
    expect(notes).toContainEqual({ column: 'q1', note: 'check_blank' })
    expect(question('repw1')).toBeUndefined()
    expect(notes).toContainEqual({ column: 'repw1', note: 'check_replicates' })
    expect(codebook.replicates).toBeUndefined()
  })
})

describe('coarse zones', () => {
  const line = (...n: number[]) => n.map((count, x) => ({ key: `z${x}`, n: count, x, y: 0 }))
  test('the small one goes to its nearest', () => {
    expect(coarsenZones(line(30, 30, 4), 10)).toEqual([{ key: 'z1+z2', zones: ['z1', 'z2'] }])
  })
  test('small ones join one another before they take a large one', () => {
    expect(coarsenZones(line(30, 0, 0, 0, 6, 5), 10)).toEqual([{ key: 'z4+z5', zones: ['z4', 'z5'] }])
  })
  test('enough everywhere: nothing to join', () => expect(coarsenZones(line(10, 12), 10)).toEqual([]))
  test('ten zones with one respondent each are no area by themselves: its number would say so', () => {
    const scattered = line(...Array.from({ length: 10 }, () => 1), 30)
    expect(coarsenZones(scattered, 10)).toEqual([
      { key: expect.stringContaining('z10'), zones: scattered.map(({ key }) => key).sort() },
    ])
  })
  test('property: in an area of several zones none is known to within half the threshold', () => {
    const zone = fc.record({ n: fc.nat(4), x: fc.nat(100), y: fc.nat(100) })
    let several = 0
    fc.assert(
      fc.property(fc.array(zone, { minLength: 20, maxLength: 40 }), (zones) => {
        const samples = zones.map((one, i) => ({ ...one, key: `z${i}` }))
        const nOf = (keys: readonly string[]) =>
          samples.reduce((sum, { key, n }) => sum + (keys.includes(key) ? n : 0), 0)
        const areas = coarsenZones(samples, 10)
        if (areas.length > 1) several += 1
        // each of k zones has one at least, so at most n - k + 1
        if (areas.length > 1)
          for (const { zones: keys } of areas) expect(nOf(keys) - keys.length).toBeGreaterThanOrEqual(5)
      }),
      { seed: 16 },
    )
    expect(several).toBeGreaterThan(20)
  })
  test('property: no area is left below the threshold unless it is all there is, and no respondent is lost', () => {
    const zone = fc.record({ n: fc.nat(40), x: fc.nat(100), y: fc.nat(100) })
    fc.assert(
      fc.property(fc.array(zone, { minLength: 1, maxLength: 20 }), (zones) => {
        const samples = zones.map((one, i) => ({ ...one, key: `z${i}` }))
        const areas = coarsenZones(samples, 10)
        const nOf = (keys: readonly string[]) =>
          samples.reduce((sum, { key, n }) => sum + (keys.includes(key) ? n : 0), 0)
        const inAreas = areas.flatMap((area) => [...area.zones])
        expect(new Set(inAreas).size).toBe(inAreas.length)
        const alone = samples.filter(({ key, n }) => n > 0 && !inAreas.includes(key))
        const total = nOf(samples.map(({ key }) => key))
        for (const { n } of [...areas.map(({ zones: keys }) => ({ n: nOf(keys) })), ...alone])
          expect(n >= 10 || n === total).toBe(true)
      }),
      { seed: 15 },
    )
  })
})
