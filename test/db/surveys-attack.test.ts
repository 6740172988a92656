import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Estimate } from '#model/survey/codebook.ts'
import { openRanges, type Row } from '#test/integer-program.ts'
import { rankOf } from '#test/rank.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import {
  type Attacker,
  addCityToAttack,
  createAttacker,
  type Group,
  LEVELS,
  mayAsk,
  type Name,
  type Person,
  type Question,
  storePeople,
  TABLES,
} from './survey-attacker.ts'

/**
 * An attacker who asks the API everything there is to ask about a survey, in every combination, and puts it together. The
 * unknowns are the cells of the full cross-classification; whatever is published of a group is a sum over some of them.
 */
let db: TestDatabase
let ask: Attacker
beforeAll(async () => {
  db = await openTestDatabase()
  await addCityToAttack(db.pool)
  ask = createAttacker(db.pool)
})
afterAll(() => db.close())

type Said = { readonly group: Group } & Readonly<Record<string, unknown>>

/** Every group of which some answer of the API says a number, and every group that it mentions without one. */
async function everything(question: Question): Promise<{ told: Group[]; kept: Group[] }> {
  const said: Said[] = []
  for (const by of TABLES.filter((one) => mayAsk(question, one)))
    said.push(...(await estimatesBy(question, by)), ...(await divideBy(question, by)))
  const { indicators } = await ask.coreIndicators()
  const items = indicators.flatMap((one) => one.items).filter((item) => item.question === question)
  said.push(...items.flatMap(({ estimates }) => estimates))
  const isTold = ({ group: _, ...numbers }: Said): boolean =>
    Object.values(numbers).some((value) => typeof value === 'number')
  return {
    told: said.filter(isTold).map(({ group }) => group),
    kept: said.filter((one) => !isTold(one)).map(({ group }) => group),
  }
}

async function estimatesBy(question: Question, by: Name[]): Promise<Said[]> {
  return (await ask.estimates(question, by)).flatMap(({ estimates }) => estimates)
}

async function divideBy(question: Question, by: Name[]): Promise<Said[]> {
  if (by.length === 0) return []
  const usual = await ask.divides(question, by)
  const others = usual.groups.slice(0, 3).map(({ estimate }) => by.map((name) => estimate.group[name] ?? ''))
  const found = [usual, ...(await Promise.all(others.map((reference) => ask.divides(question, by, reference))))]
  return found.flatMap(({ groups, affordability, concentration, reference, widest }) => [
    ...[widest?.group, widest?.against].flatMap((one) => (one ? [{ group: one.group, gap: widest?.gap.value }] : [])),
    ...groups.map(({ estimate }) => estimate),
    // a gap is a number of the group and, with the other known, of the reference
    ...groups.flatMap(({ estimate: { group }, gap, ratio }) =>
      [gap, ratio].flatMap((one) =>
        one ? [{ group, ...one }, ...(reference ? [{ group: reference, ...one }] : [])] : [],
      ),
    ),
    ...groups.flatMap(({ estimate: { group } }) => (concentration ? [{ group, index: concentration.value }] : [])),
    ...(affordability?.groups.map(({ group, share, n, medianPrice }) => ({ group, share, n, medianPrice })) ?? []),
  ])
}

/** zone '': not known; no table has it, and totals do */
const ATOMS = [...LEVELS.zone, ''].flatMap((zone) =>
  LEVELS.sex.flatMap((sex) => LEVELS.half.map((half) => ({ zone, sex, half }))),
)
const vectorOf = (group: Group): number[] =>
  ATOMS.map((atom) => (Object.entries(group).every(([name, value]) => atom[name as Name] === value) ? 1 : 0))

const ZONES = fc.constantFrom('a', 'a', 'b', 'c', 'd', '')
const person: fc.Arbitrary<Person> = fc.record({
  zone: ZONES,
  sex: fc.constantFrom('f', 'm'),
  half: fc.constantFrom('1', '1', '2'),
  net: fc.constantFrom('y', 'y', 'n', 'x'),
  price: fc.constantFrom('', '20', '30'),
  ...{ cost: fc.constant('3'), easy: fc.constant(''), cover: fc.constant('4') },
  weight: fc.integer({ min: 1, max: 9 }),
})

test('property: no cell that the API keeps back follows from all that it says', async () => {
  let some = 0
  await fc.assert(
    fc.asyncProperty(fc.array(person, { minLength: 40, maxLength: 150 }), async (people) => {
      await storePeople(db.pool, people)
      for (const question of ['net', 'price'] as const) {
        const answered = people.filter((one) => one[question] !== '')
        const nOf = (group: Group): number =>
          answered.filter((one) => Object.entries(group).every(([name, value]) => one[name as Name] === value)).length
        const { told, kept } = await everything(question)
        for (const group of told) expect(nOf(group)).toBeGreaterThanOrEqual(10)
        const idOf = (group: Group): string => JSON.stringify(Object.entries(group).sort())
        // net is answered by all: what a characteristic as a question tells, is told of the same people
        const asQuestion = question === 'net' ? await sharesAsCells() : []
        const open = new Set([...told, ...asQuestion].map(idOf))
        const secret = kept.filter((group) => nOf(group) > 0)
        some += secret.length
        // what one page hides no other may show
        expect(secret.filter((group) => open.has(idOf(group)))).toEqual([])
        const published = [...new Map([...told, ...asQuestion].map((group) => [idOf(group), group])).values()].map(
          vectorOf,
        )
        const rank = rankOf(published)
        expect(secret.filter((group) => rankOf([...published, vectorOf(group)]) === rank)).toEqual([])
      }
    }),
    { numRuns: 6, seed: 41 },
  )
  expect(some).toBeGreaterThan(50)
}, 300_000)

/** The share of women in a zone, with the n of the zone, tells of the cell of zone by sex. */
async function sharesAsCells(): Promise<Group[]> {
  const cells: Group[] = []
  for (const question of ['sex', 'half'] as const)
    for (const by of TABLES.filter((one) => one.length === 1 && mayAsk(question, one)))
      for (const { category, estimates } of await ask.estimates(question, by))
        for (const { group, value } of estimates)
          if (value !== null && category !== null) cells.push({ ...group, [question]: category })
  return cells
}

/** What is said of the number of respondents of each group that any table of `net` lists. */
async function listed(): Promise<Map<string, { group: Group; n: number | null; reason: string | null }>> {
  const found = new Map<string, { group: Group; n: number | null; reason: string | null }>()
  for (const by of TABLES)
    for (const { group, n, suppressed: reason } of (await estimatesBy('net', by)) as unknown as Estimate[])
      found.set(JSON.stringify(Object.entries(group).sort()), { group, n, reason })
  return found
}

test('property: whether a group is listed says nothing of how many are in it', async () => {
  const rangesOf = await openRanges()
  const threshold = 4
  const few = fc.record({
    zone: fc.constantFrom('a', 'b', 'c', 'd'),
    sex: fc.constantFrom('f', 'f', 'm'),
    half: fc.constantFrom('1', '2'),
  })
  let some = 0
  await fc.assert(
    fc.asyncProperty(fc.array(few, { minLength: 6, maxLength: 14 }), async (drawn) => {
      // every zone has enough of one group; the groups that are drawn are few
      const many = LEVELS.zone.flatMap((zone) => Array.from({ length: 12 }, () => ({ zone, sex: 'f', half: '1' })))
      const rest = { net: 'y', price: '', cost: '', easy: '', cover: '', weight: 1 }
      const people: Person[] = [...many, ...drawn.filter(({ sex, half }) => sex === 'm' || half === '2')].map(
        (one) => ({ ...one, ...rest }),
      )
      await storePeople(db.pool, people, 's', 2026, threshold)
      const groups = await listed()
      const nOf = (group: Group): number =>
        people.filter((one) => Object.entries(group).every(([name, value]) => one[name as Name] === value)).length
      const listsEmpty = [...groups.values()].some(({ group }) => nOf(group) === 0)
      // every zone, sex and half, and every pair of them
      const of = (name: Name): string[] => [...LEVELS[name]]
      const all = TABLES.flatMap((by) =>
        by.reduce<Group[]>(
          (sum, name) => sum.flatMap((one) => of(name).map((value) => ({ ...one, [name]: value }))),
          [{}],
        ),
      )
      expect(new Set(groups.keys())).toEqual(new Set(all.map((group) => JSON.stringify(Object.entries(group).sort()))))
      const atoms = ATOMS.filter(({ zone }) => zone !== '')
      const columnsOf = (group: Group) =>
        atoms.flatMap((atom, i) =>
          Object.entries(group).every(([name, value]) => atom[name as Name] === value) ? [i] : [],
        )
      const rows = all.map((group): Row => {
        const { n, reason } = groups.get(JSON.stringify(Object.entries(group).sort())) ?? { n: 0, reason: null }
        const columns = columnsOf(group)
        if (n !== null) return { columns, lower: n, upper: n }
        return reason === 'below_threshold'
          ? { columns, lower: listsEmpty ? 0 : 1, upper: threshold - 1 }
          : { columns, lower: threshold, upper: Number.POSITIVE_INFINITY }
      })
      const secret = [...groups.values()].filter(({ group, n }) => n === null && nOf(group) > 0)
      const ranges = rangesOf(
        atoms.length,
        rows,
        secret.map(({ group }) => columnsOf(group)),
        people.length,
      )
      some += secret.length
      for (const [i, { group }] of secret.entries())
        expect(
          (ranges[i]?.upper ?? 0) - (ranges[i]?.lower ?? 0),
          JSON.stringify([group, ranges[i]]),
        ).toBeGreaterThanOrEqual(2)
    }),
    { numRuns: 8, seed: 43 },
  )
  expect(some).toBeGreaterThan(50)
}, 300_000)

test('a group without respondents and one with a few get the same answer wherever groups are compared', async () => {
  const rest = { net: 'y', price: '20', cost: '3', easy: '', cover: '4', weight: 1 }
  const women = LEVELS.zone.flatMap((zone) =>
    Array.from({ length: 40 }, (_, i) => ({ zone, sex: 'f', half: i % 2 ? '1' : '2' })),
  )
  // men: three in zone a, none in the others
  const men = Array.from({ length: 3 }, () => ({ zone: 'a', sex: 'm', half: '1' }))
  await storePeople(
    db.pool,
    [...women, ...men].map((one) => ({ ...one, ...rest })),
  )
  const tables = await Promise.all([ask.estimates('net', ['zone', 'sex']), ask.estimates('sex', ['zone'])])
  const [share, ofMen] = tables.map((answers) => answers.find(({ category }) => category === 'y' || category === 'm'))
  const bare = (estimates: readonly Estimate[] = []) => estimates.map(({ group: _, ...numbers }) => numbers)
  const few = bare(share?.estimates.filter(({ group }) => group['sex'] === 'm'))
  expect(few).toHaveLength(4)
  expect(few[0]).toMatchObject({ suppressed: 'below_threshold', n: null, value: null })
  const shares = bare(ofMen?.estimates)
  expect(shares).toHaveLength(4)
  expect(shares[0]).toMatchObject({ value: null })
  for (const zone of LEVELS.zone.map((_, i) => i)) expect([few[zone], shares[zone]]).toEqual([few[0], shares[0]])
  for (const zone of LEVELS.zone) expect((await ask.divides('net', ['zone', 'sex'], [zone, 'm'])).reference).toBeNull()
}, 120_000)

test('tables by three are refused, also those that look like tables by two', async () => {
  await storePeople(db.pool, fc.sample(person, { numRuns: 60, seed: 3 }))
  const refused = { code: 'REQUEST_INVALID' }
  await expect(ask.estimates('net', ['zone', 'sex', 'half'])).rejects.toMatchObject(refused)
  await expect(ask.estimates('sex', ['zone', 'half'])).rejects.toMatchObject(refused)
  await expect(ask.divides('half', ['sex', 'zone'])).rejects.toMatchObject(refused)
})
