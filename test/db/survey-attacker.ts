/** A survey that is small enough to attack, and everything that the API says of it. */
import { createEquity, type Equity } from '#api/equity/equity.ts'
import { createIndicators, type Indicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { createSurveys } from '#api/surveys/surveys.ts'
import { wellbeingChange } from '#api/wellbeing/change.ts'
import { readWeights } from '#api/wellbeing/weights.ts'
import { wellbeing } from '#api/wellbeing/wellbeing.ts'
import type { Pool } from '#infra/db/pool.ts'
import { addCity, addThing, addZone, asEver, hourly, observe, rollUp } from './indicators-fixture.ts'

export const LEVELS = { zone: ['a', 'b', 'c', 'd'], sex: ['f', 'm'], half: ['1', '2'] } as const
export type Name = keyof typeof LEVELS
export const NAMES = Object.keys(LEVELS) as Name[]
/** Zone '' is not known. Net is answered by all, the others by some: '' is no answer. */
export type Person = Record<Name, string> & Record<Asked, string> & { readonly weight: number }
export const ASKED = ['net', 'price', 'cost', 'easy', 'cover'] as const
export type Asked = (typeof ASKED)[number]
export type Group = Readonly<Record<string, string>>

const labels = (codes: readonly string[]): Record<string, string> =>
  Object.fromEntries(codes.map((code) => [code, code]))
/** of an agreement, the answers that people in these tests give */
const SCALE = ['1', '2', '3', '4', '5']
/** answers of a question with categories; none for a number */
export const CATEGORIES: Readonly<Record<Asked | 'sex' | 'half', readonly string[]>> = {
  ...{ net: ['y', 'n', 'x'], price: [], cost: SCALE, easy: SCALE, cover: SCALE },
  ...{ sex: LEVELS.sex, half: LEVELS.half },
}
const item = (column: Asked, factor: string) => ({ column, text: column, categories: labels(SCALE), factor })
const codebook = (id: string, year: number) => ({
  id,
  title: id,
  universe: 'households',
  from: `${year}-02-01`,
  to: `${year}-03-31`,
  columns: { respondent: 'id', weight: 'w', zone: 'zone' },
  questions: [
    { column: 'net', text: 'Net?', categories: labels(CATEGORIES.net), counts: ['y'], indicator: 'HH6' },
    { column: 'price', text: 'Price?', price: true },
    // two questions of one factor, one of another
    ...[item('cost', 'cost'), item('easy', 'cost'), item('cover', 'connectivity')],
    ...(['sex', 'half'] as const).map((column) => ({
      column,
      text: column,
      categories: labels(LEVELS[column]),
      group: true,
      scale: column === 'half' ? 'ordinal' : 'nominal',
      ...(column === 'half' && { vulnerable: ['1', 'not a category'] }),
    })),
  ],
})

export const NOW = new Date('2026-06-15T00:00:00Z')
const clock = () => NOW
const DAY = '2026-06-01'

/** Four zones; particles are measured in all of them, noise in three. */
export async function addCityToAttack(pool: Pool): Promise<void> {
  await addCity(pool, { population: 4000 })
  for (const [i, key] of LEVELS.zone.entries()) {
    const zoneId = await addZone(pool, key, 1000, i)
    await pool.query('update zone set income = $2 where key = $1', [key, 10_000 * (i + 1)])
    await asEver(pool)
    const all = [
      { kind: 'air_station', domain: 'air', property: 'pm2_5', value: 7 * i + 5 },
      { kind: 'sound_meter', domain: 'noise', property: 'sound_level', value: 70 - 3 * i },
    ] as const
    for (const { kind, domain, property, value } of key === 'd' ? all.slice(0, 1) : all) {
      const [id] = await addThing(pool, { key: `${kind}-${key}`, kind, domain, zoneId }, [[property]])
      await observe(
        pool,
        id,
        hourly(`${DAY}T00:30:00Z`, 24).map((time) => [time, value]),
      )
    }
  }
  await rollUp(pool)
}

export async function storePeople(
  pool: Pool,
  people: readonly Person[],
  id = 's',
  year = 2026,
  threshold = 10,
): Promise<void> {
  await pool.query('delete from survey where id = $1', [id])
  await pool.query(`insert into survey (id, codebook, respondents) values ($1, $2, $3)`, [
    id,
    { ...codebook(id, year), threshold },
    people.length,
  ])
  await pool.query(
    `insert into microdata.response (survey_id, respondent, weight, zone_key, answers)
     select $1, 'r' || i, (p ->> 'weight')::float8, nullif(p ->> 'zone', ''), p
     from jsonb_array_elements($2) with ordinality as r (p, i)`,
    [id, JSON.stringify(people)],
  )
}

const PAIRS: Name[][] = NAMES.flatMap((a, i) => NAMES.slice(i + 1).map((b) => [a, b]))
export const TABLES: Name[][] = [
  [],
  ...NAMES.map((name) => [name]),
  ...PAIRS,
  ...PAIRS.map((pair) => pair.toReversed()),
]

/** A question, or a characteristic as one: that is a table too. Tables that the API refuses are left out by the caller. */
export const QUESTIONS = [...ASKED, 'sex', 'half'] as const
export type Question = (typeof QUESTIONS)[number]
export const mayAsk = (question: Question, by: readonly Name[]): boolean =>
  !by.includes(question as Name) && (ASKED.includes(question as Asked) || by.length < 2)

export type Attacker = ReturnType<typeof createAttacker>

/** Asks as anybody may ask. What is measured does not change here and is read once. */
export function createAttacker(pool: Pool) {
  const microdata = openMicrodata(pool)
  const measured: Indicators = createIndicators({ pool, microdata, clock })
  const equity: Equity = createEquity({ pool, microdata, clock, indicators: measured })
  const surveys = createSurveys({ pool, microdata })
  const deps = { pool, microdata, clock, indicators: measured }
  const estimates = async (question: Question, by: Name[]) => {
    const categories = CATEGORIES[question]
    const asked = categories.length > 0 ? categories.map((category) => ({ category })) : [{}]
    return Promise.all(asked.map((category) => surveys.estimates('s', { question, by, ...category })))
  }
  const divides = (question: Question, by: Name[], reference?: string[]) => {
    const [category] = CATEGORIES[question]
    return surveys.divides('s', { question, by, reference, ...(category !== undefined && { category }) })
  }
  const wellbeingOf = (zone: string | undefined, weights: string) =>
    wellbeing(deps, { period: '2026', zone, weights: readWeights(weights), seed: 1 })
  const changeOf = (zone: string | undefined, weights: string) =>
    wellbeingChange(deps, { baseline: 'before', followup: 's', zone, weights: readWeights(weights) })
  return {
    estimates,
    divides,
    coreIndicators: () => surveys.coreIndicators('s'),
    equity: (by: string) => equity({ period: DAY, by }),
    wellbeing: wellbeingOf,
    change: changeOf,
    /** with an engine of its own, which has seen no other survey */
    async connected() {
      const indicators = createIndicators({ pool, microdata, clock })
      return Promise.all([
        indicators.evaluate('EC:ICT:ICT:1C', { period: DAY }),
        indicators.zoneValues('EC:ICT:ICT:1C', { period: DAY }),
        ...LEVELS.zone.map((zone) => indicators.evaluate('EC:ICT:ICT:1C', { period: DAY, zone })),
      ])
    },
  }
}
