import { z } from 'zod'

export const MONEY_PERIODS = ['month', 'year'] as const
export type MoneyPeriod = (typeof MONEY_PERIODS)[number]

const currencySchema = z.string().regex(/^[A-Z]{3}$/, 'a currency code of ISO 4217, as EUR or BRL')

/** What an amount of income or expenditure means: an amount alone says neither in what nor for how long. */
export const moneyUnitSchema = z.strictObject({
  /** ISO 4217 */
  currency: currencySchema,
  per: z.enum(MONEY_PERIODS, 'month or year: the time that an amount is earned or paid for'),
  /** the year in whose prices it is */
  year: z.int('the year that the amounts are of, as 2025').min(1900).max(2200),
})
export type MoneyUnit = z.infer<typeof moneyUnitSchema>

const MONTHS: Readonly<Record<MoneyPeriod, number>> = { month: 1, year: 12 }

/** An amount per month or year as one per the other. The only place where months and years of money meet. */
export const moneyPer = (amount: number, per: MoneyPeriod, wanted: MoneyPeriod): number =>
  (amount * MONTHS[wanted]) / MONTHS[per]

/** What questionnaires write for a currency that each city has of its own. */
export const OWN_CURRENCY = 'currency'

/** The unit of a price: a currency (null: that of the city), and what it is paid for. `EUR/month`, `currency/month`. */
export type PriceUnit = { readonly currency: string | null; readonly per: MoneyPeriod }

/** @returns undefined where the unit does not say a currency and a period */
export function priceUnitOf(unit: string | undefined): PriceUnit | undefined {
  const [currency = '', per = '', ...rest] = (unit ?? '').split('/')
  const known = MONEY_PERIODS.find((period) => period === per)
  if (!known || rest.length > 0) return undefined
  if (currency === OWN_CURRENCY) return { currency: null, per: known }
  return currencySchema.safeParse(currency).success ? { currency, per: known } : undefined
}
