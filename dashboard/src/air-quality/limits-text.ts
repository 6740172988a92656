import type { AirAssessment, AirLimitsResponse } from '#model/api/air-limits.ts'
import { localMonth } from '#model/basics/period.ts'
import type { Formatters } from '../i18n/formatters.ts'

type Place = AirLimitsResponse['places'][number]

/** One level in one place, as text. */
export type LimitText = {
  readonly pollutant: string
  readonly rule: string
  readonly level: string
  readonly value: string
  /** "4 of 18 permitted" */
  readonly exceedances: string
  readonly remaining: string
  readonly verdict: string
  readonly capture: string
}

export const assessmentsOf = (places: readonly Place[], level: Place['level'], key = ''): readonly AirAssessment[] =>
  places.find((place) => place.level === level && place.key === key)?.assessments ?? []

export function limitText(
  assessment: AirAssessment,
  { t, name, property, quantity, integer, percent }: Formatters,
): LimitText {
  const { pollutant, kind, per, level, unit, value, exceedances, permitted, remaining, dataCapture } = assessment
  const above = exceedances === null ? t('none') : integer(exceedances)
  return {
    pollutant: property(pollutant),
    rule: t('limits.rule', { kind: name('limits.kind', kind), per: name('limits.per', per) }),
    level: quantity(level, unit),
    value: value === null ? t('none') : quantity(value, unit),
    exceedances:
      permitted === null || exceedances === null
        ? above
        : t('limits.permitted', { above, permitted: integer(permitted) }),
    remaining: remaining === null ? t('none') : integer(remaining),
    verdict: t(verdictId(assessment)),
    capture: percent(dataCapture),
  }
}

function verdictId({ exceeded, kind, covered }: AirAssessment) {
  const isWarning = kind === 'information' || kind === 'alert'
  if (exceeded === null) return covered ? 'limits.verdict.years' : 'limits.verdict.unknown'
  if (isWarning) return exceeded ? 'limits.verdict.reached' : 'limits.verdict.notReached'
  return exceeded ? 'limits.verdict.exceeded' : 'limits.verdict.kept'
}

/** The calendar year of a period; for rolling periods the current year of the city. */
export const yearOf = (period: string, now: Date, timeZone: string): string =>
  /^\d{4}/.exec(period)?.[0] ?? String(localMonth(now, timeZone).year)
