/** Numbers as readers see them, on the page and in the printed report. */
export type NumberFormat = {
  /** significant digits by size: 0.42, 4.2, 42, 420, 4,200 */
  number(value: number): string
  integer(value: number): string
  /** a fixed number of decimals, zeros included: aligned in columns */
  decimal(value: number, digits: number): string
  percent(share: number, digits?: number): string
}

export function createNumberFormat(locale: string): NumberFormat {
  const upTo = [0, 1, 2].map((digits) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }))
  const formatted = (value: number, digits: number): string => signed(upTo[digits]?.format(value) ?? String(value))
  return {
    number(value) {
      const size = Math.abs(value)
      return formatted(value, size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2)
    },
    integer: (value) => formatted(value, 0),
    decimal(value, digits) {
      // what rounds to zero has no sign
      const rounded = Math.round(value * 10 ** digits) / 10 ** digits || 0
      const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits }
      return signed(rounded.toLocaleString(locale, fixed))
    },
    percent: (share, digits = 0) =>
      signed(new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: digits }).format(share)),
  }
}

/** A true minus sign: the hyphen that Intl writes in English reads as a range between numbers. */
const signed = (text: string): string => text.replace('-', '−')
