import { localMonth } from '#model/basics/period.ts'
import type { Formatters } from '../i18n/formatters.ts'
import { type PeriodChoice, periodChoices } from '../ui/periods.ts'

/** Periods of which there is one a year earlier: this and last year, the last complete quarter and month, and the current one. */
export function briefPeriods(
  current: string,
  now: Date,
  i18n: Pick<Formatters, 't' | 'name' | 'timeZone' | 'locale'>,
): PeriodChoice[] {
  const years = periodChoices(current, now, i18n).filter(({ id }) => /^\d{4}$/.test(id))
  const today = localMonth(now, i18n.timeZone)
  const month = today.year * 12 + today.month - 1
  const quarter = Math.floor(month / 3) - 1
  const before = month - 1
  const known = [
    ...years,
    { id: `${Math.floor(quarter / 4)}-Q${(quarter % 4) + 1}`, label: i18n.t('brief.lastQuarter') },
    {
      id: `${Math.floor(before / 12)}-${String((before % 12) + 1).padStart(2, '0')}`,
      label: i18n.t('brief.lastMonth'),
    },
  ]
  return known.some(({ id }) => id === current) ? known : [...known, { id: current, label: current }]
}
