export type TableCell = string | number | boolean | null

/** What the values of one column look like. */
export type Column = {
  readonly name: string
  /** value -> how often; without the empty ones */
  readonly counts: ReadonlyMap<string, number>
  readonly rows: number
  readonly empty: number
  readonly numeric: boolean
  readonly decimal: boolean
  /** least number */
  readonly least: number
  readonly kind: 'categories' | 'number' | 'text'
  /** values that say an answer was not given */
  readonly missing: readonly string[]
  /** the others, in order */
  readonly answers: readonly string[]
}

const MAX_CATEGORIES = 15
const MISSING_WORDS =
  /^(na|n\/a|n\.a\.|refused|refusal|dk|don.?t know|no answer|missing|unknown|none stated|not stated|-)$/i
const MISSING_NUMBERS = new Set(['-1', '-8', '-9', '-99', '-999', '97', '98', '99', '997', '998', '999', '9999'])
const YES = /^(yes|y|true|ja|oui|si|sí|sim|kyllä|1)$/i
const NO = /^(no|n|false|nein|nee|non|não|ei|0)$/i

export function columnOf(name: string, index: number, table: readonly (readonly TableCell[])[]): Column {
  const counts = new Map<string, number>()
  let rows = 0
  let empty = 0
  for (const cells of table.slice(1)) {
    if (cells.every((cell) => cell === null || cell === '')) continue
    rows += 1
    const value = String(cells[index] ?? '').trim()
    if (value === '') empty += 1
    else counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  const values = [...counts.keys()]
  const missing = values.filter((value) => isMissing(value, values))
  const answers = values.filter((value) => !missing.includes(value)).sort(inOrder)
  const numbers = answers.map(Number)
  const numeric = answers.length > 0 && numbers.every(Number.isFinite)
  const decimal = numeric && numbers.some((value) => !Number.isInteger(value))
  const least = numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const few = answers.length <= MAX_CATEGORIES && (rows <= MAX_CATEGORIES || answers.length < rows / 2)
  const kind = few && !decimal ? 'categories' : numeric ? 'number' : 'text'
  return { name, counts, rows, empty, numeric, decimal, least, kind, missing, answers }
}

/** A word, or a number that is set apart from all the others: 99 among 1 to 5, not among ages. */
function isMissing(value: string, values: readonly string[]): boolean {
  if (MISSING_WORDS.test(value)) return true
  if (!MISSING_NUMBERS.has(value)) return false
  const others = values.filter((one) => !MISSING_NUMBERS.has(one) && !MISSING_WORDS.test(one)).map(Number)
  if (others.length === 0 || others.some((one) => !Number.isFinite(one))) return false
  const number = Number(value)
  return number < 0 ? others.every((one) => one >= 0) : others.every((one) => one < number / 3)
}

const inOrder = (a: string, b: string): number => {
  const [x, y] = [Number(a), Number(b)]
  return Number.isFinite(x) && Number.isFinite(y) ? x - y : a < b ? -1 : 1
}

/** The answer that means yes where there are only yes and no; undefined otherwise. */
export function isYesNo(answers: readonly string[]): string | undefined {
  if (answers.length !== 2) return undefined
  const yes = answers.find((answer) => YES.test(answer))
  return yes !== undefined && answers.some((answer) => NO.test(answer)) ? yes : undefined
}
