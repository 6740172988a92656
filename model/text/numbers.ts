/**
 * Numbers in text that people and spreadsheets wrote: one reading for every file, sheet and payload.
 *
 * 1.204 is a bit more than one where decimals have points, and twelve hundred where points group thousands (SI brochure,
 * 9th edition, 5.4.4, has points or commas for decimals and blanks for groups; software writes all of them). One number does
 * not say which; the other numbers of its file mostly do.
 */
export type Decimal = '.' | ','
export const DECIMALS = { point: '.', comma: ',' } as const satisfies Record<string, Decimal>

export type NumberText = {
  readonly value: number
  /** it has a percent sign */
  readonly percent: boolean
  /** "<2" and ">500": the value is a limit that the measured amount lies beyond */
  readonly bound: 'below' | 'above' | null
}

// A blank, a no-break, narrow or thin space, or an apostrophe between three digits and three digits groups thousands anywhere.
const GROUPS = /^[1-9]\d{0,2}(?:([ \u00a0\u2009\u202f'\u2019])\d{3})(?:\1\d{3})*(?=$|[.,])/
const NUMBERS: Readonly<Record<Decimal, RegExp>> = {
  '.': /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/,
  ',': /^(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d{1,3})?$/,
}
/** 1,234,567 and, in South Asia, 12,34,567 */
const GROUPED: Readonly<Record<Decimal, RegExp>> = {
  '.': /^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$|^[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d+)?$/,
  ',': /^[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?$/,
}
const MAX_LENGTH = 64

/** The number that a text is under one convention; undefined where it is none. */
export function readNumberText(text: string, decimal: Decimal): NumberText | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const parts = /^(?:([<>])=?|([≤≥]))?\s*([+\-\u2212]?)\s?(.*?)\s*(%?)$/u.exec(text.trim())
  if (!parts) return undefined
  const [, ascii, symbol, sign, body = '', percent] = parts
  const digits = body.replace(GROUPS, (groups) => groups.replace(/\D/g, ''))
  const plain = NUMBERS[decimal].test(digits)
    ? digits.replace(',', '.')
    : GROUPED[decimal].test(digits)
      ? digits.replaceAll(decimal === '.' ? ',' : '.', '').replace(',', '.')
      : undefined
  const value = plain === undefined ? Number.NaN : Number(plain) * (sign === '' || sign === '+' ? 1 : -1)
  if (!Number.isFinite(value)) return undefined
  const bound = ascii ?? symbol
  const side = bound === undefined ? null : '<≤'.includes(bound) ? 'below' : 'above'
  return { value, percent: percent === '%', bound: side }
}

/** A limit after it was multiplied by a factor, as text: a negative one turns "<2" into ">-2". */
export const limitText = (bound: 'below' | 'above', value: number, factor: number): string =>
  `${(bound === 'below') === factor >= 0 ? '<' : '>'}${value}`

/** The convention that a text shows: one of the two, either, or none because both give the same number or it is no number. */
function conventionOf(text: string): Decimal | 'either' | undefined {
  const [point, comma] = [readNumberText(text, '.'), readNumberText(text, ',')]
  if (point && comma) return point.value === comma.value ? undefined : 'either'
  return point ? '.' : comma ? ',' : undefined
}

type Example = { readonly text: string; readonly where: string }

/** Share of numbers that may be written the other way and are mistakes of their cells (ours). */
const MAX_STRAY = 0.1

/** Detects the decimal mark of a file from all its numbers. */
export class DecimalDetector {
  readonly #seen: Partial<Record<Decimal, Example>> = {}
  readonly #count: Record<Decimal, number> = { '.': 0, ',': 0 }
  /** the first text that could be two numbers, by the mark in it */
  readonly #open: Partial<Record<Decimal, Example>> = {}

  /** @param where it stands, in words: line 3, column value */
  add(text: string, where: () => string): void {
    // Most numbers of most files have neither mark.
    if (!text.includes('.') && !text.includes(',')) return
    const convention = conventionOf(text)
    if (convention === undefined) return
    if (convention !== 'either') {
      this.#count[convention] += 1
      this.#seen[convention] ??= { text, where: where() }
    } else this.#open[text.includes('.') ? '.' : ','] ??= { text, where: where() }
  }

  /** whether any number was certain */
  get isCertain(): boolean {
    return this.#seen['.'] !== undefined || this.#seen[','] !== undefined
  }

  /**
   * @param expected where the way the file separates its cells suggests one: points with commas, commas with semicolons
   * @returns the convention, or the question that a person has to answer
   */
  result(expected?: Decimal): { decimal: Decimal } | { question: string; example: Example } {
    const { '.': point, ',': comma } = this.#seen
    if (point && comma && !this.#hasMajority(expected))
      return {
        question: `"${point.text}" (${point.where}) has a decimal point and "${comma.text}" (${comma.where}) a decimal comma`,
        example: comma,
      }
    if (point || comma) return { decimal: this.#count['.'] > this.#count[','] ? '.' : ',' }
    const unusual = expected === undefined ? undefined : this.#open[expected === '.' ? ',' : '.']
    const open = expected === undefined ? (this.#open['.'] ?? this.#open[',']) : unusual
    if (!open) return { decimal: expected ?? '.' }
    const [asPoint, asComma] = [readNumberText(open.text, '.')?.value, readNumberText(open.text, ',')?.value]
    return {
      question: `"${open.text}" (${open.where}) is ${asPoint} with decimal points and ${asComma} with decimal commas, and no other number of the file tells which`,
      example: open,
    }
  }

  /** Most numbers follow one convention, and it is the expected one or the others are few. */
  #hasMajority(expected: Decimal | undefined): boolean {
    const { '.': points, ',': commas } = this.#count
    const majority = points > commas ? '.' : ','
    return points !== commas && (majority === expected || Math.min(points, commas) <= MAX_STRAY * (points + commas))
  }
}

/** The convention that the separator of the cells suggests. */
export const expectedDecimal = (delimiter: string | undefined): Decimal | undefined =>
  delimiter === ',' ? '.' : delimiter === ';' ? ',' : undefined

/**
 * The number of a single text without a file around it, as devices send it: "12.50", "1.27e3", "12,5". A point is a decimal
 * point; groups of thousands are not read; "1,204" could be two numbers and is none.
 */
export function readLoneNumber(text: string): NumberText | undefined {
  const read = readNumberText(text, '.')
  if (read && !/\d[\s,'’]\d/.test(text)) return read
  const comma = readNumberText(text, ',')
  return comma && conventionOf(text) === ',' && !/\d[\s.'’]\d/.test(text) ? comma : undefined
}

/** "sep=;" in the first line declares the separator of the cells to spreadsheets and is not a row. */
export function separatorLine(text: string): { delimiter: string; length: number } | undefined {
  const match = /^\ufeff?"?sep=(.)"?(?:\r\n|\n|\r|$)/i.exec(text.slice(0, 16))
  return match?.[1] === undefined ? undefined : { delimiter: match[1], length: match[0].length }
}
