import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eraseRespondent, eraseSurvey, releaseErasures } from '#api/surveys/import-survey.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { createSurveys } from '#api/surveys/surveys.ts'
import { storeSurvey } from '#domain/survey/store-survey.ts'
import { inTransaction } from '#infra/db/pool.ts'
import { codebookSchema } from '#model/survey/codebook.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/**
 * Somebody keeps the figures of every version of a survey, whose file is corrected several times, and whose zones and codes are joined,
 * split and renamed, and compares each with each.
 */
let db: TestDatabase
beforeAll(async () => {
  db = await openTestDatabase()
})
afterAll(() => db.close())

const THRESHOLD = 10
const N = 600
/** What is true of somebody. Files say it in codes. */
type Truth = { readonly zone: string; readonly sex: string; readonly net: string; readonly cost: string }
type Person = Truth & { readonly name: string }
const PEOPLE: Person[] = Array.from({ length: N }, (_, i) => ({
  ...{ name: `r${i}`, zone: 'abcd'[(i * 7) % 4] ?? '', sex: i % 3 ? 'f' : 'm' },
  ...{ net: i % 4 ? 'y' : 'n', cost: i % 6 ? String(20 + (i % 17)) : '' },
}))

/** How a version codes: true code by code of the file; what is not listed has the same. */
type Coding = Readonly<Partial<Record<keyof Truth, Readonly<Record<string, string>>>>>
const CODINGS: readonly Coding[] = [
  {},
  { zone: { c: 'cd', d: 'cd' } },
  { zone: { a: 'ab', b: 'ab' }, sex: { f: '2', m: '1' } },
  { sex: { f: 'm', m: 'f' } },
  { net: { y: '1', n: '0' } },
  { zone: { a: 'b', b: 'a' }, net: { y: 'n', n: 'y' } },
]
const coded = (coding: Coding, name: keyof Truth, truth: string): string => coding[name]?.[truth] ?? truth
type Version = { readonly people: readonly Person[]; readonly coding: Coding }

const TRUTHS = { sex: ['f', 'm'], net: ['y', 'n'] } as const
const categories = (coding: Coding, name: 'sex' | 'net') =>
  Object.fromEntries(TRUTHS[name].map((truth) => [coded(coding, name, truth), truth]))
const codebookOf = (coding: Coding) =>
  codebookSchema.parse({
    ...{ id: 's', title: 's', universe: 'households', from: '2026-02-01', to: '2026-03-31' },
    columns: { respondent: 'id', zone: 'zone' },
    questions: [
      { column: 'net', text: 'Net?', categories: categories(coding, 'net'), counts: [coded(coding, 'net', 'y')] },
      { column: 'cost', text: 'Cost?' },
      { column: 'sex', text: 'Sex', categories: categories(coding, 'sex'), group: true },
    ],
  })

async function store({ people, coding }: Version, other: object = {}): Promise<void> {
  const responses = people.map(({ name, zone, ...answers }) => ({
    ...{ respondent: name, weight: 1, zone: coded(coding, 'zone', zone), stratum: '', cluster: '' },
    answers: Object.fromEntries(
      Object.entries(answers).map(([column, value]) => [column, coded(coding, column as keyof Truth, value)]),
    ),
    ...{ baseWeight: null, clusterSize: null, replicateWeights: null },
  }))
  const file = { codebook: { ...codebookOf(coding), ...other }, responses, origin: 'person', by: 'x' } as const
  await inTransaction(db.pool, (client) => storeSurvey(client, file as never))
}

/** A published cell, or the sum of two: the group that it stands for in truth, and who is in it. */
type Cell = {
  readonly group: string
  readonly isSum: boolean
  readonly question: 'net' | 'cost'
  readonly members: readonly Person[]
}
/** The true zones and sexes of a group in codes: "ab/f". */
const groupOf = (coding: Coding, code: Readonly<Record<string, string>>): string =>
  (['zone', 'sex'] as const)
    .map((name) =>
      (name === 'zone' ? [...'abcd'] : TRUTHS.sex)
        .filter((truth) => code[name] === undefined || coded(coding, name, truth) === code[name])
        .join(''),
    )
    .join('/')
/** "a/f" and "b/f" are "ab/f". */
const both = (a: string, b: string): string => {
  const [zones = '', sex] = a.split('/')
  return `${[...zones, ...(b.split('/')[0] ?? '')].sort().join('')}/${sex}`
}
const TABLES = [[], ['zone'], ['sex'], ['zone', 'sex']]

/** The published cells, and the sums of two of one table that differ in their zone alone. */
async function published({ people, coding }: Version): Promise<Cell[]> {
  const surveys = createSurveys({ pool: db.pool, microdata: openMicrodata(db.pool) })
  const aside = await db.pool.query<{ name: string }>(
    `select name from unnest($1::text[]) name where microdata.digest_of('s', name) in (select digest from microdata.set_aside)`,
    [people.map(({ name }) => name)],
  )
  const out = new Set(aside.rows.map(({ name }) => name))
  const shown = people.filter(({ name }) => !out.has(name))
  const found: Cell[] = []
  for (const question of ['net', 'cost'] as const)
    for (const by of TABLES) {
      const category = question === 'net' ? { category: coded(coding, 'net', 'y') } : {}
      const open = (await surveys.estimates('s', { question, by, ...category })).estimates.filter(({ n }) => n !== null)
      const cells = open.map(({ group }): Cell => {
        const isIn = (one: Person) =>
          Object.entries(group).every(([name, code]) => coded(coding, name as keyof Truth, one[name as 'sex']) === code)
        return { group: groupOf(coding, group), isSum: false, question, members: shown.filter(isIn) }
      })
      const sums = cells.flatMap((a, i) =>
        cells.slice(i + 1).flatMap((b, k) => {
          const [one, other] = [open[i]?.group ?? {}, open[i + 1 + k]?.group ?? {}]
          return by.includes('zone') && one.sex === other.sex
            ? [{ group: both(a.group, b.group), isSum: true, question, members: [...a.members, ...b.members] }]
            : []
        }),
      )
      found.push(...cells, ...sums)
    }
  return found
}

/** In how many respondents two cells differ, by what they answered. */
function differing(before: Cell, after: Cell): number {
  const more = new Map<string, number>()
  const count = ({ members, question }: Cell, sign: number): void => {
    for (const one of members) if (one[question] !== '') more.set(one[question], (more.get(one[question]) ?? 0) + sign)
  }
  count(before, -1)
  count(after, 1)
  const sum = (sign: number) => [...more.values()].reduce((total, n) => total + Math.max(0, sign * n), 0)
  return Math.max(sum(1), sum(-1))
}

/** Cells that somebody would compare: those of one group. A sum is compared with a cell of the other version. */
function revealing(before: readonly Cell[], after: readonly Cell[]): string[] {
  return before.flatMap((then) =>
    after.flatMap((now) => {
      if (then.question !== now.question || then.group !== now.group || (then.isSum && now.isSum)) return []
      const n = differing(then, now)
      return n > 0 && n < THRESHOLD ? [`${now.question} ${now.group}: ${n}`] : []
    }),
  )
}

type Change = { readonly at: number; readonly kind: 'net' | 'cost' | 'zone' | 'remove' }
const CHANGED: Readonly<Record<Change['kind'], (one: Person) => Person[]>> = {
  net: (one) => [{ ...one, net: one.net === 'y' ? 'n' : 'y' }],
  cost: (one) => [{ ...one, cost: one.cost === '' ? '25' : '' }],
  zone: (one) => [{ ...one, zone: one.zone === 'a' ? 'b' : 'a' }],
  remove: () => [],
}
function changed(people: readonly Person[], changes: readonly Change[]): Person[] {
  const kinds = new Map(changes.map(({ at, kind }) => [`r${at}`, kind]))
  return people.flatMap((one) => {
    const kind = kinds.get(one.name)
    return kind === undefined ? [one] : CHANGED[kind](one)
  })
}

async function startAgain(): Promise<void> {
  await db.pool.query('delete from survey')
  for (const table of ['erased', 'kept_back', 'set_aside', 'replaced', 'replaced_response', 'deleted', 'publication'])
    await db.pool.query(`delete from microdata.${table}`)
}

/** Stores the versions in turn. @returns what any two of them reveal, and how many figures those after the first have */
async function publishAll(versions: readonly Version[]): Promise<{ found: string[]; left: number }> {
  await startAgain()
  const all: Cell[][] = []
  for (const version of versions) {
    await store(version)
    all.push(await published(version))
  }
  const found = all.flatMap((before, i) =>
    all.slice(i + 1).flatMap((after, k) => revealing(before, after).map((one) => `${i}-${i + 1 + k} ${one}`)),
  )
  return { found, left: all.slice(1).flat().length }
}

const plain = (people: readonly Person[]): Version => ({ people, coding: {} })

test('thirty corrections that are taken back but for one: the first version and the third reveal nothing', async () => {
  const thirty = changed(
    PEOPLE,
    Array.from({ length: 30 }, (_, i) => ({ at: i * 8, kind: 'net' as const })),
  )
  const one = changed(PEOPLE, [{ at: 8, kind: 'net' }])
  expect((await publishAll([plain(PEOPLE), plain(thirty), plain(one)])).found).toEqual([])
})

test('a correction in a file whose zones are joined, split or exchanged, or whose codes are renamed, reveals nothing', {
  timeout: 170_000,
}, async () => {
  const one = changed(PEOPLE, [{ at: 8, kind: 'net' }])
  for (const coding of CODINGS.slice(1)) {
    expect((await publishAll([plain(PEOPLE), { people: one, coding }])).found, JSON.stringify(coding)).toEqual([])
    expect((await publishAll([{ people: PEOPLE, coding }, plain(one)])).found, JSON.stringify(coding)).toEqual([])
  }
})

test('zones joined and codes renamed, for the same answers, cost nothing', async () => {
  // codes that are exchanged do: a group of one version can by chance be nearly that of the other
  for (const coding of [CODINGS[0], CODINGS[1], CODINGS[2], CODINGS[4]] as Coding[]) {
    await startAgain()
    await store(plain(PEOPLE))
    await store({ people: PEOPLE, coding })
    const noted = await db.pool.query('select 1 from microdata.kept_back union all select 1 from microdata.set_aside')
    expect(noted.rowCount, JSON.stringify(coding)).toBe(0)
  }
})

const change = fc.record({
  at: fc.nat({ max: N - 1 }),
  kind: fc.constantFrom('net', 'cost', 'zone', 'remove'),
}) as fc.Arbitrary<Change>
const step = fc.record({
  // from the version before, or from the first
  again: fc.boolean(),
  changes: fc.oneof(fc.array(change, { maxLength: 3 }), fc.array(change, { minLength: 30, maxLength: 80 })),
  coding: fc.nat({ max: CODINGS.length - 1 }),
})

test('any sequence of versions in any codes: no two of them differ by 1 to 9 respondents', {
  timeout: 170_000,
}, async () => {
  let left = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 3 }), async (steps) => {
      const versions: Version[] = [plain(PEOPLE)]
      for (const { again, changes, coding } of steps) {
        const from = again ? PEOPLE : (versions.at(-1)?.people ?? PEOPLE)
        versions.push({ people: changed(from, changes), coding: CODINGS[coding] ?? {} })
      }
      const outcome = await publishAll(versions)
      expect(outcome.found).toEqual([])
      left += outcome.left
    }),
    { seed: 55, numRuns: 6 },
  )
  // something is left to compare
  expect(left).toBeGreaterThan(30)
})

const stored = (id: string, people: readonly Person[], dates = {}) => store(plain(people), { id, ...dates })
const remove = (id: string) => eraseSurvey(db.pool, id, 'x')

test('a deleted survey comes back as it was, in any order and with any names, and then in other versions', async () => {
  await startAgain()
  await stored('s', PEOPLE)
  const before = await published(plain(PEOPLE))
  await remove('s')
  await stored(
    's',
    PEOPLE.toReversed().map((one, i) => ({ ...one, name: `new${i}` })),
  )
  await remove('s')
  await stored('s', PEOPLE)
  const one = changed(PEOPLE, [{ at: 8, kind: 'net' }])
  await stored('s', one)
  expect(revealing(before, await published(plain(one)))).toEqual([])
})

test('another version of a deleted survey is refused, under its id and another, and stores nothing', async () => {
  await startAgain()
  await stored('s', PEOPLE)
  await remove('s')
  const one = changed(PEOPLE, [{ at: 8, kind: 'net' }])
  await expect(stored('s', one)).rejects.toThrow(
    /differs from the one that was deleted on \d{4}-\d\d-\d\d .* import what was deleted as "s" first/,
  )
  expect((await db.pool.query('select from survey')).rowCount).toBe(0)
  // these people have much in common, so each says something of his own
  const own = PEOPLE.map((one, i) => ({ ...one, cost: `${1000 + i}` }))
  await stored('t', own)
  await remove('t')
  const two = changed(own, [{ at: 8, kind: 'net' }])
  await expect(stored('u', two)).rejects.toThrow(/"u" differs from survey "t" that was deleted on .* in common: 599/)
  // a later round is another survey, and so are other people
  await stored('v', two, { from: '2027-02-01', to: '2027-03-31' })
  await stored(
    'w',
    own.map((person, i) => ({ ...person, cost: `${5000 + i}` })),
  )
  await expect(stored('x', two, { from: '2027-03-01', to: '2027-04-30' })).resolves.toBeUndefined()
})

test('another version of a survey that is there is refused under another id', async () => {
  await startAgain()
  const own = PEOPLE.map((one, i) => ({ ...one, cost: `${1000 + i}` }))
  await stored('s', own)
  await expect(stored('t', changed(own, [{ at: 8, kind: 'net' }]))).rejects.toThrow(/import it as "s"/)
})

test('of a deleted survey no answer and no name is left', async () => {
  await startAgain()
  const own = PEOPLE.map((one, i) => ({ ...one, name: `secret-name-${i}`, cost: `${777_000 + i}` }))
  await stored('s', own)
  await stored('s', own.slice(40))
  await remove('s')
  const tables = await db.pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'microdata'`,
  )
  for (const { name } of tables.rows.filter(({ name: one }) => one !== 'protection')) {
    const { rows } = await db.pool
      .query(`select * from microdata.${name} where survey_id = 's'`)
      .catch(() => ({ rows: [] }))
    expect(JSON.stringify(rows), name).not.toMatch(/secret-name|"cost":/)
  }
})

test('somebody who is erased leaves the remembered versions with the figures, or at once where they are in no figure', async () => {
  await startAgain()
  await stored('s', PEOPLE)
  const thirty = Array.from({ length: 30 }, (_, i) => ({ at: i * 8, kind: 'net' as const }))
  await stored('s', changed(PEOPLE, thirty))
  const remembered = async () => {
    const { rows } = await db.pool.query<{ name: string }>(
      `select name from unnest(array['r8', 'r9', 'r10']) name
       where microdata.digest_of('s', name) in (select digest from microdata.replaced_response) order by name`,
    )
    return rows.map(({ name }) => name)
  }
  await db.pool.query(
    `insert into microdata.set_aside values ('s', microdata.digest_of('s', 'r9')) on conflict do nothing`,
  )
  for (const name of ['r8', 'r9']) await eraseRespondent(db.pool, 's', name)
  expect(await remembered()).toEqual(['r10', 'r8'])
  await releaseErasures({ pool: db.pool, clock: () => new Date(Date.now() + 91 * 86_400_000) })
  expect(await remembered()).toEqual(['r10'])
})
