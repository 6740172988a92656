/**
 * Some questions are put to part of the respondents only: to those who answered another in some way (who has Internet access is asked of which
 * kind, the others why not), or to those of one age; and some do not answer. An outsider reads every table of all of them over HTTP and puts them into one linear
 * program over the full cross-classification: nothing that the tables of a question keep open may be narrowed by those of others.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRanges, type Range, type Row } from '#test/integer-program.ts'
import { openTestApi } from './api-fixture.ts'

let api: Awaited<ReturnType<typeof openTestApi>>
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

const THRESHOLD = 10
const LEVELS = { zone: 5, sex: 2, age: 4, school: 2 } as const
type Name = keyof typeof LEVELS
const NAMES = Object.keys(LEVELS) as Name[]
const TABLES: Name[][] = [
  [],
  ...NAMES.map((name) => [name]),
  ...NAMES.flatMap((a, i) => NAMES.slice(i + 1).map((b) => [a, b])),
]
type Person = Readonly<Record<Name | 'net' | 'kind' | 'why' | 'sat' | 'job', string>>
type Group = Readonly<Record<string, string>>

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

/** A question to one age alone. */
const jobOf = (one: Group): string => (one['age'] === '1' ? 'y' : '')

/** 500 respondents, levels of whom become rarer one after the other. */
function draw(seed: number): Person[] {
  const random = randomOf(seed)
  const level = (of: number): string => String(Math.floor(of * random() ** 1.6))
  return Array.from({ length: 500 }, () => {
    const net = random() < 0.8 ? 'y' : 'n'
    const groups = Object.fromEntries(NAMES.map((name) => [name, level(LEVELS[name])])) as Record<Name, string>
    return {
      ...{ ...groups, job: jobOf(groups) },
      ...{ net, kind: net === 'y' ? ['f', 'c', 'm'][Math.floor(3 * random() ** 1.5)] : '' },
      ...{ why: net === 'n' ? (random() < 0.5 ? 'y' : 'n') : '', sat: random() < 0.04 ? 'na' : 'y' },
    } as Person
  })
}

const labels = (codes: readonly string[]) => Object.fromEntries(codes.map((code) => [code, code]))
const levelsOf = (name: Name): string[] => Array.from({ length: LEVELS[name] }, (_, i) => String(i))
const CODEBOOK = {
  ...{ id: 's', title: 'S', universe: 'households', from: '2026-02-01', to: '2026-03-31' },
  columns: { respondent: 'id', zone: 'zone' },
  questions: [
    { column: 'net', text: 'Net?', categories: labels(['y', 'n']), counts: ['y'] },
    { column: 'kind', text: 'Which?', categories: labels(['f', 'c', 'm']), counts: ['f'], blank: 'not_asked' },
    { column: 'why', text: 'Why not?', categories: labels(['y', 'n']), counts: ['y'], blank: 'not_asked' },
    { column: 'sat', text: 'Good?', categories: labels(['y', 'n', 'na']), counts: ['y'], missing: ['na'] },
    { column: 'job', text: 'Job?', categories: labels(['y', 'n']), counts: ['y'], blank: 'not_asked' },
    ...NAMES.slice(1).map((name) => ({ column: name, text: name, categories: labels(levelsOf(name)), group: true })),
  ],
}

async function store(people: readonly Person[]): Promise<void> {
  await api.pool.query(`delete from survey where id = 's'`)
  await api.pool.query(`insert into survey (id, codebook, respondents) values ('s', $1, $2)`, [CODEBOOK, people.length])
  await api.pool.query(
    `insert into microdata.response (survey_id, respondent, weight, zone_key, answers)
     select 's', 'r' || i, 1, p ->> 'zone', p from jsonb_array_elements($1) with ordinality as r (p, i)`,
    [JSON.stringify(people)],
  )
}

type Said = {
  readonly group: Group
  readonly n: number | null
  readonly value: number | null
  readonly suppressed: string | null
  readonly nonresponse: number | null
}
type Question = 'net' | 'kind' | 'why' | 'sat' | 'job'
const ASKED: Readonly<Record<Question, readonly string[]>> = {
  ...{ net: ['y'], kind: ['f', 'c', 'm'], why: ['y'], sat: ['y'], job: ['y'] },
}
/** What anybody may read of a question: for each of its answers the cells of all tables. */
async function read(question: Question): Promise<Map<string, Said[]>> {
  const found = new Map<string, Said[]>()
  for (const category of ASKED[question]) {
    const cells: Said[] = []
    for (const by of TABLES) {
      const url = `/api/v1/surveys/s/estimates?question=${question}&category=${category}&by=${by.join(',')}`
      const response = await api.app.inject({ url })
      expect(response.statusCode, response.body).toBe(200)
      cells.push(...(response.json() as { estimates: Said[] }).estimates)
    }
    found.set(category, cells)
  }
  return found
}

/** What somebody can be: where, who, and what they said. */
type Atom = Readonly<Record<Name | Question, string>>
const GROUPS = NAMES.reduce<Group[]>(
  (all, name) => all.flatMap((one) => levelsOf(name).map((value) => ({ ...one, [name]: value }))),
  [{}],
)
const ANSWERS = [
  ...['f', 'c', 'm'].map((kind) => ({ net: 'y', kind, why: '' })),
  ...['y', 'n'].map((why) => ({ net: 'n', kind: '', why })),
].flatMap((one) => ['y', 'na'].map((sat) => ({ ...one, sat })))
const ATOMS = GROUPS.flatMap((group) => ANSWERS.map((answers) => ({ ...group, ...answers, job: jobOf(group) }) as Atom))
const isIn = (one: Atom | Person, of: Group): boolean =>
  Object.entries(of).every(([name, value]) => one[name as Name] === value)
const hasAnswered = (one: Atom | Person, question: Question): boolean => !['', 'na'].includes(one[question])

type Test = (one: Atom | Person) => boolean
const columnsOf = (test: Test): number[] => ATOMS.flatMap((atom, i) => (test(atom) ? [i] : []))
const rowOf = (test: Test, lower: number, upper = lower): Row => ({ columns: columnsOf(test), lower, upper })

function rowsOf(question: Question, said: ReadonlyMap<string, readonly Said[]>): Row[] {
  return [...said].flatMap(([category, cells]) =>
    cells.flatMap(({ group, n, value, suppressed, nonresponse }) => {
      const answered: Test = (one) => isIn(one, group) && hasAnswered(one, question)
      // of part of the respondents the reason may be that of all of them
      const least = question === 'net' ? THRESHOLD : 0
      if (n === null || value === null)
        return [suppressed === 'below_threshold' ? rowOf(answered, 0, THRESHOLD - 1) : rowOf(answered, least, 500)]
      const asked =
        nonresponse === null
          ? []
          : [rowOf((one) => isIn(one, group) && wasAsked(one, question), Math.round(n / (1 - nonresponse)))]
      const gave: Test = (one) => answered(one) && one[question] === category
      return [rowOf(answered, n), rowOf(gave, Math.round(n * value)), ...asked]
    }),
  )
}
const wasAsked = (one: Atom | Person, question: Question): boolean => one[question] !== ''

/** A number that the tables of a question do not show, and how open it must stay. */
type Secret = { readonly what: string; readonly test: Test; readonly width: number }
const widthOf = (n: number, least: number): number => Math.min(5, Math.max(least, Math.ceil(0.2 * n)))

function secretsOf(
  question: Question,
  said: ReadonlyMap<string, readonly Said[]>,
  people: readonly Person[],
): Secret[] {
  const [cells = []] = said.values()
  return cells.flatMap(({ group, n }): Secret[] => {
    const own = people.filter((one) => isIn(one, group) && hasAnswered(one, question))
    if (n !== null || own.length === 0) return []
    const name = JSON.stringify(group)
    const answers = [...new Set(own.map((one) => one[question]))]
    return [
      ...(question === 'net'
        ? [{ what: `n ${name}`, test: (one: Atom | Person) => isIn(one, group), width: widthOf(own.length, 2) }]
        : []),
      ...answers.map((answer) => ({
        what: `${question}=${answer} ${name}`,
        test: (one: Atom | Person) => isIn(one, group) && one[question] === answer,
        width: widthOf(own.filter((one) => one[question] === answer).length, 1),
      })),
    ]
  })
}

const isNarrow = ({ width }: Secret, range: Range | undefined): boolean =>
  !range || Math.floor(range.upper + 1e-6) - Math.ceil(range.lower - 1e-6) < width

test.each([1, 2])(
  'what is hidden in one question is not narrowed by those put to some of its respondents (%i)',
  {
    timeout: 280_000,
  },
  async (seed) => {
    const people = draw(seed)
    await store(people)
    const rangesOf = await openRanges()
    const questions: Question[] = ['net', 'kind', 'why', 'sat', 'job']
    const said = new Map<Question, Map<string, Said[]>>()
    for (const question of questions) said.set(question, await read(question))
    const all = questions.flatMap((question) => rowsOf(question, said.get(question) ?? new Map()))
    let [hidden, shown] = [0, 0]
    for (const question of ['net', 'kind'] as const) {
      const own = said.get(question) ?? new Map()
      const secrets = secretsOf(question, own, people)
      hidden += secrets.length
      shown += (own.get(ASKED[question][0] ?? '') ?? []).filter(({ n }: Said) => n !== null).length
      const columns = secrets.map(({ test: of }) => columnsOf(of))
      const together = rangesOf(ATOMS.length, all, columns, 500, false)
      const narrow = secrets.flatMap((secret, i) => (isNarrow(secret, together[i]) ? [i] : []))
      const alone = rangesOf(
        ATOMS.length,
        rowsOf(question, own),
        narrow.map((i) => columns[i] ?? []),
        500,
        false,
      )
      const found = narrow.flatMap((i, k) => {
        const secret = secrets[i]
        if (!secret || isNarrow(secret, alone[k])) return []
        return [
          `${secret.what}: ${together[i]?.lower} to ${together[i]?.upper}, alone ${alone[k]?.lower} to ${alone[k]?.upper}`,
        ]
      })
      expect(found).toEqual([])
    }
    // there is something to attack, and something to read
    expect(hidden).toBeGreaterThan(30)
    expect(shown).toBeGreaterThan(40)
  },
)
