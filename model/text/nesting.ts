/** Far more than any format nests, and far less than recursion over what was parsed can take. */
export const MAX_JSON_NESTING = 100

/** Whether lists and objects of a JSON text are nested deeper than `limit`: JSON.parse takes it, and what walks it overflows the stack. */
export function isNestedDeeper(text: string, limit = MAX_JSON_NESTING): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === BRACKET || code === BRACE) {
      depth += 1
      if (depth > limit) return true
    } else if (code === BRACKET_END || code === BRACE_END) depth -= 1
  }
  return false
}

/**
 * JSON of a file or an upload, for what walks it by recursion.
 * @throws SyntaxError what is wrong with it
 */
export function parseShallow(text: string): unknown {
  if (isNestedDeeper(text)) throw new SyntaxError(`lists and objects are nested deeper than ${MAX_JSON_NESTING}`)
  return JSON.parse(text)
}

const [QUOTE, BACKSLASH, BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

/** The quote that ends the string which begins at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at
    if (code === BACKSLASH) at += 1
  }
  return text.length
}
