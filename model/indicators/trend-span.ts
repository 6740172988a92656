import { localMonth } from '../basics/period.ts'

/** A series of periods of one length; both ends are in it. */
export type Span = { readonly every: 'year' | 'quarter' | 'month'; readonly from: string; readonly to: string }

/** Five years up to a year, eight quarters up to a quarter, else the twelve months up to the one that is asked for or runs. */
export function leadingTo(period: string, now: Date, timeZone: string): Span {
  const [, year = '', quarter, month] = /^(\d{4})(?:-(?:Q([1-4])|(\d{2})))?/.exec(period) ?? []
  if (quarter) {
    const last = Number(year) * 4 + Number(quarter) - 1
    return { every: 'quarter', from: monthOf((last - 7) * 3), to: monthOf(last * 3) }
  }
  if (year && !month) return { every: 'year', from: String(Number(year) - 4), to: year }
  const current = localMonth(now, timeZone)
  const last = year ? Number(year) * 12 + Number(month) - 1 : current.year * 12 + current.month - 1
  return { every: 'month', from: monthOf(last - 11), to: monthOf(last) }
}

const monthOf = (months: number): string =>
  `${Math.floor(months / 12)}-${String((((months % 12) + 12) % 12) + 1).padStart(2, '0')}`
