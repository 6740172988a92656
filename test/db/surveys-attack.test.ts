import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSurveys } from '#api/surveys/surveys.ts'
import { rankOf } from '#test/rank.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { addCity, addZone } from './indicators-fixture.ts'

/**
 * An attacker who asks the API everything there is to ask about a survey, in every combination, and puts it together. The
 * unknowns are the cells of the full cross-classification; whatever is published of a group is a sum over some of them.
 */
let db: TestDatabase
beforeAll(async () => {
  db = await openTestDatabase()
  await addCity(db.pool)
  for (const [i, key] of LEVELS.zone.entries()) await addZone(db.pool, key, 1000, i)
})
afterAll(() => db.close())

const LEVELS = { zone: ['a', 'b', 'c'], sex: ['f', 'm'], half: ['1', '2'] } as const
type Name = keyof typeof LEVELS
const NAMES = Object.keys(LEVELS) as Name[]
type Person = Record<Name, string> & { net: string; price: string; weight: number }
type Group = Readonly<Record<string, string>>

const labels = (codes: readonly string[]): Record<string, string> =>
  Object.fromEntries(codes.map((code) => [code, code]))
const codebook = {
  id: 's',
  title: 'S',
  universe: 'households',
  from: '2026-02-01',
  to: '2026-03-31',
  columns: { respondent: 'id', weight: 'w', zone: 'zone' },
  questions: [
    { column: 'net', text: 'Net?', categories: labels(['y', 'n', 'x']), counts: ['y'], indicator: 'HH6' },
    { column: 'price', text: 'Price?', price: true },
    ...(['sex', 'half'] as const).map((column) => ({
      column,
      text: column,
      categories: labels(LEVELS[column]),
      group: true,
    })),
  ],
}

async function store(people: readonly Person[]): Promise<void> {
  await db.pool.query('delete from survey')
  await db.pool.query(`insert into survey (id, codebook, respondents) values ('s', $1, $2)`, [codebook, people.length])
  await db.pool.query(
    `insert into microdata.response (survey_id, respondent, weight, zone_key, answers)
     select 's', 'r' || i, (p ->> 'weight')::float8, p ->> 'zone', p
     from jsonb_array_elements($1) with ordinality as r (p, i)`,
    [JSON.stringify(people)],
  )
}

const PAIRS: Name[][] = NAMES.flatMap((a, i) => NAMES.slice(i + 1).map((b) => [a, b]))
const TABLES: Name[][] = [[], ...NAMES.map((name) => [name]), ...PAIRS, ...PAIRS.map(([a, b]) => [b, a] as Name[])]

type Said = { readonly group: Group } & Readonly<Record<string, unknown>>

/** Every group of which some answer of the API says a number, and every group that it mentions without one. */
async function everything(question: string): Promise<{ told: Group[]; kept: Group[] }> {
  const said: Said[] = []
  for (const by of TABLES) said.push(...(await estimatesBy(question, by)), ...(await divideBy(question, by)))
  const { indicators } = await surveys().coreIndicators('s')
  const items = indicators.flatMap((one) => one.items).filter((item) => item.question === question)
  said.push(...items.flatMap(({ estimates }) => estimates))
  const isTold = ({ group: _, ...numbers }: Said): boolean =>
    Object.values(numbers).some((value) => typeof value === 'number')
  return {
    told: said.filter(isTold).map(({ group }) => group),
    kept: said.filter((one) => !isTold(one)).map(({ group }) => group),
  }
}

const surveys = () => createSurveys({ pool: db.pool })

async function estimatesBy(question: string, by: Name[]): Promise<Said[]> {
  const asked = question === 'net' ? ['y', 'n', 'x'].map((category) => ({ category })) : [{}]
  const found = []
  for (const category of asked) found.push(await surveys().estimates('s', { question, by, ...category }))
  return found.flatMap(({ estimates }) => estimates)
}

async function divideBy(question: string, by: Name[]): Promise<Said[]> {
  if (by.length === 0) return []
  const { groups, affordability, concentration } = await surveys().divides('s', { question, by })
  return [
    ...groups.map(({ estimate }) => estimate),
    ...groups.flatMap(({ estimate: { group }, gap, ratio }) =>
      [gap, ratio].flatMap((one) => (one ? [{ group, ...one }] : [])),
    ),
    ...groups.flatMap(({ estimate: { group } }) => (concentration ? [{ group, index: concentration.value }] : [])),
    ...(affordability?.groups.map(({ group, share, n, medianPrice }) => ({ group, share, n, medianPrice })) ?? []),
  ]
}

const ATOMS = LEVELS.zone.flatMap((zone) =>
  LEVELS.sex.flatMap((sex) => LEVELS.half.map((half) => ({ zone, sex, half }))),
)
const vectorOf = (group: Group): number[] =>
  ATOMS.map((atom) => (Object.entries(group).every(([name, value]) => atom[name as Name] === value) ? 1 : 0))

test('property: no cell that the API keeps back follows from all that it says', async () => {
  const person = fc.record({
    zone: fc.constantFrom('a', 'a', 'b', 'c'),
    sex: fc.constantFrom('f', 'm'),
    half: fc.constantFrom('1', '1', '2'),
    net: fc.constantFrom('y', 'y', 'n', 'x'),
    price: fc.constantFrom('', '20', '30'),
    weight: fc.integer({ min: 1, max: 9 }),
  })
  let some = 0
  await fc.assert(
    fc.asyncProperty(fc.array(person, { minLength: 30, maxLength: 130 }), async (people) => {
      await store(people)
      for (const question of ['net', 'price']) {
        const answered = people.filter((one) => (one as Record<string, string | number>)[question] !== '')
        const nOf = (group: Group): number =>
          answered.filter((one) => Object.entries(group).every(([name, value]) => one[name as Name] === value)).length
        const { told, kept } = await everything(question)
        for (const group of told) expect(nOf(group)).toBeGreaterThanOrEqual(10)
        const idOf = (group: Group): string => JSON.stringify(Object.entries(group).sort())
        const open = new Set(told.map(idOf))
        const secret = kept.filter((group) => nOf(group) > 0)
        some += secret.length
        // what one page hides no other may show
        expect(secret.filter((group) => open.has(idOf(group)))).toEqual([])
        const published = [...new Map(told.map((group) => [idOf(group), group])).values()].map(vectorOf)
        const rank = rankOf(published)
        expect(secret.filter((group) => rankOf([...published, vectorOf(group)]) === rank)).toEqual([])
      }
    }),
    { numRuns: 12, seed: 41 },
  )
  expect(some).toBeGreaterThan(50)
})
