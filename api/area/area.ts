import turfArea from '@turf/area'
import type { Pool } from '#infra/db/pool.ts'
import type { AreaResponse } from '#model/api/area.ts'
import { AppError } from '#model/basics/errors.ts'
import type { Position } from '#model/basics/geo.ts'
import type { Question } from '#model/survey/codebook.ts'
import type { Equity } from '../equity/equity.ts'
import { createPeriodCache } from '../indicators/period-cache.ts'
import { selectCity } from '../queries/city.ts'
import { selectThings } from '../queries/things.ts'
import { selectZones, type ZoneRow } from '../queries/zones.ts'
import { listSurveys, type SurveyRow } from '../surveys/microdata.ts'
import type { Surveys } from '../surveys/surveys.ts'
import { boundsOf, devicesOf, thingsInRing } from './area-devices.ts'
import { combined, unitsOf } from './area-estimates.ts'
import { peopleOf, type ZoneInside, zonesInRing } from './counted-zones.ts'

export type AreaDeps = {
  readonly pool: Pool
  readonly clock: () => Date
  readonly equity: Equity
  readonly surveys: Surveys
}
/** A ring that is drawn (its end is joined to its beginning), or keys of districts. */
export type AreaOf = { readonly ring: readonly Position[] } | { readonly zones: readonly string[] }
export type DescribeArea = (of: AreaOf) => Promise<AreaResponse>

/** Fewer residents have no figures. */
export const MIN_RESIDENTS = 100
const PERIOD = 'last-30d'
const CONFIDENCE = 0.95
/** A drawn border is not met to the person. */
const ROUNDED_TO = 10
const MAX_QUESTIONS = 8
const MAX_THINGS = 100_000
const FRESH_MS = 120_000

type Answer = { readonly question: Question; readonly answer: Awaited<ReturnType<Surveys['estimates']>> }

/** What is known of an area. The answer throws ZONE_UNKNOWN. */
export function createArea(deps: AreaDeps): DescribeArea {
  // the same for every area: estimates of all districts
  const answers = createPeriodCache<readonly Answer[]>({ freshMs: () => FRESH_MS, clock: deps.clock })
  return async (of) => {
    const { pool, clock, equity } = deps
    const [zones, { pack }, surveys] = await Promise.all([selectZones(pool), selectCity(pool), listSurveys(pool)])
    const inside = 'ring' in of ? zonesInRing(zones, of.ring) : chosen(zones, of.zones)
    const drawn = 'ring' in of
    const population = populationOf(inside, drawn)
    const refused = refusal(inside, population)
    const counted = refused ? [] : inside.filter((one) => one.counted).map(({ zone }) => zone)
    const survey = surveys.find(({ codebook }) => codebook.columns.zone)
    const isSurveyed = survey !== undefined && counted.length > 0
    const asked = isSurveyed ? await answers.get(keyOf(survey), () => askAll(deps.surveys, survey)) : []
    return {
      at: clock().toISOString(),
      simulated: pack.simulated,
      drawn,
      areaKm2: drawn ? areaOf(of.ring) : inside.reduce((sum, { zone }) => sum + zone.area_km2, 0),
      population: refused ? null : population,
      refused,
      minResidents: MIN_RESIDENTS,
      zones: inside.map(({ zone: { key, name }, share, counted }) => ({ key, name, share, counted })),
      period: PERIOD,
      burdens: counted.length > 0 ? burdensOf(await equity({ period: PERIOD, by: 'zone' }), counted) : [],
      survey: isSurveyed ? surveyOf(survey) : null,
      confidence: CONFIDENCE,
      estimates: isSurveyed ? estimatesOf(asked, { counted, zones, survey }) : [],
      devices: devicesOf(await thingsIn(pool, of, inside), clock().getTime()),
    }
  }
}

function chosen(zones: readonly ZoneRow[], keys: readonly string[]): ZoneInside[] {
  return [...new Set(keys)].map((key) => {
    const zone = zones.find((one) => one.key === key)
    if (!zone) throw new AppError('ZONE_UNKNOWN', key)
    return { zone, share: 1, counted: true }
  })
}

function populationOf(inside: readonly ZoneInside[], drawn: boolean): AreaResponse['population'] {
  const known = inside.filter(({ zone }) => zone.population !== null)
  if (known.length === 0) return null
  const value = known.reduce((sum, one) => sum + peopleOf(one), 0)
  return drawn ? { value: Math.round(value / ROUNDED_TO) * ROUNDED_TO, estimated: true } : { value, estimated: false }
}

function refusal(inside: readonly ZoneInside[], population: AreaResponse['population']): AreaResponse['refused'] {
  if (inside.length === 0) return 'outside'
  return population !== null && population.value < MIN_RESIDENTS ? 'too_few_residents' : null
}

/** km2, of the ring as it is drawn */
const areaOf = (ring: readonly Position[]): number =>
  turfArea({ type: 'Polygon', coordinates: [[...ring, ...ring.slice(0, 1)].map(([lon, lat]) => [lon, lat])] }) / 1e6

type Exposures = Pick<Awaited<ReturnType<Equity>>, 'exposures'>

function burdensOf({ exposures }: Exposures, counted: readonly ZoneRow[]): AreaResponse['burdens'] {
  return exposures.flatMap(({ id, name, kind, unit, everybody, groups }) => {
    const values = new Map(groups.map(({ key, value }) => [key, value]))
    const known = counted.flatMap(({ key, population }) => {
      const value = values.get(key) ?? null
      return value === null || !population ? [] : [{ value, population }]
    })
    if (known.length === 0) return []
    const people = known.reduce((sum, { population }) => sum + population, 0)
    const value = known.reduce((sum, one) => sum + one.population * one.value, 0) / people
    return [{ id, name, kind, unit, value, city: everybody, zones: known.length }]
  })
}

const keyOf = ({ codebook, importedAt }: SurveyRow): string => `${codebook.id} ${importedAt.toISOString()}`

/** The shares that the survey asks for, by district. */
async function askAll(surveys: Surveys, { codebook }: SurveyRow): Promise<Answer[]> {
  const questions = codebook.questions.filter(({ counts, group }) => counts && !group).slice(0, MAX_QUESTIONS)
  const answers: Answer[] = []
  for (const question of questions) {
    const answer = await surveys.estimates(codebook.id, { question: question.column, by: ['zone'] })
    if (answer.statistic === 'proportion') answers.push({ question, answer })
  }
  return answers
}

type EstimatesOf = {
  readonly counted: readonly ZoneRow[]
  readonly zones: readonly ZoneRow[]
  readonly survey: SurveyRow
}

function estimatesOf(asked: readonly Answer[], { counted, zones, survey }: EstimatesOf): AreaResponse['estimates'] {
  const peopled = (rows: readonly ZoneRow[]) =>
    rows.map(({ key, population }) => ({ key, population: population ?? 0 }))
  const units = unitsOf(peopled(counted), peopled(zones), survey.areas)
  return asked.map(({ question: { column, text }, answer }) => ({
    ...{ question: column, text },
    ...combined(units, answer.estimates),
  }))
}

function surveyOf({ codebook: { id, title, from, to, threshold, simulated } }: SurveyRow): AreaResponse['survey'] {
  return { id, title, from, to, threshold, simulated }
}

async function thingsIn(pool: Pool, of: AreaOf, inside: readonly ZoneInside[]) {
  if ('ring' in of) {
    const { rows } = await selectThings(pool, { bbox: boundsOf(of.ring), limit: MAX_THINGS })
    return thingsInRing(rows, of.ring)
  }
  const found = await Promise.all(inside.map(({ zone }) => selectThings(pool, { zoneId: zone.id, limit: MAX_THINGS })))
  return found.flatMap(({ rows }) => rows)
}
