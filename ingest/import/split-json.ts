/**
 * Streams the elements of a JSON array as text; any other JSON value as one element. Only one element is in memory at a
 * time.
 */
export async function* jsonItems(text: AsyncIterable<string>): AsyncIterable<string> {
  const scanner = new ArrayScanner()
  for await (const chunk of text) yield* scanner.scan(chunk)
  const rest = scanner.rest
  if (rest !== '') yield rest
}

class ArrayScanner {
  #isArray: boolean | undefined
  #ended = false
  #depth = 0
  #inText = false
  #escaped = false
  #item = ''

  /** The remaining text at the end. */
  get rest(): string {
    return this.#ended ? '' : this.#item.trim()
  }

  *scan(chunk: string): Iterable<string> {
    let start = 0
    for (let at = 0; at < chunk.length && !this.#ended; at += 1) {
      const char = chunk[at] ?? ''
      if (this.#isArray === undefined && !/\s/.test(char)) {
        this.#isArray = char === '['
        if (this.#isArray) {
          start = at + 1
          continue
        }
      }
      if (!this.#endsElement(char)) continue
      const item = (this.#item + chunk.slice(start, at)).trim()
      this.#item = ''
      start = at + 1
      this.#ended = char === ']'
      if (item !== '') yield item
    }
    this.#item += chunk.slice(start)
  }

  /** Advances by one character; true at a comma or bracket that ends an element of the outer array. */
  #endsElement(char: string): boolean {
    if (this.#inText) {
      if (this.#escaped) this.#escaped = false
      else if (char === '\\') this.#escaped = true
      else if (char === '"') this.#inText = false
      return false
    }
    if (char === '"') this.#inText = true
    else if (char === '{' || char === '[') this.#depth += 1
    else if (this.#depth === 0 && (char === ',' || char === ']')) return this.#isArray === true
    else if (char === '}' || char === ']') this.#depth -= 1
    return false
  }
}

/** The non-blank lines of a text. */
export async function* lines(text: AsyncIterable<string>): AsyncIterable<string> {
  let rest = ''
  for await (const chunk of text) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) if (line.trim() !== '') yield line.trim()
  }
  if (rest.trim() !== '') yield rest.trim()
}
