import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { eraseRespondent, releaseErasures } from '#api/surveys/import-survey.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { protectionOf } from '#api/surveys/survey-tables.ts'
import { createSurveys } from '#api/surveys/surveys.ts'
import { storeSurvey } from '#domain/survey/store-survey.ts'
import { inTransaction } from '#infra/db/pool.ts'
import { cellId } from '#model/statistics/disclosure/linked-tables.ts'
import { determined, type Equation } from '#model/statistics/solver/determined-unknowns.ts'
import { codebookSchema } from '#model/survey/codebook.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/**
 * Somebody keeps every publication of a survey, knows in which cells its versions differ, and takes all of them as one system of
 * equations: no number that any of them suppresses may follow from it.
 */
let db: TestDatabase
beforeAll(async () => {
  db = await openTestDatabase()
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.pool.query('delete from survey')
  for (const table of [
    ...['erased', 'withdrawn', 'kept_back', 'set_aside', 'replaced', 'replaced_response', 'deleted', 'publication'],
  ])
    await db.pool.query(`delete from microdata.${table}`)
})

const ZONES = ['a', 'b', 'c', 'd', 'e']
const SEXES = ['f', 'm']
const AGES = ['1', '2', '3']
const yesNo = { y: 'yes', n: 'no' }
const group = (column: string, codes: readonly string[]) => ({
  ...{ column, text: column, group: true, categories: Object.fromEntries(codes.map((code) => [code, code])) },
})
const CODEBOOK = codebookSchema.parse({
  ...{ id: 's', title: 's', universe: 'households', from: '2026-02-01', to: '2026-03-31' },
  columns: { respondent: 'id', zone: 'zone' },
  questions: [
    ...['net', 'tv'].map((column) => ({ column, text: column, categories: yesNo, counts: ['y'] })),
    group('sex', SEXES),
    group('age', AGES),
  ],
})

type Person = Readonly<Record<'name' | 'zone' | 'sex' | 'age' | 'net' | 'tv', string>>
async function store(people: readonly Person[]): Promise<void> {
  const responses = people.map(({ name, zone, ...answers }) => ({
    ...{ respondent: name, weight: 1, zone, stratum: '', cluster: '', answers },
    ...{ baseWeight: null, clusterSize: null, replicateWeights: null },
  }))
  const file = { codebook: CODEBOOK, responses, origin: 'person', by: 'x' } as const
  await inTransaction(db.pool, (client) => storeSurvey(client, file as never))
}

const NAMES = ['zone', 'sex', 'age'] as const
type Group = Readonly<Partial<Record<(typeof NAMES)[number], string>>>
const idOf = (one: Group): string => NAMES.map((name) => one[name] ?? '').join('/')
const LEVELS = { zone: ZONES, sex: SEXES, age: AGES }
const PAIRS = [
  ['zone', 'sex'],
  ['zone', 'age'],
  ['sex', 'age'],
] as const
const TABLES: readonly (readonly (typeof NAMES)[number][])[] = [[], ['zone'], ['sex'], ['age'], ...PAIRS]
const groupsOf = (by: readonly (typeof NAMES)[number][]): Group[] =>
  by.reduce<Group[]>((all, name) => all.flatMap((one) => LEVELS[name].map((code) => ({ ...one, [name]: code }))), [{}])
const CELLS = TABLES.flatMap(groupsOf)
/** A margin and its parts. */
const LINES = TABLES.filter(({ length }) => length < 2).flatMap((by) =>
  groupsOf(by).flatMap((margin) =>
    NAMES.filter((name) => !by.includes(name)).map((name) => ({
      margin: idOf(margin),
      parts: LEVELS[name].map((code) => idOf({ ...margin, [name]: code })),
    })),
  ),
)

type Publication = {
  readonly shown: ReadonlySet<string>
  /** who is in a cell, by what they are */
  readonly content: ReadonlyMap<string, string>
}
const QUESTIONS = ['net', 'tv'] as const

/** What anybody may ask of the survey, of which these people are part. */
async function publish(people: readonly Person[], questions: readonly string[] = QUESTIONS): Promise<Publication> {
  const surveys = createSurveys({ pool: db.pool, microdata: openMicrodata(db.pool) })
  const out = await db.pool.query<{ name: string }>(
    `select name from unnest($1::text[]) name where microdata.digest_of('s', name) in (
       select digest from microdata.set_aside union all select digest from microdata.erased where released)`,
    [people.map(({ name }) => name)],
  )
  const gone = new Set(out.rows.map(({ name }) => name))
  const shown = new Set<string>()
  for (const question of questions)
    for (const by of TABLES)
      for (const { group: own, n } of (await surveys.estimates('s', { question, by: [...by], category: 'y' }))
        .estimates)
        if (n !== null) shown.add(idOf(own))
  // a cell that is suppressed because of its answers alone counts as known by number: equity, of everybody, may show it
  const microdata = openMicrodata(db.pool)
  const responses = await microdata.responses(CODEBOOK, ['sex', 'age'])
  const everybody = { responses, values: responses.map(() => 1), asked: null, question: null, at: 0, offset: 0 }
  const { suppressed } = await protectionOf(microdata, CODEBOOK, everybody)
  for (const own of CELLS) if (!suppressed.has(cellId(own as Readonly<Record<string, string>>))) shown.add(idOf(own))
  const contentOf = (own: Group): string =>
    people
      .filter((one) => !gone.has(one.name) && NAMES.every((name) => own[name] === undefined || one[name] === own[name]))
      .map(({ zone, sex, age }) => zone + sex + age)
      .sort()
      .join()
  return { shown, content: new Map(CELLS.map((own) => [idOf(own), contentOf(own)])) }
}

const numberOf = (publication: Publication | undefined, id: string): number =>
  (publication?.content.get(id) ?? '').split(',').length

/** Suppressed numbers of respondents that follow from all publications together: "cell@publication". */
function found(publications: readonly Publication[]): string[] {
  // a cell that is the same in two publications is one unknown
  const nameOf = (id: string, k: number): string => {
    const first = publications.findIndex(({ content }) => content.get(id) === publications[k]?.content.get(id))
    return `${id}@${first}`
  }
  const said = new Set(publications.flatMap(({ shown }, k) => [...shown].map((id) => nameOf(id, k))))
  const equations = publications.flatMap((_, k) =>
    LINES.map(({ margin, parts }): Equation => {
      const unknown = new Map<string, number>()
      for (const id of parts) if (!said.has(nameOf(id, k))) unknown.set(nameOf(id, k), 1)
      if (!said.has(nameOf(margin, k))) unknown.set(nameOf(margin, k), -1)
      return unknown
    }),
  )
  const follow = new Set(determined(equations.filter(({ size }) => size > 0)))
  return publications.flatMap(({ shown }, k) =>
    CELLS.flatMap((own) => {
      const [id, name] = [idOf(own), nameOf(idOf(own), k)]
      if (shown.has(id)) return []
      // a number that an earlier publication had shown is no secret
      const isEarlier = publications
        .slice(0, k)
        .some((one) => one.shown.has(id) && numberOf(one, id) === numberOf(publications[k], id))
      // nor is that of a group that is large enough and that an earlier publication had shown: only by how few it has changed
      const since = Number(name.split('@')[1])
      const isKeptBack =
        numberOf(publications[k], id) >= 10 && publications.slice(0, since).some((one) => one.shown.has(id))
      return !isEarlier && !isKeptBack && (said.has(name) || follow.has(name)) ? [`${name} of ${k}`] : []
    }),
  )
}

const setting = fc.record({
  sizes: fc.array(fc.tuple(fc.integer({ min: 25, max: 70 }), fc.integer({ min: 6, max: 60 })), {
    minLength: 5,
    maxLength: 5,
  }),
  young: fc.integer({ min: 3, max: 9 }),
})
type Setting = typeof setting extends fc.Arbitrary<infer T> ? T : never
const peopleOf = ({ sizes, young }: Setting): Person[] =>
  sizes.flatMap(([women, men], k) =>
    Array.from({ length: women + men }, (_, i) => ({
      ...{ name: `${k}-${i}`, zone: ZONES[k] ?? '', sex: i < women ? 'f' : 'm' },
      ...{ age: i % young === 0 ? '1' : i % 2 ? '2' : '3', net: i % 3 ? 'y' : 'n', tv: i % 2 ? 'y' : 'n' },
    })),
  )
/** A correction of a part of the city: those of a zone from a place on move, are left out, or answer otherwise. */
const correction = fc.record({
  zone: fc.nat({ max: 4 }),
  from: fc.nat({ max: 40 }),
  length: fc.integer({ min: 10, max: 40 }),
  kind: fc.constantFrom('move', 'remove', 'sex', 'age', 'net'),
})
type Correction = typeof correction extends fc.Arbitrary<infer T> ? T : never
const CHANGED: Readonly<Record<Correction['kind'], (one: Person) => Person[]>> = {
  remove: () => [],
  move: (one) => [{ ...one, zone: ZONES[(ZONES.indexOf(one.zone) + 1) % 5] ?? '' }],
  sex: (one) => [{ ...one, sex: one.sex === 'f' ? 'm' : 'f' }],
  age: (one) => [{ ...one, age: one.age === '2' ? '3' : '2' }],
  net: (one) => [{ ...one, net: one.net === 'y' ? 'n' : 'y' }],
}
function corrected(people: readonly Person[], { zone, from, length, kind }: Correction): Person[] {
  const places = people.filter((one) => one.zone === ZONES[zone]).slice(from, from + length)
  const isCorrected = new Set(places)
  return people.flatMap((one) => (isCorrected.has(one) ? CHANGED[kind](one) : [one]))
}

/** Some ask to be erased, and their batch leaves the figures before the next publication, filled with others. */
async function eraseSome(people: readonly Person[], places: readonly number[]): Promise<void> {
  const names = new Set(places.flatMap((place) => people[place % people.length]?.name ?? []))
  for (const name of names)
    await eraseRespondent(db.pool, 's', name).catch((error: { code?: string }) => {
      // a second request of the same person
      if (error.code !== 'RESPONDENT_UNKNOWN') throw error
    })
  if (names.size === 0) return
  await releaseErasures({ pool: db.pool, clock: () => new Date(Date.now() + 91 * 86_400_000) })
}
const erasures = fc.oneof(fc.constant([]), fc.array(fc.nat({ max: 399 }), { minLength: 1, maxLength: 4 }))

test('no number that a publication suppresses follows from it, later versions and erasures together', {
  timeout: 300_000,
}, async () => {
  let [hidden, shown, between] = [0, 0, 0]
  await fc.assert(
    fc.asyncProperty(
      setting,
      fc.array(fc.array(correction, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 }),
      fc.array(erasures, { minLength: 2, maxLength: 2 }),
      fc.boolean(),
      async (city, steps, erased, isHalfAsked) => {
        await db.pool.query('delete from survey')
        for (const table of ['erased', 'kept_back', 'set_aside', 'replaced', 'replaced_response', 'publication'])
          await db.pool.query(`delete from microdata.${table}`)
        let people = peopleOf(city)
        await store(people)
        const all = [await publish(people, isHalfAsked ? ['tv'] : QUESTIONS)]
        for (const [i, step] of steps.entries()) {
          const leaving = erased[i] ?? []
          await eraseSome(people, leaving)
          if (leaving.length > 0) all.push(await publish(people))
          between += leaving.length > 0 ? 1 : 0
          people = step.reduce((now, one) => corrected(now, one), people)
          await store(people)
          all.push(await publish(people))
        }
        expect(found(all)).toEqual([])
        const last = all.at(-1)
        shown += last?.shown.size ?? 0
        hidden += CELLS.length - (last?.shown.size ?? 0)
      },
    ),
    { seed: 56, numRuns: 25, endOnFailure: true },
  )
  // both are there to attack and to read
  expect(hidden).toBeGreaterThan(100)
  expect(shown).toBeGreaterThan(100)
  expect(between).toBeGreaterThan(10)
})
