import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { createSurveys } from '#api/surveys/surveys.ts'
import { storeSurvey } from '#domain/survey/store-survey.ts'
import { inTransaction } from '#infra/db/pool.ts'
import { determined, type Equation } from '#model/statistics/solver/determined-unknowns.ts'
import { codebookSchema } from '#model/survey/codebook.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/**
 * Cells that a corrected answer has taken out of the figures of one question: other questions, which the same people answered, still say
 * how many respondents these cells have. Together they must not say how many a suppressed cell has.
 */
let db: TestDatabase
beforeAll(async () => {
  db = await openTestDatabase()
})
afterAll(() => db.close())

const ZONES = ['a', 'b', 'c', 'd', 'e']
const SEXES = ['f', 'm']
const QUESTIONS = ['net', 'tv'] as const
const yesNo = { y: 'yes', n: 'no' }
const CODEBOOK = codebookSchema.parse({
  ...{ id: 's', title: 's', universe: 'households', from: '2026-02-01', to: '2026-03-31' },
  columns: { respondent: 'id', zone: 'zone' },
  questions: [
    ...QUESTIONS.map((column) => ({ column, text: column, categories: yesNo, counts: ['y'] })),
    { column: 'sex', text: 'Sex', categories: { f: 'f', m: 'm' }, group: true },
  ],
})

type Answers = { readonly zone: string; readonly sex: string; readonly net: string; readonly tv: string }
async function store(people: readonly Answers[]): Promise<void> {
  const responses = people.map(({ zone, ...answers }, i) => ({
    ...{ respondent: `r${i}`, weight: 1, zone, stratum: '', cluster: '', answers },
    ...{ baseWeight: null, clusterSize: null, replicateWeights: null },
  }))
  const file = { codebook: CODEBOOK, responses, origin: 'person', by: 'x' } as const
  await inTransaction(db.pool, (client) => storeSurvey(client, file as never))
}

const idOf = (group: Readonly<Record<string, string>>): string => `${group.zone ?? ''}/${group.sex ?? ''}`
const ALL = ['', ...ZONES].flatMap((zone) => ['', ...SEXES].map((sex) => `${zone}/${sex}`))
/** A margin and its parts. */
const LINES = [
  ...['', ...SEXES].map((sex) => [`/${sex}`, ...ZONES.map((zone) => `${zone}/${sex}`)]),
  ...['', ...ZONES].map((zone) => [`${zone}/`, ...SEXES.map((sex) => `${zone}/${sex}`)]),
]

/** Cells whose number of respondents no question says, and those of them that sums and differences give. */
async function attack(): Promise<{ hidden: string[]; found: string[] }> {
  const surveys = createSurveys({ pool: db.pool, microdata: openMicrodata(db.pool) })
  const said = new Set<string>()
  for (const question of QUESTIONS)
    for (const by of [[], ['zone'], ['sex'], ['zone', 'sex']])
      for (const { group, n } of (await surveys.estimates('s', { question, by, category: 'y' })).estimates)
        if (n !== null) said.add(idOf(group))
  const hidden = ALL.filter((id) => !said.has(id))
  const equations = LINES.map(([margin = '', ...parts]): Equation => {
    const unknown = new Map<string, number>()
    for (const id of parts) if (!said.has(id)) unknown.set(id, 1)
    if (!said.has(margin)) unknown.set(margin, -1)
    return unknown
  })
  return { hidden, found: [...determined(equations.filter(({ size }) => size > 0))] }
}

test('no number of respondents follows from two questions, one of which has answers that were corrected', {
  timeout: 170_000,
}, async () => {
  const setting = fc.record({
    // of each zone, women and men
    sizes: fc.array(fc.tuple(fc.integer({ min: 12, max: 40 }), fc.integer({ min: 4, max: 40 })), {
      minLength: 5,
      maxLength: 5,
    }),
    corrected: fc.array(fc.nat({ max: 600 }), { minLength: 30, maxLength: 120 }),
  })
  let hiddenCells = 0
  await fc.assert(
    fc.asyncProperty(setting, async ({ sizes, corrected }) => {
      await db.pool.query('delete from survey')
      for (const table of ['kept_back', 'set_aside', 'replaced', 'replaced_response', 'publication'])
        await db.pool.query(`delete from microdata.${table}`)
      const people = sizes.flatMap(([women, men], k) =>
        Array.from({ length: women + men }, (_, i) => ({
          ...{ zone: ZONES[k] ?? '', sex: i < women ? 'f' : 'm', net: i % 3 ? 'y' : 'n', tv: i % 2 ? 'y' : 'n' },
        })),
      )
      await store(people)
      const places = new Set(corrected.map((share) => Math.floor((share / 601) * people.length)))
      await store(people.map((one, i) => (places.has(i) ? { ...one, net: one.net === 'y' ? 'n' : 'y' } : one)))
      const { hidden, found } = await attack()
      expect(found).toEqual([])
      hiddenCells += hidden.length
    }),
    { seed: 26, numRuns: 30 },
  )
  expect(hiddenCells).toBeGreaterThan(25)
})
