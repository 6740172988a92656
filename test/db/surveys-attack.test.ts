import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
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

test('tables by three are refused, also those that look like tables by two', async () => {
  await storePeople(db.pool, fc.sample(person, { numRuns: 60, seed: 3 }))
  const refused = { code: 'REQUEST_INVALID' }
  await expect(ask.estimates('net', ['zone', 'sex', 'half'])).rejects.toMatchObject(refused)
  await expect(ask.estimates('sex', ['zone', 'half'])).rejects.toMatchObject(refused)
  await expect(ask.divides('half', ['sex', 'zone'])).rejects.toMatchObject(refused)
})
