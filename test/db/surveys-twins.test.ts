import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import {
  ASKED,
  type Asked,
  type Attacker,
  addCityToAttack,
  CATEGORIES,
  createAttacker,
  type Group,
  LEVELS,
  mayAsk,
  NAMES,
  type Name,
  type Person,
  storePeople,
  TABLES,
} from './survey-attacker.ts'

/**
 * Nothing that is said depends on what is kept back. The test makes twins of a survey, which differ in cells that are kept
 * back and agree in all others, asks the API everything about both, and expects the same answers to every digit: whoever
 * cannot tell the twins apart cannot have found the cell, in whatever way the answers are put together. (That open cells
 * by themselves give no hidden one away is the matter of surveys-attack.test.ts.)
 */
let db: TestDatabase
let ask: Attacker
beforeAll(async () => {
  db = await openTestDatabase()
  await addCityToAttack(db.pool)
  await storePeople(db.pool, BEFORE, 'before', 2024)
  ask = createAttacker(db.pool)
})
afterAll(() => db.close())

const BEFORE: Person[] = Array.from({ length: 96 }, (_, i) => ({
  ...{ zone: LEVELS.zone[i % 4] ?? '', sex: i % 3 ? 'f' : 'm', half: i % 5 > 2 ? '1' : '2', weight: 1, net: 'y' },
  ...{ price: '20', cost: `${1 + (i % 5)}`, easy: `${1 + (i % 4)}`, cover: `${2 + (i % 3)}` },
}))
/** Weights that turn one part after another off, and some in between. */
const WEIGHTS = ['', 'environment:0', 'cost:3,environment:0.5']

/** Everything that the API says, as lines; numbers to nine decimals, because sums are taken in another order. */
async function everything(): Promise<Said[]> {
  const asked: Promise<Said | Said[]>[] = []
  const one = (what: string, answer: Promise<unknown>): unknown => asked.push(answer.then((said): Said => [what, said]))
  for (const question of TOLD)
    for (const by of TABLES.filter((names) => names.join() === names.toSorted(inOrder).join())) {
      if (!mayAsk(question, by)) continue
      one(`${question} by ${by}`, ask.estimates(question, by))
      if (by.length > 0) asked.push(dividesOf(question, by))
    }
  one('core indicators', ask.coreIndicators())
  one('HH6', ask.connected())
  for (const by of ['sex', 'half', 'zone', 'zone_income']) one(`equity by ${by}`, ask.equity(by))
  for (const zone of [undefined, ...LEVELS.zone])
    for (const weights of WEIGHTS)
      one(`wellbeing ${zone} ${weights}`, Promise.all([ask.wellbeing(zone, weights), ask.change(zone, weights)]))
  return (await Promise.all(asked)).flatMap((said) => (isOne(said) ? [said] : said))
}
const isOne = (said: Said | Said[]): said is Said => typeof said[0] === 'string'

/** Against the usual reference, and against another. */
async function dividesOf(question: (typeof TOLD)[number], by: Name[]): Promise<Said[]> {
  const usual = await ask.divides(question, by)
  const reference = by.map((name) => usual.groups[0]?.estimate.group[name] ?? '')
  return [
    [`divide ${question} by ${by}`, usual],
    [`divide ${question} by ${by} to ${reference}`, await ask.divides(question, by, reference)],
  ]
}
type Said = [what: string, answer: unknown]
const TOLD = ['net', 'price', 'cost', 'sex', 'half'] as const
const inOrder = (a: Name, b: Name): number => NAMES.indexOf(a) - NAMES.indexOf(b)

/** As lines, with numbers to nine decimals, because sums are taken in another order. */
const linesOf = (said: readonly Said[], { spread }: { spread: boolean }): string[] =>
  said.map(([what, answer]) => {
    const seen = spread || !what.startsWith('wellbeing') ? answer : withoutSpread(answer)
    return `${what}: ${JSON.stringify(seen, digits)}`
  })

const digits = (key: string, value: unknown): unknown =>
  key === 'computedAt' ? undefined : typeof value === 'number' ? Math.round(value * 1e9) / 1e9 : value

/** How two questions go together is in the spread of a score that is made of both, on purpose, and in nothing else. */
const OF_SPREAD = new Set(['standardError', 'lower', 'upper', 'degreesOfFreedom', 'p', 'significant', 'holds'])
const withoutSpread = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer, (key, value) => (OF_SPREAD.has(key) || key === 'disagreement' ? undefined : value)))

const idOf = (group: Group): string => JSON.stringify(Object.entries(group).sort())
/** By question: the cells of two characteristics that are kept back. */
async function hiddenCells(): Promise<Map<Asked, Set<string>>> {
  const hidden = new Map<Asked, Set<string>>()
  for (const question of ASKED) {
    const tables = await Promise.all(
      TABLES.filter(({ length }) => length === 2).map((by) => ask.estimates(question, by)),
    )
    const cells = tables.flat().flatMap(({ estimates }) => estimates)
    hidden.set(question, new Set(cells.flatMap(({ suppressed, group }) => (suppressed ? [idOf(group)] : []))))
  }
  return hidden
}

/** [other characteristic, the pair whose cells change] */
const CHOICES = NAMES.map((fixed) => [fixed, ...NAMES.filter((name) => name !== fixed)] as [Name, Name, Name])
const cellOf = (person: Person, a: Name, b: Name): string => idOf({ [a]: person[a], [b]: person[b] })
/** Who is in no known zone is in no table by zone. */
const isHidden = (cell: string, hidden: ReadonlySet<string> | undefined): boolean =>
  cell.includes('["zone",""]') || hidden?.has(cell) === true

/** Two people alike in all characteristics who change their answers to one question: every table stays as it is. */
function answersChanged(people: readonly Person[], question: Asked): Person[] | undefined {
  for (const [i, p] of people.entries())
    for (const [j, q] of people.entries()) {
      const alike = NAMES.every((name) => p[name] === q[name]) && p.weight === q.weight
      if (!alike || p[question] === q[question]) continue
      return people.with(i, { ...p, [question]: q[question] }).with(j, { ...q, [question]: p[question] })
    }
  return undefined
}

/** Four people around two rows and two columns: answers move between hidden cells, and no margin moves. */
function answersMoved(people: readonly Person[], question: Asked, hidden: ReadonlySet<string>): Person[] | undefined {
  for (const [c, a, b] of CHOICES) {
    const inHidden = people.filter((p) => p[question] !== '' && isHidden(cellOf(p, a, b), hidden))
    for (const p of inHidden) {
      const across = { [c]: p[c], weight: p.weight, [question]: p[question] }
      for (const r of inHidden.filter((one) => matches(one, across) && one[a] !== p[a] && one[b] !== p[b])) {
        const four = squareOf(inHidden, question, { p, r, like: { [c]: p[c], weight: p.weight }, names: [a, b] })
        if (four) return people.map((one) => (four.has(one) ? { ...one, [question]: four.get(one) ?? '' } : one))
      }
    }
  }
  return undefined
}

/** The two other corners between p and r, who answer something else alike; each of the four with its new answer. */
function squareOf(
  people: readonly Person[],
  question: Asked,
  { p, r, like, names: [a, b] }: { p: Person; r: Person; like: Partial<Person>; names: [Name, Name] },
): Map<Person, string> | undefined {
  for (const other of CATEGORIES[question].filter((code) => code !== p[question])) {
    const corner = (row: Person, column: Person): Person | undefined =>
      people.find((one) => matches(one, { ...like, [question]: other, [a]: row[a], [b]: column[b] }))
    const [q, s] = [corner(p, r), corner(r, p)]
    if (q && s) return new Map([p, r].map((one) => [one, other])).set(q, p[question]).set(s, p[question])
  }
  return undefined
}
const matches = (person: Person, like: Partial<Person>): boolean =>
  Object.entries(like).every(([name, value]) => value === undefined || person[name as keyof Person] === value)

/**
 * Two people who answer alike change places in one characteristic: how many are in hidden cells moves, no margin does. Of
 * all such pairs the one with the largest cells, which are hidden for the sake of others and the likeliest to be told.
 */
function placesChanged(
  people: readonly Person[],
  hidden: ReadonlyMap<Asked, Set<string>>,
  [c, a, b]: readonly [Name, Name, Name],
): Person[] | undefined {
  const n = (cell: string): number => people.filter((one) => cellOf(one, a, b) === cell).length
  const inHidden = (person: Person, cells: readonly string[]): boolean =>
    ASKED.every((asked) => person[asked] === '' || cells.every((cell) => isHidden(cell, hidden.get(asked))))
  const twins = people.flatMap((p) => {
    const like = { ...p, [a]: undefined, [b]: undefined, [c]: p[c] }
    const others = people.filter((q) => matches(q, like) && p[a] !== q[a] && p[b] !== q[b])
    return others.flatMap((q) => {
      const [p2, q2] = [
        { ...p, [b]: q[b] },
        { ...q, [b]: p[b] },
      ]
      const cells = [p, q, p2, q2].map((one) => cellOf(one, a, b))
      if (!inHidden(p, cells)) return []
      return [{ size: Math.min(...cells.map(n)), people: people.map((one) => (one === p ? p2 : one === q ? q2 : one)) }]
    })
  })
  return twins.toSorted((one, other) => other.size - one.size)[0]?.people
}

/** @returns 1 where there was such a twin */
async function expectSame(own: readonly Said[], twin: readonly Person[] | undefined, spread: boolean): Promise<number> {
  if (!twin) return 0
  await storePeople(db.pool, twin)
  const [one, other] = [linesOf(own, { spread }), linesOf(await everything(), { spread })]
  // what is kept back follows from numbers of respondents: where it is something else the two are no twins
  if (keptBack(one) !== keptBack(other)) return 0
  expect(other).toEqual(one)
  return 1
}
const keptBack = (lines: readonly string[]): string =>
  lines.flatMap((line) => [...line.matchAll(/below_threshold|complementary|"n":null/g)].map(([word]) => word)).join()

test('property: twins that differ in what is kept back get the same answers', async () => {
  const scale = fc.constantFrom('', '2', '2', '4', '4')
  const person: fc.Arbitrary<Person> = fc.record({
    zone: fc.constantFrom('a', 'a', 'b', 'c', 'd', ''),
    sex: fc.constantFrom('f', 'm'),
    half: fc.constantFrom('1', '1', '2'),
    net: fc.constantFrom('y', 'n'),
    price: fc.constantFrom('', '20', '20'),
    ...{ cost: scale, easy: fc.constantFrom('3', ''), cover: fc.constant('4') },
    weight: fc.constantFrom(1, 1, 2),
  })
  const found = { answersChanged: 0, answersMoved: 0, placesChanged: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(person, { minLength: 70, maxLength: 130, size: 'max' }), async (people) => {
      await storePeople(db.pool, people)
      const hidden = await hiddenCells()
      const own = await everything()
      for (const question of ['cost', 'easy'] as const)
        found.answersChanged += await expectSame(own, answersChanged(people, question), false)
      for (const question of ['net', 'cost'] as const) {
        const twin = answersMoved(people, question, hidden.get(question) ?? new Set())
        found.answersMoved += await expectSame(own, twin, question === 'net')
      }
      for (const choice of CHOICES)
        found.placesChanged += await expectSame(own, placesChanged(people, hidden, choice), true)
    }),
    { numRuns: 3, seed: 17, endOnFailure: true },
  )
  for (const [kind, times] of Object.entries(found)) expect(times, kind).toBeGreaterThan(0)
}, 300_000)
