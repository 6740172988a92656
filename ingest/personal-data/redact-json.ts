import { personalKind } from './personal-keys.ts'

export type Span = { readonly from: number; readonly to: number; readonly replacement: string }

const REMOVED = '"(removed)"'
const NUMBER = /-?[\d.eE+-]{1,400}/y

/** HomeWizard identifies meters by `unique_id`, Shelly itself by `mac`; elsewhere these name a device and a connection. */
export type Dialect = { readonly uniqueIdIsPersonal: boolean; readonly macIsDevice: boolean }

/** An object or an array that is open. */
type Frame = {
  ofPerson: boolean
  /** personal if the same object has a member that identifies a person */
  readonly waiting: Span[]
  /** start of this container, when it is the value of such a member of the enclosing object */
  readonly waitsFrom: number | undefined
}
/** Deeper levels are not distinguished; device messages are never as deep. */
const MAX_DEPTH = 1_000

/** Objects and arrays around the current position. */
class Nesting {
  readonly spans: Span[] = []
  readonly #frames: Frame[] = [{ ofPerson: false, waiting: [], waitsFrom: undefined }]
  #beyond = 0
  #waitsFrom: number | undefined

  open(): void {
    if (this.#frames.length >= MAX_DEPTH) this.#beyond += 1
    else this.#frames.push({ ofPerson: false, waiting: [], waitsFrom: this.#waitsFrom })
    this.#waitsFrom = undefined
  }
  /** @param at of the closing bracket */
  close(at: number): void {
    if (this.#beyond > 0) this.#beyond -= 1
    else if (this.#frames.length > 1) this.#leave(at + 1)
  }
  /** @param to the end of the text */
  finish(to: number): void {
    while (this.#frames.length > 0) this.#leave(to)
  }
  ofPerson(): void {
    const frame = this.#frames.at(-1)
    if (frame) frame.ofPerson = true
  }
  waits(span: Span): void {
    this.#frames.at(-1)?.waiting.push(span)
  }
  /** The next container is the value of a pending member. */
  addPendingContainer(from: number): void {
    this.#waitsFrom = from
  }
  #leave(to: number): void {
    const frame = this.#frames.pop()
    if (frame?.ofPerson) this.spans.push(...frame.waiting)
    if (frame?.waitsFrom !== undefined) this.waits({ from: frame.waitsFrom, to, replacement: REMOVED })
  }
}

/**
 * Finds personal values in a JSON text, as spans of the text: every byte outside of them stays unchanged, including large
 * numbers and white space. Escapes in keys are decoded (`"e\u006dail"` is `email`); an array or object is removed entirely.
 * The text may be truncated anywhere. One pass, whatever the text.
 */
export function personalSpans(text: string, dialect: Dialect): Span[] {
  const nesting = new Nesting()
  for (let at = 0; at < text.length; ) {
    const character = text[at]
    if (character === '"') {
      at = passString(text, at, { nesting, dialect })
      continue
    }
    if (character === '{' || character === '[') nesting.open()
    else if (character === '}' || character === ']') nesting.close(at)
    at += 1
  }
  nesting.finish(text.length)
  return nesting.spans
}

/** Reads a string, or the member whose key it is. @returns the offset to continue at */
function passString(text: string, at: number, { nesting, dialect }: { nesting: Nesting; dialect: Dialect }): number {
  const end = endOfString(text, at)
  const colon = skipSpace(text, end)
  if (text[colon] !== ':') return end
  const from = skipSpace(text, colon + 1)
  const kind = kindOf(textOf(text.slice(at, end)), dialect)
  if (kind === undefined) return from
  if (kind === 'next_to_person') {
    // A pending container is searched as well: it may contain values that are always personal.
    if (text[from] === '{' || text[from] === '[') nesting.addPendingContainer(from)
    else nesting.waits(spanOf(text, from))
    return from
  }
  if (kind === 'of_person') nesting.ofPerson()
  const span = spanOf(text, from)
  nesting.spans.push(span)
  return Math.max(span.to, from)
}

function kindOf(key: string, { uniqueIdIsPersonal, macIsDevice }: Dialect): ReturnType<typeof personalKind> {
  if (uniqueIdIsPersonal && /^unique_?id$/i.test(key)) return 'always'
  if (/^mac$/i.test(key)) return macIsDevice ? undefined : 'always'
  return personalKind(key)
}

/** The text of a string token; unchanged where its escapes are invalid. */
function textOf(token: string): string {
  try {
    return JSON.parse(token) as string
  } catch {
    return token.slice(1, -1)
  }
}

/** The offset after the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0x5c) at += 1
    else if (code === 0x22) return at + 1
  }
  return text.length
}

function skipSpace(text: string, start: number): number {
  let at = start
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1
  return at
}

/** The span of the value at `from`; empty for null, true and false. */
function spanOf(text: string, from: number): Span {
  const first = text[from]
  if (first === '"') return { from, to: endOfString(text, from), replacement: REMOVED }
  if (first === '[' || first === '{') return { from, to: endOfContainer(text, from), replacement: REMOVED }
  NUMBER.lastIndex = from
  const length = NUMBER.exec(text)?.[0].length ?? 0
  return { from, to: from + length, replacement: length > 0 ? 'null' : '' }
}

function endOfContainer(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; ) {
    const character = text[at]
    if (character === '"') {
      at = endOfString(text, at)
      continue
    }
    if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    at += 1
    if (depth === 0) return at
  }
  return text.length
}
