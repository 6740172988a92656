import type { MoneyUnit } from '#model/basics/money.ts'
import type { Formatters } from './formatters.ts'

/** The unit of an amount of money: currency, period and year. */
export const moneyUnit = (unit: MoneyUnit | null, { t }: Formatters): string =>
  unit ? t(`money.${unit.per}`, { currency: unit.currency, year: String(unit.year) }) : t('money.unknown')
