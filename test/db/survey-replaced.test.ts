import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { storeSurvey } from '#domain/survey/store-survey.ts'
import { inTransaction } from '#infra/db/pool.ts'
import { codebookSchema, type Estimate } from '#model/survey/codebook.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import {
  type Attacker,
  addCityToAttack,
  createAttacker,
  LEVELS,
  mayAsk,
  type Person,
  storePeople,
  TABLES,
} from './survey-attacker.ts' // prettier-ignore

/** Somebody reads all figures of a survey before and after a corrected file replaces the first, and compares. */
let db: TestDatabase
let ask: Attacker
beforeAll(async () => {
  db = await openTestDatabase()
  await addCityToAttack(db.pool)
  ask = createAttacker(db.pool)
})
afterAll(() => db.close())

const N = 240
const THRESHOLD = 10
const PEOPLE: Person[] = Array.from({ length: N }, (_, i) => ({
  ...{ zone: LEVELS.zone[(i * 7) % 4] ?? '', sex: i % 3 ? 'f' : 'm', half: i % 5 > 2 ? '1' : '2', weight: 1 + (i % 3) },
  ...{ net: i % 4 ? 'y' : 'n', price: i % 6 ? String(20 + (i % 17)) : '' },
  ...{ cost: `${1 + (i % 5)}`, easy: `${1 + (i % 4)}`, cover: `${2 + (i % 3)}` },
}))

const responsesOf = (people: readonly Person[], names: string) =>
  people.map(({ zone, weight, ...answers }, i) => ({
    ...{ respondent: `${names}${i + 1}`, weight, zone: zone || null, stratum: '', cluster: '' },
    ...{ answers, baseWeight: null, clusterSize: null, replicateWeights: null },
  }))
async function store(people: readonly Person[], names = 'r') {
  const found = await db.pool.query(`select codebook from survey where id = 's'`)
  const codebook = codebookSchema.parse(found.rows[0]?.codebook)
  const file = { codebook, responses: responsesOf(people, names), origin: 'person', by: 'x' } as const
  return inTransaction(db.pool, (client) => storeSurvey(client, file as never))
}
/** Who takes part in the figures. */
async function shown(people: readonly Person[], names = 'r'): Promise<Person[]> {
  const aside = await db.pool.query<{ name: string }>(
    `select name from unnest($1::text[]) name where microdata.digest_of('s', name) in (select digest from microdata.set_aside)`,
    [people.map((_, i) => `${names}${i + 1}`)],
  )
  const out = new Set(aside.rows.map(({ name }) => name))
  return people.filter((_, i) => !out.has(`${names}${i + 1}`))
}

const NOTES = ['erased', 'kept_back', 'set_aside', 'replaced', 'replaced_response', 'publication']
/** As if nothing had been published before. */
async function startAgain(): Promise<void> {
  await storePeople(db.pool, PEOPLE)
  await store(PEOPLE)
  for (const table of NOTES) await db.pool.query(`delete from microdata.${table}`)
}
beforeEach(startAgain)

type Figure = { readonly question: 'net' | 'price' | 'cost'; readonly cell: Estimate }
async function figures(): Promise<ReadonlyMap<string, Figure>> {
  const found = new Map<string, Figure>()
  for (const question of ['net', 'price', 'cost'] as const)
    for (const by of TABLES.filter((one) => mayAsk(question, one)))
      for (const { category, estimates } of await ask.estimates(question, by))
        for (const cell of estimates)
          found.set(JSON.stringify([question, category, Object.entries(cell.group).sort()]), { question, cell })
  return found
}

/** How many respondents of a cell differ between two versions in what they contribute to a figure; `weighted`: in their weight too. */
function differing(
  before: readonly Person[],
  after: readonly Person[],
  { question, cell }: Figure,
  weighted: boolean,
): number {
  const more = new Map<string, number>()
  const count = (people: readonly Person[], sign: number): void => {
    for (const one of people) {
      const isIn = Object.entries(cell.group).every(([name, value]) => one[name as 'zone'] === value)
      if (!isIn || one[question] === '') continue
      const key = weighted ? `${one[question]} ${one.weight}` : one[question]
      more.set(key, (more.get(key) ?? 0) + sign)
    }
  }
  count(before, -1)
  count(after, 1)
  const sum = (sign: number) => [...more.values()].reduce((total, n) => total + Math.max(0, sign * n), 0)
  return Math.max(sum(1), sum(-1))
}

/** The figures of both versions of which 1 to 9 respondents differ. */
function revealing(
  before: ReadonlyMap<string, Figure>,
  after: ReadonlyMap<string, Figure>,
  [then, now]: readonly [readonly Person[], readonly Person[]],
): string[] {
  return [...before].flatMap(([key, figure]) => {
    const later = after.get(key)
    if (figure.cell.n === null || !later || later.cell.n === null) return []
    const found = [false, true].map((weighted) => differing(then, now, figure, weighted))
    return found.some((n) => n > 0 && n < THRESHOLD) ? [`${key}: ${found}`] : []
  })
}

test('the same file again, also with its respondents numbered anew, costs nothing and changes no figure', async () => {
  const before = await figures()
  expect(await store(PEOPLE)).toMatchObject({ setAside: 0, keptBack: 0 })
  expect(await store(PEOPLE.toReversed(), 'new')).toMatchObject({ setAside: 0, keptBack: 0 })
  const after = await figures()
  for (const [key, { cell }] of before) {
    expect(after.get(key)?.cell.n, key).toBe(cell.n)
    if (cell.value !== null) expect(after.get(key)?.cell.value, key).toBeCloseTo(cell.value, 9)
  }
})

test('one corrected answer: nobody finds out which, and the totals stay published', async () => {
  const before = await figures()
  const corrected = PEOPLE.map((one, i) => (i === 6 ? { ...one, net: 'n' } : one))
  expect(corrected).not.toEqual(PEOPLE)
  const { setAside, keptBack } = await store(corrected)
  expect([setAside, keptBack > 0]).toEqual([2 * THRESHOLD - 1, true])
  const after = await figures()
  expect(revealing(before, after, [PEOPLE, await shown(corrected)])).toEqual([])
  const total = [...after.values()].filter(
    ({ question, cell }) => question === 'net' && Object.keys(cell.group).length === 0,
  )
  expect(total.every(({ cell }) => cell.n === N - setAside)).toBe(true)
})

type Change = { readonly at: number; readonly kind: 'net' | 'price' | 'zone' | 'weight' | 'remove' | 'add' }
/** Somebody else in the place of a respondent: none, or more than one. */
const CHANGED: Readonly<Record<Change['kind'], (one: Person) => Person[]>> = {
  net: (one) => [{ ...one, net: one.net === 'y' ? 'n' : 'y' }],
  price: (one) => [{ ...one, price: one.price === '' ? '25' : '' }],
  zone: (one) => [{ ...one, zone: one.zone === 'a' ? 'b' : 'a' }],
  weight: (one) => [{ ...one, weight: one.weight + 1 }],
  remove: () => [],
  add: (one) => [one, { ...one, net: 'x' }],
}
function changed(changes: readonly Change[]): Person[] {
  const kinds = new Map(changes.map(({ at, kind }) => [at, kind]))
  return PEOPLE.flatMap((one, i) => {
    const kind = kinds.get(i)
    return kind === undefined ? [one] : CHANGED[kind](one)
  })
}

const change = fc.record({
  at: fc.nat({ max: N - 1 }),
  kind: fc.constantFrom('net', 'price', 'zone', 'weight', 'remove', 'add'),
}) as fc.Arbitrary<Change>

test('any correction, of few or of many: no figure of both versions differs by 1 to 9 respondents', {
  timeout: 170_000,
}, async () => {
  const before = await figures()
  let some = 0
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.array(change, { minLength: 1, maxLength: 4 }), fc.array(change, { minLength: 30, maxLength: 120 })),
      async (changes) => {
        await startAgain()
        const people = changed(changes)
        await store(people)
        const after = await figures()
        expect(revealing(before, after, [PEOPLE, await shown(people)])).toEqual([])
        some += [...after.values()].filter(({ cell }) => cell.n !== null).length
      },
    ),
    { seed: 52, numRuns: 6 },
  )
  // something is left to compare
  expect(some).toBeGreaterThan(50)
})

test('the role of the API replaces a survey and reads no version of it', async () => {
  await inTransaction(db.pool, async (session) => {
    await session.query('set local role citywell_api')
    await session.query(`select survey_replacing('s')`)
    await session.query(`select * from survey_replaced('s')`)
    for (const statement of [
      'select * from microdata.replaced_response',
      `select * from microdata.shown_responses('s')`,
      `select * from microdata.differing_cells('s', 1, null)`,
    ]) {
      await session.query('savepoint s')
      await expect(session.query(statement)).rejects.toMatchObject({ code: '42501' })
      await session.query('rollback to savepoint s')
    }
  })
})
