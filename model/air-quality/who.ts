/**
 * The WHO global air quality guidelines of 2021 (ISBN 978-92-4-003422-8, table 0.1), ug/m3 and for CO mg/m3. A 24-hour (and for
 * ozone 8-hour) level is met when the 99th percentile of the days of a year does not exceed it: three to four days a
 * year may. Peak season of ozone: mean of the daily highest 8-hour mean over the six months in a row with the highest.
 */
export const WHO_2021 = {
  pm2_5: { annual: 5, day: 15 },
  pm10: { annual: 15, day: 45 },
  no2: { annual: 10, day: 25 },
  so2: { day: 40 },
  co: { day: 4 },
  o3: { day: 100, peakSeason: 60 },
} as const satisfies Record<string, { annual?: number; day?: number; peakSeason?: number }>
export type WhoPollutant = keyof typeof WHO_2021
export const WHO_POLLUTANTS = Object.keys(WHO_2021) as WhoPollutant[]

/** A local day with enough hours: its mean, or for ozone its highest 8-hour mean. */
export type WhoDay = { readonly day: string; readonly value: number }

export type WhoRule = 'annual' | 'day' | 'peakSeason'
export type WhoVerdict = {
  readonly rule: WhoRule
  readonly level: number
  /** what is held against the level; null where there are too few days */
  readonly value: number | null
  /** null: not known */
  readonly exceeded: boolean | null
  /** days with a value, and how many of them were above the level (rule `day`) */
  readonly days: number
  readonly daysAbove: number | null
}

/** Least share of days (and of the hours of a day) that must be there: as Directive 2008/50/EC asks of means. */
export const LEAST_SHARE = 0.75
const SEASON_MONTHS = 6

/**
 * One pollutant of one place over a period against each of its levels.
 * @param expectedDays days of the period; an annual level and a percentile need a period of 90 % of a year or more
 */
export function whoVerdicts(
  pollutant: WhoPollutant,
  days: readonly WhoDay[],
  expectedDays: number,
  mean: number | null,
): WhoVerdict[] {
  const levels: { annual?: number; day?: number; peakSeason?: number } = WHO_2021[pollutant]
  const enough = days.length >= LEAST_SHARE * expectedDays && expectedDays >= 328
  const verdict = (rule: WhoRule, level: number, value: number | null, daysAbove: number | null): WhoVerdict => ({
    ...{ rule, level, value, days: days.length, daysAbove },
    exceeded: value === null ? null : value > level,
  })
  const verdicts: WhoVerdict[] = []
  if (levels.annual !== undefined) verdicts.push(verdict('annual', levels.annual, enough ? mean : null, null))
  if (levels.day !== undefined) {
    const { day } = levels
    const above = days.filter(({ value }) => value > day).length
    verdicts.push(verdict('day', day, enough ? percentile99(days) : null, above))
  }
  if (levels.peakSeason !== undefined) verdicts.push(verdict('peakSeason', levels.peakSeason, peakSeason(days), null))
  return verdicts
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
      if (own.length < LEAST_SHARE * length) return []
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
