import type { Pool } from '#infra/db/pool.ts'
import type { EquityResponse } from '#model/api/equity.ts'
import { AppError } from '#model/basics/errors.ts'
import { parsePeriod } from '#model/basics/period.ts'
import { rankingOf } from '#model/survey/codebook.ts'
import type { Indicators } from '../indicators/engine.ts'
import { createPeriodCache, type PeriodCache } from '../indicators/period-cache.ts'
import { atEndOf, type CityAt, cityAt, thingsAt, zonesAt } from '../measurements/registry-at.ts'
import { selectCity } from '../queries/city.ts'
import { listSurveys, type Microdata, type SurveyRow } from '../surveys/microdata.ts'
import { protectionOf, surveyTables } from '../surveys/survey-tables.ts'
import { characteristicsOf } from '../surveys/table.ts'
import { exposureBySurvey } from './by-survey.ts'
import { eachZone, exposureByZones, incomeFifths, type PeopledZone } from './by-zones.ts'
import { correctedTogether, type Tested, untested } from './family.ts'
import { measuredByZone, type ZoneMeasure } from './measured.ts'

export type EquityDeps = {
  readonly pool: Pool
  readonly microdata: Microdata
  readonly indicators: Indicators
  readonly clock: () => Date
}
type Exposed = (measure: ZoneMeasure) => Tested | null

/** A mean over fewer zones says more of the zones than of the groups. */
const MIN_ZONES = 3
/** Groups that need no survey. */
const BY_ZONES: Readonly<Record<string, string>> = { zone_income: 'Income of the zone', zone: 'Zone' }

export type Equity = (of: { period: string; by: string }) => Promise<EquityResponse>

/** What zones have changes by the hour; the page asks for it again with every other group. */
const FRESH_MS = 120_000

/** For each measured burden and service: who has how much of it. The answer throws REQUEST_INVALID, PERIOD_INVALID. */
export function createEquity(deps: EquityDeps): Equity {
  const cache = createPeriodCache<readonly ZoneMeasure[]>({ freshMs: () => FRESH_MS, clock: deps.clock })
  return async (of) => equity(deps, cache, of)
}

async function equity(
  { pool, microdata, indicators, clock }: EquityDeps,
  cache: PeriodCache<readonly ZoneMeasure[]>,
  { period, by }: { period: string; by: string },
): Promise<EquityResponse> {
  const { pack } = await selectCity(pool)
  const now = clock()
  const span = parsePeriod(period, pack.timeZone, now)
  const at = atEndOf(span, now)
  const city = await cityAt(pool, at)
  if (!city) throw new AppError('NOT_FOUND', 'the city (no city pack is loaded)')
  const all = await zonesAt(pool, at, city)
  const zones = all.filter((zone): zone is PeopledZone => zone.population !== null && zone.population > 0)
  const survey = (await listSurveys(pool)).toSorted((a, b) => (a.codebook.to < b.codebook.to ? 1 : -1))[0]
  const characteristics = characteristicsFor(survey)
  if (!characteristics.some(({ id }) => id === by))
    throw new AppError('REQUEST_INVALID', `by is one of ${characteristics.map(({ id }) => id).join(', ')}; not "${by}"`)
  const isSurveyed = !Object.hasOwn(BY_ZONES, by)
  const exposed = await exposedBy(microdata, by, zones, isSurveyed ? survey : undefined)
  const measures = await cache.get(period, async () => {
    const { things } = await thingsAt(pool, at, span.from, city)
    return measuredByZone(pool, indicators, { period: span, timeZone: pack.timeZone, now, zones: all, things })
  })
  const tested: Tested[] = []
  const missing: EquityResponse['missing'] = []
  for (const measure of measures) {
    const { id, name, values } = measure
    const found = values.size >= MIN_ZONES ? exposed(measure) : null
    if (found) tested.push(found)
    else missing.push({ id, name, why: `measured in ${values.size} of ${all.length} zones; ${MIN_ZONES} are needed` })
  }
  const { codebook } = survey ?? {}
  return {
    period,
    by,
    characteristics,
    survey: isSurveyed ? (codebook?.id ?? null) : null,
    threshold: isSurveyed ? (codebook?.threshold ?? null) : null,
    confidence: 0.95,
    simulated: pack.simulated || (isSurveyed && codebook?.simulated === true),
    zones: all.length,
    incomeUnit: by === 'zone_income' ? incomeUnitOf(city, zones) : null,
    exposures: correctedTogether(tested),
    missing,
  }
}

/** Currency and period of the pack, and the year of the incomes that were used. */
function incomeUnitOf({ income: unit }: CityAt, zones: readonly PeopledZone[]): EquityResponse['incomeUnit'] {
  const [known] = zones.filter(({ income }) => income !== null)
  return unit && known ? { ...unit, year: known.incomeYear ?? unit.year } : null
}

function characteristicsFor(survey: SurveyRow | undefined): EquityResponse['characteristics'] {
  const byZones = Object.entries(BY_ZONES).map(([id, label]) => ({ id, label }))
  if (!survey?.codebook.columns.zone) return byZones
  const groups = survey.codebook.questions.filter(({ group }) => group)
  return [...byZones, ...groups.map(({ column, text }) => ({ id: column, label: text }))]
}

async function exposedBy(
  microdata: Microdata,
  by: string,
  zones: readonly PeopledZone[],
  survey: SurveyRow | undefined,
): Promise<Exposed> {
  if (!survey) {
    const groups = by === 'zone' ? eachZone(zones) : incomeFifths(zones)
    return (measure) => {
      const found = exposureByZones(measure, zones, groups)
      return found && untested(found)
    }
  }
  const { codebook, areas } = survey
  const responses = await microdata.responses(codebook, characteristicsOf(codebook).slice(1))
  // "everybody" as a question that all answer, those of no known zone too: what is kept back here is then what is kept
  // back in the tables of such a question, and the two do not give away each other
  const everybody = responses.map(() => 1)
  const answered = { responses, values: everybody, asked: null, question: null, at: 0, offset: 0 }
  const protections = await protectionOf(microdata, codebook, answered)
  const tables = surveyTables(codebook, responses, everybody, null, 0, protections)
  const question = codebook.questions.find(({ column }) => column === by)
  const codes = Object.entries(question?.categories ?? {}).filter(([code]) => !question?.missing.includes(code))
  const groups = { tables, by, labels: new Map(codes), ranking: question ? rankingOf(question) : null, areas }
  return (measure) => exposureBySurvey(measure, zones, groups)
}
