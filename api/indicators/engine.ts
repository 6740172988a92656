import type { Pool } from '#infra/db/pool.ts'
import type { AirStandard } from '#model/air-quality/standards/schema.ts'
import type { AirLimitsResponse } from '#model/api/air-limits.ts'
import type { ExceedancesResponse } from '#model/api/exceedances.ts'
import type {
  IndicatorsResponse,
  ReportedValueBody,
  SeriesResponse,
  ZoneValuesResponse,
} from '#model/api/indicators.ts'
import { AppError } from '#model/basics/errors.ts'
import { parsePeriod } from '#model/basics/period.ts'
import { INDICATORS, indicatorOf } from '#model/indicators/catalogue/index.ts'
import type { Indicator, IndicatorValue, Scoreboard } from '#model/indicators/catalogue/schema.ts'
import type { Goal, GoalBody } from '#model/indicators/goals.ts'
import { groupScores } from '#model/indicators/score.ts'
import { spreadOf } from '#model/indicators/spread.ts'
import { airLimits, airStandards, chooseStandard } from '../air-quality/standards.ts'
import { atEndOf } from '../measurements/registry-at.ts'
import { loadRegistrySnapshot } from '../measurements/registry-snapshot.ts'
import { currentYear, selectTimeZone } from '../queries/city.ts'
import { requireZoneEver } from '../queries/zones.ts'
import type { Microdata } from '../surveys/microdata.ts'
import { evaluateIndicator, notThere, periodOf } from './evaluate.ts'
import { goalKey, goals, insertGoal } from './inputs/goals.ts'
import { type Inputs, openInputs } from './inputs/inputs.ts'
import { insertReported } from './inputs/reported.ts'
import type { Scope } from './measure/context.ts'
import { MEASURES } from './measures/index.ts'
import { createPeriodCache } from './period-cache.ts'
import { checkGoal, checkReported } from './report.ts'
import { periodsOf, type SeriesQuery, seriesOf } from './series.ts'

/** Values of the U4SSC indicators with their evidence; periods as in model/basics/period.ts, zones by key. */
export type Indicators = {
  list(): Promise<IndicatorsResponse>
  evaluate(code: string, of: { period: string; zone?: string | undefined }): Promise<IndicatorValue>
  scoreboard(of: { period: string }): Promise<Scoreboard>
  zoneValues(code: string, of: { period: string; dataPoint?: string | undefined }): Promise<ZoneValuesResponse>
  series(code: string, of: SeriesQuery & SeriesScope): Promise<SeriesResponse>
  exceedances(of: { period: string }): Promise<ExceedancesResponse>
  airStandards(): Promise<AirStandard[]>
  airLimits(of: { year?: number | undefined; standard?: string | undefined }): Promise<AirLimitsResponse>
  report(code: string, period: string, body: ReportedValueBody, by: string): Promise<IndicatorValue>
  goals(): Promise<Goal[]>
  /** the city's own benchmark and target; with neither they are withdrawn */
  setGoal(code: string, body: GoalBody, by: string): Promise<void>
  /** reported values were changed in another way: cached results are discarded */
  refresh(): void
}

/** One data point of the city or a zone, projected to the middle of a year where one is given. */
type SeriesScope = { zone?: string | undefined; dataPoint?: string | undefined; targetYear?: number | undefined }

/**
 * How long results are cached: long enough for a page that requests many, short enough for late data to appear soon. Only
 * complete hours count, so a long period changes by late data alone, and reading a month again takes half a second.
 */
const freshMs = (label: string): number => (/^\d{4}-\d{2}-\d{2}$|^last-24h$/.test(label) ? 30_000 : 120_000)

export type IndicatorDeps = { readonly pool: Pool; readonly microdata: Microdata; readonly clock: () => Date }

/** One engine for what is measured, surveyed and reported. */
export function createIndicators({ pool, microdata, clock }: IndicatorDeps): Indicators {
  const cache = createPeriodCache<Inputs>({ freshMs, clock })

  const inputsOf = (label: string): Promise<Inputs> =>
    cache.get(label, async () => {
      const now = clock()
      const period = parsePeriod(label, (await selectTimeZone(pool)) ?? 'UTC', now)
      const registry = await loadRegistrySnapshot(pool, atEndOf(period, now), period.from)
      return openInputs({ pool, microdata }, registry, period, now)
    })
  /** Failures (database unreachable) are not cached. */
  const using = async <T>(label: string, work: (inputs: Inputs) => Promise<T>): Promise<T> => {
    try {
      return await work(await inputsOf(label))
    } catch (error) {
      if (!(error instanceof AppError)) cache.drop(label)
      throw error
    }
  }
  /** One scoreboard per cached period, discarded with it. */
  const boards = new WeakMap<Inputs, Promise<Scoreboard>>()

  const evaluateIn = async (indicator: Indicator, inputs: Inputs, zone: string | undefined) => {
    const isThere = zone === undefined || inputs.registry.zones.some(({ key }) => key === zone)
    if (isThere) return evaluateIndicator(indicator, inputs, scopeOf(inputs, zone))
    await requireZoneEver(pool, zone)
    return notThere(indicator, inputs, zone)
  }
  const evaluate: Indicators['evaluate'] = (code, { period, zone }) => {
    const indicator = known(code)
    return using(period, async (inputs) => ({
      ...(await evaluateIn(indicator, inputs, zone)),
      computedAt: inputs.asOf.toISOString(),
    }))
  }

  return {
    evaluate,
    refresh: () => cache.clear(),

    list: async () => {
      const inputs = await using('last-24h', async (held) => held).catch(noCity)
      const indicators = INDICATORS.map(async (indicator) => {
        const measure = MEASURES.get(indicator.code)
        return { ...indicator, implemented: Boolean(inputs && measure && (await measure.possible(inputs))) }
      })
      return { indicators: await Promise.all(indicators) }
    },

    scoreboard: ({ period }) =>
      using(period, (inputs) => {
        const made = boards.get(inputs) ?? scoreboardOf(inputs)
        boards.set(inputs, made)
        return made
      }),

    zoneValues: (code, { period, dataPoint }) => {
      const indicator = known(code)
      const point = dataPoint ?? indicator.dataPoints[0]?.id ?? ''
      const described = [...indicator.dataPoints, ...(indicator.extensions ?? [])].find(({ id }) => id === point)
      if (!described) throw new AppError('NOT_FOUND', `data point "${point}" of ${indicator.code}`)
      return using(period, async (inputs) => {
        const zones = inputs.registry.zones.map(async (zone) => {
          const { values } = await evaluateIndicator(indicator, inputs, { zone })
          const value = values.find((one) => one.dataPoint === point)
          const missing = value ? value.missing : 'no value'
          return {
            zone: zone.key,
            value: value?.value ?? null,
            n: value?.n ?? null,
            dataCapture: value?.dataCapture ?? null,
            missing,
          }
        })
        const unit = described.unit ?? indicator.unit
        const values = await Promise.all(zones)
        const spread = spreadOf(
          values.flatMap(({ zone, value }) => {
            const { population = null } = inputs.registry.zones.find(({ key }) => key === zone) ?? {}
            return value === null ? [] : [{ zone, value, population }]
          }),
        )
        return { code: indicator.code, dataPoint: point, unit, period, spread: spread ?? null, zones: values }
      })
    },

    async series(code, { zone, dataPoint, targetYear, ...query }) {
      const indicator = known(code)
      const point = dataPoint ?? indicator.dataPoints[0]?.id ?? ''
      if (!indicator.dataPoints.some(({ id }) => id === point))
        throw new AppError('NOT_FOUND', `data point "${point}" of ${indicator.code}`)
      const goal = (await goals(pool)).get(goalKey(indicator.code, point))
      const found = []
      // One after the other: a series must not take all connections from requests for today.
      for (const period of periodsOf(query)) {
        const of = await evaluate(code, { period, zone })
        const own = of.values.find((value) => value.dataPoint === point)
        if (own) found.push({ of, point: own })
      }
      const direction = indicator.dataPoints.find(({ id }) => id === point)?.direction ?? indicator.direction
      return seriesOf(found, { zone: zone ?? null, targetYear, goal, direction })
    },

    goals: async () => [...(await goals(pool)).values()],

    async setGoal(code, body, by) {
      const indicator = known(code)
      checkGoal(indicator, body)
      await insertGoal(pool, indicator.code, body, by)
      cache.clear()
    },

    exceedances: ({ period }) =>
      using(period, async (inputs) => ({
        period: periodOf(inputs.period),
        simulated: inputs.registry.city.simulated,
        places: await inputs.exceedances(),
      })),

    airStandards: async () => (await airStandards(pool)).standards,
    airLimits: async ({ year: wanted, standard }) => {
      const year = wanted ?? (await currentYear(pool, clock()))
      const chosen = chooseStandard(await airStandards(pool), standard, year)
      return using(String(year), (inputs) => airLimits(inputs, chosen, year))
    },

    async report(code, period, body, by) {
      const indicator = known(code)
      const { zone } = body
      const value = await using(period, async (inputs) => {
        scopeOf(inputs, zone)
        return checkReported(indicator, body)
      })
      await insertReported(pool, { code: indicator.code, period, value, by, body })
      cache.clear()
      return evaluate(code, { period, zone })
    },
  }
}

/** The catalogue needs no city; everything else does. */
function noCity(error: unknown): undefined {
  if (!(error instanceof AppError && error.code === 'NOT_FOUND')) throw error
}

function known(code: string): Indicator {
  const indicator = indicatorOf(code)
  if (!indicator) throw new AppError('INDICATOR_UNKNOWN', code)
  return indicator
}

function scopeOf(inputs: Inputs, key: string | undefined): Scope {
  if (key === undefined) return { zone: null }
  const zone = inputs.registry.zones.find((one) => one.key === key)
  if (!zone) throw new AppError('ZONE_UNKNOWN', key)
  return { zone }
}

async function scoreboardOf(inputs: Inputs): Promise<Scoreboard> {
  const indicators = await Promise.all(INDICATORS.map((indicator) => boardRow(indicator, inputs)))
  const scored = INDICATORS.map((indicator, i) => ({
    indicator,
    values: ownPoints(indicator, indicators[i]?.values ?? []),
  }))
  return {
    period: periodOf(inputs.period),
    indicators,
    groups: groupScores(scored),
    computedAt: inputs.asOf.toISOString(),
  }
}

/** A row of the scoreboard, without evidence: with it the scoreboard would be megabytes. */
async function boardRow(indicator: Indicator, inputs: Inputs): Promise<Scoreboard['indicators'][number]> {
  const { category, dimension, subDimension } = indicator
  const row = await evaluateIndicator(indicator, inputs, { zone: null })
  return {
    ...row,
    values: row.values.map((value) => ({ ...value, evidence: null })),
    category,
    dimension,
    subDimension,
  }
}

/** Citywell's extensions are not data points of U4SSC. */
function ownPoints(indicator: Indicator, values: IndicatorValue['values']): IndicatorValue['values'] {
  return values.filter(({ dataPoint }) => indicator.dataPoints.some(({ id }) => id === dataPoint))
}
