import { createContext, useContext } from 'react'
import type { IntlShape } from 'react-intl'
import { PROPERTIES } from '#model/observation/properties.ts'
import { directionOf } from '#model/text/languages.ts'
import { createNumberFormat, type NumberFormat } from '#model/text/number-format.ts'
import type en from './en.json'

export type MessageId = keyof typeof en
type Values = Record<string, string | number | Date>

/**
 * Formatters for all text on the page: messages from the catalogue, numbers and dates by Intl, dates in the time zone
 * of the city (not of the reader). Pure functions take them as an argument.
 */
export type Formatters = NumberFormat & {
  /** language tag of the page, for lang attributes and for the API */
  readonly language: string
  /** of numbers and dates */
  readonly locale: string
  readonly timeZone: string
  t(id: MessageId, values?: Values): string
  /** message for a name in the data (a kind, a reason, a category), or the name itself if there is none */
  name(prefix: string, name: string): string
  /** a name that the API sends in English next to its code, in the language of the page where there is a translation */
  named(prefix: string, code: string, english: string): string
  property(name: string): string
  unit(code: string): string
  /** number and unit, which do not wrap */
  quantity(value: number, unit: string): string
  /** a difference with its sign, as `show` writes its size */
  signed(difference: number, show: (size: number) => string): string
  dateTime(at: number | string): string
  /** a time range, without repeating the parts that both ends share */
  dateTimes(from: number, to: number): string
  date(at: number | string): string
  time(at: number | string): string
  /** how long ago, as text */
  age(at: number | string, now: number): string
  span(seconds: number): string
}

// labels of UCUM codes; a code without a label is shown as it is
const UNIT_LABELS = new Map<string, string>([
  ...[...PROPERTIES.values()].map(({ unit, unitLabel }) => [unit, unitLabel] as const),
  ['%', '%'],
  ['[ppb]', 'ppb'],
])

export function createFormatters(intl: IntlShape, timeZone: string): Formatters {
  const { locale } = intl
  const language = locale.split('-u-')[0] ?? locale
  const isolate = directionOf(language) === 'rtl' ? isolated : String
  const date = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, { timeZone, ...options })
  const dateTimeFormat = date({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const datedFormat = date({
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }) // prettier-ignore
  const year = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric' })
  /** The year is left out only where it is this one. */
  const momentFormat = (...times: Date[]): Intl.DateTimeFormat =>
    times.every((at) => year.format(at) === year.format(new Date())) ? dateTimeFormat : datedFormat
  const dateFormat = date({ day: 'numeric', month: 'short', year: 'numeric' })
  const timeFormat = date({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' })
  const { number, integer, decimal, percent } = createNumberFormat(locale)

  const t = (id: MessageId, values?: Values): string => intl.formatMessage({ id }, values && mapped(values, isolate))
  const name = (prefix: string, value: string): string => {
    const id = `${prefix}.${value}`
    return id in intl.messages ? intl.formatMessage({ id }) : value.replaceAll('_', ' ')
  }
  const named = (prefix: string, code: string, english: string): string => {
    const id = `${prefix}.${code}`
    return id in intl.messages ? intl.formatMessage({ id }) : english
  }
  const unit = (code: string): string => UNIT_LABELS.get(code) ?? unbroken(name('unit', code))
  const quantity = (value: number, code: string): string => {
    const [scaled, scaledCode] = readable(value, code)
    if (scaledCode !== code) return quantity(scaled, scaledCode)
    const label = unit(code)
    return isolate(label ? `${number(value)}\u202f${label}` : number(value))
  }
  return {
    language,
    locale,
    timeZone,
    t,
    name,
    named,
    number,
    unit,
    quantity,
    signed: (difference, show) => isolate(`${signOf(difference)}${show(Math.abs(difference))}`),
    property: (property) => name('property', property),
    integer,
    decimal,
    percent,
    dateTime: (at) => isolate(momentFormat(new Date(at)).format(new Date(at))),
    dateTimes: (from, to) =>
      isolate(momentFormat(new Date(from), new Date(to)).formatRange(new Date(from), new Date(to))),
    date: (at) => isolate(dateFormat.format(new Date(at))),
    time: (at) => timeFormat.format(new Date(at)),
    age: (at, now) => relative.format(...coarse((new Date(at).getTime() - now) / 1000)),
    span: (seconds) => span(locale, seconds),
  }
}

/** "per 100 000 inhabitants": a line does not end within a number. */
const unbroken = (text: string): string => text.replace(/(?<=\d) (?=\d{3})/g, '\u202f')

const signOf = (value: number): string => (value > 0 ? '+' : value < 0 ? '−' : '')

/**
 * Text in an isolate of its own direction (Unicode UAX #9: FSI, PDI): a key, a range or a quantity in a sentence that runs
 * from right to left keeps its own order.
 */
const isolated = (text: string): string => (text === '' ? '' : `\u2068${text}\u2069`)

const mapped = (values: Values, isolate: (text: string) => string): Values =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? isolate(value) : value]),
  )

// units for large values: 145,337 W is 145 kW, 3,898,698 kWh is 3,899 MWh
const PREFIXES: Readonly<Record<string, readonly [from: number, code: string]>> = {
  W: [1e3, 'kW'],
  kW: [1e4, 'MW'],
  'kW.h': [1e5, 'MW.h'],
}

/** A number in the unit that makes it short. */
function readable(value: number, code: string): [number, string] {
  const prefix = PREFIXES[code]
  return prefix && Math.abs(value) >= prefix[0] ? [value / 1000, prefix[1]] : [value, code]
}

/** Seconds (negative: past) in the largest unit in which the value is at least about 1.5. */
export function coarse(seconds: number): [number, 'second' | 'minute' | 'hour' | 'day'] {
  const size = Math.abs(seconds)
  if (size < 90) return [Math.round(seconds), 'second']
  if (size < 90 * 60) return [Math.round(seconds / 60), 'minute']
  if (size < 48 * 3600) return [Math.round(seconds / 3600), 'hour']
  return [Math.round(seconds / 86_400), 'day']
}

function span(locale: string, seconds: number): string {
  const [value, unit] = coarse(seconds)
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value)
}

export const FormattersContext = createContext<Formatters | null>(null)

export function useI18n(): Formatters {
  const i18n = useContext(FormattersContext)
  if (!i18n) throw new Error('useI18n needs a FormattersContext')
  return i18n
}
