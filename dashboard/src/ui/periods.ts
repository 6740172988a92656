import type { Formatters } from '../i18n/formatters.ts'

export type PeriodChoice = { readonly id: string; readonly label: string }

/** Rolling periods, then this and last month, quarter and year of the city's own calendar; and the period in the address. */
export function periodChoices(
  current: string,
  now: Date,
  i18n: Pick<Formatters, 't' | 'name' | 'timeZone' | 'locale'>,
): PeriodChoice[] {
  const { t, timeZone } = i18n
  const parts = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: 'numeric' }).formatToParts(now)
  const part = (type: string): number => Number(parts.find((found) => found.type === type)?.value)
  const year = part('year')
  const month = part('month')
  const before = month === 1 ? [year - 1, 12] : [year, month - 1]
  const monthId = (y = 0, m = 0): string => `${y}-${String(m).padStart(2, '0')}`
  const rolling = ['last-24h', 'last-7d', 'last-30d', 'last-365d'].map((id) => ({
    id,
    label: i18n.name('period', id),
  }))
  const calendar = [
    { id: monthId(year, month), label: t('period.thisMonth', { name: monthName(year, month, i18n.locale) }) },
    { id: monthId(...before), label: monthName(before[0] ?? year, before[1] ?? month, i18n.locale) },
    { id: `${year}-Q${Math.ceil(month / 3)}`, label: t('period.thisQuarter') },
    { id: String(year), label: t('period.thisYear', { year: String(year) }) },
    { id: String(year - 1), label: String(year - 1) },
  ]
  const known = [...rolling, ...calendar]
  return known.some(({ id }) => id === current) ? known : [...known, { id: current, label: current }]
}

const monthName = (year: number, month: number, locale: string): string =>
  new Intl.DateTimeFormat(locale, { timeZone: 'UTC', month: 'long', year: 'numeric' }).format(
    Date.UTC(year, month - 1, 15),
  )
