import type { MoneyUnit } from '#model/basics/money.ts'
import type { Formatters } from './formatters.ts'

/** What an amount of money is in, in words: currency, period and year. */
export const moneyUnit = (unit: MoneyUnit | null, { t }: Formatters): string =>
  unit ? t(`money.${unit.per}`, { currency: unit.currency, year: String(unit.year) }) : t('money.unknown')
