import loadHighs from 'highs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Microdata, openMicrodata } from '#api/surveys/microdata.ts'
import { createSurveys } from '#api/surveys/surveys.ts'
import { protect } from '#model/statistics/disclosure/protect.ts'
import type { Estimate } from '#model/survey/codebook.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

/**
 * The attacker asks the API for every table of a question and puts everything into one linear program over the full
 * cross-classification of the characteristics by the answer: every published number of respondents and share is an
 * equation, nothing is negative, and the reason given for a hidden cell bounds it (below the threshold of 10: 1 to 9;
 * otherwise 10 or more). The range of a hidden cell is what the program leaves open of it.
 * Source: Hundepool and others, Statistical Disclosure Control (2012), ch. 4.3 (auditing of linked tables).
 */
const LEVELS = { zone: 8, sex: 2, age: 5, school: 3, work: 3 } as const
type Name = keyof typeof LEVELS
const NAMES = Object.keys(LEVELS) as Name[]
const TABLES: Name[][] = [
  [],
  ...NAMES.map((name) => [name]),
  ...NAMES.flatMap((a, i) => NAMES.slice(i + 1).map((b) => [a, b])),
]
const THRESHOLD = 10
type Person = Readonly<Record<Name | 'net' | 'cost', string>>

let db: TestDatabase
let surveys: ReturnType<typeof createSurveys>
beforeAll(async () => {
  db = await openTestDatabase()
  surveys = createSurveys({ pool: db.pool, microdata: openMicrodata(db.pool) })
})
afterAll(() => db.close())

/** mulberry32: the same people in every run */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** 500 respondents; levels become rarer one after the other, amounts are lognormal with sigma 1.2. */
function draw(seed: number, share: number): Person[] {
  const random = randomOf(seed)
  const level = (of: number): string => String(Math.floor(of * random() ** 1.6))
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Array.from({ length: 500 }, () => ({
    ...(Object.fromEntries(NAMES.map((name) => [name, level(LEVELS[name])])) as Record<Name, string>),
    net: random() < share ? 'y' : 'n',
    cost: (100 * Math.exp(1.2 * normal())).toFixed(2),
  }))
}

const categories = (of: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: of }, (_, i) => [String(i), String(i)]))
const codebook = {
  id: 's',
  title: 'S',
  universe: 'households',
  from: '2026-02-01',
  to: '2026-03-31',
  columns: { respondent: 'id', zone: 'zone' },
  questions: [
    { column: 'net', text: 'Net?', categories: { y: 'Yes', n: 'No' }, counts: ['y'] },
    { column: 'cost', text: 'Cost?' },
    ...NAMES.slice(1).map((column) => ({ column, text: column, categories: categories(LEVELS[column]), group: true })),
  ],
}

async function store(people: readonly Person[]): Promise<void> {
  await db.pool.query(`delete from survey where id = 's'`)
  await db.pool.query(`insert into survey (id, codebook, respondents) values ('s', $1, $2)`, [codebook, people.length])
  await db.pool.query(
    `insert into microdata.response (survey_id, respondent, weight, zone_key, answers)
     select 's', 'r' || i, 1, p ->> 'zone', p from jsonb_array_elements($1) with ordinality as r (p, i)`,
    [JSON.stringify(people)],
  )
}

async function ask(question: 'net' | 'cost', of = surveys): Promise<Estimate[]> {
  const tables = await Promise.all(TABLES.map((by) => of.estimates('s', { question, by })))
  return tables.flatMap(({ estimates }) => estimates)
}

type Atom = Readonly<Record<string, string>>
const isIn = (atom: Atom, group: Readonly<Record<string, string>>): boolean =>
  Object.entries(group).every(([name, value]) => atom[name] === value)
const countOf = (people: readonly Person[], cell: Estimate, net?: string): number =>
  people.filter((one) => isIn(one, cell.group) && (net === undefined || one.net === net)).length

/** Combinations of levels that may exist: a group without respondents is not listed, so it is known to be empty. */
function atomsOf(cells: readonly Estimate[]): Atom[] {
  const listed = new Set(cells.map(({ group }) => JSON.stringify(Object.entries(group).sort())))
  const all = NAMES.reduce<Atom[]>(
    (atoms, name) =>
      atoms.flatMap((atom) => Object.keys(categories(LEVELS[name])).map((v) => ({ ...atom, [name]: v }))),
    [{}],
  )
  const isListed = (atom: Atom): boolean =>
    TABLES.every((by) => listed.has(JSON.stringify(by.map((name) => [name, atom[name]]).sort())))
  return all.filter(isListed).flatMap((atom) => ['y', 'n'].map((net) => ({ ...atom, net })))
}

type Range = { readonly lower: number; readonly upper: number }
/** A sum of a hidden cell, and how far apart two values must be that agree with everything published. */
type Secret = {
  readonly what: string
  readonly columns: readonly number[]
  readonly value: number
  readonly width: number
}

/** @returns the secrets that the program leaves less open than that; each solution is evidence for all of them */
async function attack(cells: readonly Estimate[], people: readonly Person[]): Promise<string[]> {
  const highs = await (loadHighs as unknown as typeof loadHighs.default)()
  const atoms = atomsOf(cells)
  const columnsOf = ({ group }: Estimate, net?: string): number[] =>
    atoms.flatMap((atom, i) => (isIn(atom, group) && (net === undefined || atom['net'] === net) ? [i] : []))
  const rows = cells.flatMap((cell): (Range & { columns: number[] })[] => {
    const { n, value, suppressed } = cell
    if (n !== null && value !== null) {
      const yes = Math.round(n * value)
      return [
        { columns: columnsOf(cell, 'y'), lower: yes, upper: yes },
        { columns: columnsOf(cell, 'n'), lower: n - yes, upper: n - yes },
      ]
    }
    const isSmall = suppressed === 'below_threshold'
    return [
      { columns: columnsOf(cell), lower: isSmall ? 1 : THRESHOLD, upper: isSmall ? THRESHOLD - 1 : highs.infinity },
    ]
  })
  const model = highs.createModel({
    numCols: atoms.length,
    numRows: rows.length,
    colCost: atoms.map(() => 0),
    colLower: atoms.map(() => 0),
    colUpper: atoms.map(() => highs.infinity),
    rowLower: rows.map(({ lower }) => lower),
    rowUpper: rows.map(({ upper }) => upper),
    matrix: {
      format: 'csr',
      numCols: atoms.length,
      numRows: rows.length,
      starts: startsOf(rows.map(({ columns }) => columns.length)),
      indices: rows.flatMap(({ columns }) => columns),
      values: rows.flatMap(({ columns }) => columns.map(() => 1)),
    },
  })
  model.options.set({ output_flag: false, presolve: 'off' })
  const seen = secretsOf(cells, people, columnsOf).map((secret) => ({
    ...secret,
    lower: secret.value,
    upper: secret.value,
  }))
  const isWide = ({ lower, upper, width }: (typeof seen)[number]): boolean => upper - lower >= width - 1e-6
  const reach = ({ columns }: Secret, sign: 1 | -1): void => {
    for (const column of columns) model.changeColCost(column, sign)
    model.run()
    expect(model.getModelStatus()).toBe(highs.constants.modelStatus.optimal)
    const { colValue } = model.getSolution()
    for (const column of columns) model.changeColCost(column, 0)
    for (const one of seen) {
      const value = one.columns.reduce((sum, column) => sum + (colValue[column] ?? 0), 0)
      one.lower = Math.min(one.lower, value)
      one.upper = Math.max(one.upper, value)
    }
  }
  for (const one of seen) for (const sign of [1, -1] as const) if (!isWide(one)) reach(one, sign)
  model.dispose()
  return seen.filter((one) => !isWide(one)).map(({ what }) => what)
}

/**
 * Of a hidden cell, its number of respondents: 20 % open, at least 2 and at most half the threshold (a small
 * cell leaves a large one next to it no more); and how many gave each answer: at least two numbers are possible.
 */
function secretsOf(
  cells: readonly Estimate[],
  people: readonly Person[],
  columnsOf: (cell: Estimate, net?: string) => number[],
): Secret[] {
  return cells.flatMap((cell) => {
    if (cell.suppressed === null) return []
    const what = JSON.stringify(cell.group)
    const n = countOf(people, cell)
    const number = { what, columns: columnsOf(cell), value: n, width: Math.min(5, Math.max(2, 0.2 * n)) }
    if (isSaid(cells, cell)) return [number]
    const answers = ['y', 'n'].map((net) => {
      return { what: `${what} ${net}`, columns: columnsOf(cell, net), value: countOf(people, cell, net), width: 1 }
    })
    return [number, ...answers]
  })
}

/** Where each row begins, and where the last one ends. */
function startsOf(lengths: readonly number[]): number[] {
  let next = 0
  return [0, ...lengths.map((length) => (next += length))]
}

/** Everybody, or nobody, of a published group around the cell gave the answer: said by that group and not by the cell. */
const isSaid = (cells: readonly Estimate[], cell: Estimate): boolean =>
  cells.some(({ group, value }) => (value === 0 || value === 1) && isIn(cell.group, group))

const isHidden = ({ suppressed }: Estimate): boolean => suppressed !== null
/** Without protection intervals: guarded against linear combinations alone. */
function linear(): ReturnType<typeof createSurveys> {
  const microdata: Microdata = {
    ...openMicrodata(db.pool),
    protect: async ({ profiles, characteristics, threshold }) => protect(profiles, characteristics, threshold),
  }
  return createSurveys({ pool: db.pool, microdata })
}

describe('linear programming on all tables of a question', () => {
  test.each([
    { seed: 1, share: 0.5, published: 130, more: 1 },
    { seed: 2, share: 0.25, published: 130, more: 4 },
    { seed: 3, share: 0.1, published: 110, more: 1 },
  ])('500 respondents, five characteristics, $share answer yes: no hidden cell is found out', async (trial) => {
    const people = draw(trial.seed, trial.share)
    await store(people)
    const cells = await ask('net')
    const hidden = cells.filter(isHidden)
    expect(hidden.length).toBeGreaterThan(20)
    expect(await attack(cells, people)).toEqual([])
    expect(cells.length - hidden.length).toBeGreaterThanOrEqual(trial.published)
    // as docs/surveys.md says
    expect(cells.length).toBe(187)
    expect(hidden.length - (await ask('net', linear())).filter(isHidden).length).toBe(trial.more)
  })

  test('a rare answer: the same attacker finds many times more where only linear combinations are guarded against', async () => {
    const people = draw(3, 0.05)
    await store(people)
    const guarded = await ask('net', linear())
    const found = await attack(guarded, people)
    expect(found.length).toBeGreaterThan(10)
    // what is left follows from margins, which are not given up for the sake of answers
    const cells = await ask('net')
    const left = await attack(cells, people)
    expect(left.length).toBeLessThan(found.length / 4)
    expect(cells.filter(isHidden).length - guarded.filter(isHidden).length).toBe(40)
  })
})

/** What the second largest contributor makes of number, mean and spread: the most that the largest can have. */
function mostOf(amounts: readonly number[], { n, value, standardError, designEffect }: Estimate): number {
  const [, second = 0] = amounts.toSorted((a, b) => b - a)
  if (n === null || value === null || standardError === null) return Number.POSITIVE_INFINITY
  // simple random variance of the mean: sum of squares about the mean over n (n - 1)
  const simple = standardError ** 2 / (designEffect ?? 1)
  const squares = simple * n * (n - 1) + n * value ** 2 - second ** 2
  const total = n * value - second
  // (total - x)^2 <= (n - 2) (squares - x^2), by Cauchy and Schwarz for the n - 2 others
  const root = Math.sqrt(Math.max(0, (n - 2) * ((n - 1) * squares - total ** 2)))
  return Math.min(total, (total + root) / (n - 1))
}

test('amounts: the second largest contributor of no published cell estimates the largest to within 10 %', async () => {
  const people = draw(4, 0.5)
  await store(people)
  const amountsOf = (cell: Estimate): number[] =>
    people.filter((one) => isIn(one, cell.group)).map(({ cost }) => Number(cost))
  const cells = await ask('cost')
  const published = cells.filter(({ suppressed }) => suppressed === null)
  const guessed = published.filter((cell) => mostOf(amountsOf(cell), cell) < 1.1 * Math.max(...amountsOf(cell)))
  expect(guessed.map(({ group }) => group)).toEqual([])
  expect(cells.filter(({ suppressed }) => suppressed === 'dominance').length).toBeGreaterThan(10)
  expect(published.length).toBeGreaterThan(60)
})
