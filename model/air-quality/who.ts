/** A level of the guidelines, and the steps on the way to it, the least strict first. */
export type WhoLevel = { readonly guideline: number; readonly interim: readonly number[] }
export type WhoRule = 'annual' | 'day' | 'peakSeason'

/**
 * The WHO global air quality guidelines of 2021 with their interim targets (ISBN 978-92-4-003422-8, table 0.1), ug/m3 and
 * for CO mg/m3. A 24-hour (and for ozone 8-hour) level is met when the 99th percentile of the days of a year does not
 * exceed it: three to four days a year may. Peak season of ozone: mean of the daily highest 8-hour mean over the six months
 * in a row with the highest.
 */
export const WHO_2021 = {
  pm2_5: {
    annual: { guideline: 5, interim: [35, 25, 15, 10] },
    day: { guideline: 15, interim: [75, 50, 37.5, 25] },
  },
  pm10: {
    annual: { guideline: 15, interim: [70, 50, 30, 20] },
    day: { guideline: 45, interim: [150, 100, 75, 50] },
  },
  no2: { annual: { guideline: 10, interim: [40, 30, 20] }, day: { guideline: 25, interim: [120, 50] } },
  so2: { day: { guideline: 40, interim: [125, 50] } },
  co: { day: { guideline: 4, interim: [7] } },
  o3: { day: { guideline: 100, interim: [160, 120] }, peakSeason: { guideline: 60, interim: [100, 70] } },
} as const satisfies Record<string, Partial<Record<WhoRule, WhoLevel>>>
export type WhoPollutant = keyof typeof WHO_2021
export const WHO_POLLUTANTS = Object.keys(WHO_2021) as WhoPollutant[]

/** A local day with enough hours: its mean, or for ozone its highest 8-hour mean. */
export type WhoDay = { readonly day: string; readonly value: number }

export const WHO_STEPS = ['guideline', 'interim_4', 'interim_3', 'interim_2', 'interim_1', 'none'] as const
export type WhoStep = (typeof WHO_STEPS)[number]
export type WhoVerdict = {
  readonly rule: WhoRule
  /** the guideline level */
  readonly level: number
  /** interim targets 1, 2, ...: the first is the highest */
  readonly interim: readonly number[]
  /** the figure that is compared with the levels, over the period as it is; null where there are too few days */
  readonly value: number | null
  /** null: not known, or the period is too short for a level that speaks of a year */
  readonly exceeded: boolean | null
  /** the strictest level that is kept; null where it is not known */
  readonly reached: WhoStep | null
  /** days with a value, and how many of them were above the level (rule `day`) */
  readonly days: number
  readonly daysAbove: number | null
}

/** Least share of days (and of the hours of a day) that must be there: as Directive 2008/50/EC asks of means. */
export const MIN_DATA_CAPTURE = 0.75
const SEASON_MONTHS = 6
/** Days of a period that may speak for a year: 90 % of it. */
const MIN_YEAR_DAYS = 328

/**
 * One pollutant of one place over a period against each of its levels.
 * @param mean of the hours of the period, null where too few are there
 * @param expectedDays days of the period; shorter than 90 % of a year it has values and no verdict
 */
export function whoVerdicts(
  pollutant: WhoPollutant,
  days: readonly WhoDay[],
  expectedDays: number,
  mean: number | null,
): WhoVerdict[] {
  const levels: Partial<Record<WhoRule, WhoLevel>> = WHO_2021[pollutant]
  const enough = days.length > 0 && days.length >= MIN_DATA_CAPTURE * expectedDays
  const values: Record<WhoRule, number | null> = {
    annual: mean,
    day: enough ? percentile99(days) : null,
    peakSeason: peakSeason(days),
  }
  const verdict = (rule: WhoRule, { guideline, interim }: WhoLevel): WhoVerdict => {
    const value = values[rule]
    const speaks = expectedDays >= MIN_YEAR_DAYS && (enough || rule === 'peakSeason')
    const judged = speaks ? value : null
    return {
      ...{ rule, level: guideline, interim, value, days: days.length },
      exceeded: judged === null ? null : judged > guideline,
      reached: judged === null ? null : stepOf(judged, { guideline, interim }),
      daysAbove: rule === 'day' ? days.filter((day) => day.value > guideline).length : null,
    }
  }
  return RULES.flatMap((rule) => {
    const level = levels[rule]
    return level ? [verdict(rule, level)] : []
  })
}
const RULES = ['annual', 'day', 'peakSeason'] as const

/** The strictest level that a value keeps; a level is kept up to and with itself. */
function stepOf(value: number, { guideline, interim }: WhoLevel): WhoStep {
  if (value <= guideline) return 'guideline'
  const kept = interim.findLastIndex((level) => value <= level)
  return kept < 0 ? 'none' : (`interim_${kept + 1}` as WhoStep)
}

/** The smallest value that at least 99 % of the days do not exceed (nearest rank): of 365 days the fourth highest. */
export function percentile99(days: readonly WhoDay[]): number | null {
  const sorted = days.map(({ value }) => value).sort((a, b) => a - b)
  return sorted[Math.ceil(0.99 * sorted.length) - 1] ?? null
}

/**
 * The highest mean over six calendar months in a row, each with 75 % of its days; months count as months, whatever days
 * they miss. Null where no six months are complete.
 */
export function peakSeason(days: readonly WhoDay[]): number | null {
  const months = Map.groupBy(days, ({ day }) => day.slice(0, 7))
  const means = new Map(
    [...months].flatMap(([month, own]) => {
      const [year, number] = month.split('-').map(Number) as [number, number]
      const length = new Date(Date.UTC(year, number, 0)).getUTCDate()
      if (own.length < MIN_DATA_CAPTURE * length) return []
      return [[year * 12 + number, own.reduce((sum, { value }) => sum + value, 0) / own.length] as const]
    }),
  )
  let highest: number | null = null
  for (const first of means.keys()) {
    const season = Array.from({ length: SEASON_MONTHS }, (_, i) => means.get(first + i))
    if (season.some((mean) => mean === undefined)) continue
    const mean = (season as number[]).reduce((a, b) => a + b, 0) / SEASON_MONTHS
    if (highest === null || mean > highest) highest = mean
  }
  return highest
}
