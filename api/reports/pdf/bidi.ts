import bidiFactory from 'bidi-js'

/** The part of the package that is used; it brings no types of its own. */
type Bidi = {
  getEmbeddingLevels(text: string, base: 'ltr' | 'rtl'): { readonly levels: Uint8Array }
  getMirroredCharacter(character: string): string | null
}
const bidi = (bidiFactory as unknown as () => Bidi)()
/** Letters that are written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/

/** A piece of a line in one direction: where it is in the text, and what is drawn, from left to right or as its script is. */
export type Piece = { readonly start: number; readonly end: number; readonly text: string }

/**
 * The pieces of a line in the order in which they stand from left to right (Unicode Bidirectional Algorithm, UAX #9).
 * `cuts`: where a piece may not go on, because another font or style begins.
 */
export function piecesOf(line: string, base: 'ltr' | 'rtl', cuts: readonly number[]): Piece[] {
  const { levels } = bidi.getEmbeddingLevels(line, base)
  const end = line.trimEnd().length
  // L1: white space at the end of a line has the level of the line
  const levelAt = (index: number): number => (index < end ? (levels[index] ?? 0) : base === 'rtl' ? 1 : 0)
  const starts = new Set(cuts)
  const pieces: { start: number; end: number; level: number }[] = []
  for (let index = 0; index < line.length; index++) {
    const last = pieces.at(-1)
    const level = levelAt(index)
    if (last && last.level === level && !starts.has(index)) last.end = index + 1
    else pieces.push({ start: index, end: index + 1, level })
  }
  return reordered(pieces).map(({ start, end: to, level }) => ({
    start,
    end: to,
    text: drawn(line.slice(start, to), level),
  }))
}

/** L2: from the highest level down, what lies at it or above is turned around. */
function reordered<T extends { readonly level: number }>(pieces: readonly T[]): T[] {
  const order = [...pieces]
  for (let level = Math.max(0, ...pieces.map((piece) => piece.level)); level > 0; level--) {
    for (let from = 0; from < order.length; from++) {
      let to = from
      while (to < order.length && (order[to]?.level ?? 0) >= level) to++
      if (to > from) order.splice(from, to - from, ...order.slice(from, to).reverse())
      from = to
    }
  }
  return order
}

/** L4: brackets are mirrored. Letters are shaped and turned around with their font; signs alone are turned around here. */
function drawn(text: string, level: number): string {
  if (level % 2 === 0) return text
  const mirrored = [...text].map((character) => bidi.getMirroredCharacter(character) ?? character)
  return (RIGHT_TO_LEFT.test(text) ? mirrored : mirrored.reverse()).join('')
}

export const isRightToLeft = (text: string): boolean => RIGHT_TO_LEFT.test(text)
