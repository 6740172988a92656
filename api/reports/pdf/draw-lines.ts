import rendererModule from 'pdfmake/js/Renderer.js'
import { directionOf } from '#model/text/languages.ts'
import './state-ligatures.ts'
import { isRightToLeft, piecesOf } from './bidi.ts'

/** A word of a line, as pdfmake has measured it. */
export type Inline = {
  readonly text: string
  readonly x: number
  readonly width: number
  readonly font: { widthOfString(text: string, size: number, features?: unknown): number }
  readonly fontSize: number
  readonly fontFeatures?: unknown
  readonly alignment?: string
  readonly _pageNodeRef?: unknown
}
export type Line = {
  inlines: Inline[]
  readonly leadingCut: number
  readonly trailingCut: number
  readonly _pageNodeRef?: unknown
}

/**
 * pdfmake breaks lines and measures words, and draws them from left to right. Where a line holds words that are written from
 * right to left, they are put into the order in which they stand before they are drawn; fontkit joins their letters.
 */
// the class is the `default` of a CommonJS module, which Node gives as it is
const Renderer = 'default' in rendererModule ? rendererModule.default : rendererModule
const { renderLine } = Renderer.prototype
Renderer.prototype.renderLine = function draw(line, x, y) {
  const base = directionOf(String(this.pdfDocument.options.lang ?? 'en'))
  const needsOrder = base === 'rtl' || line.inlines.some(({ text }) => isRightToLeft(text))
  const ordered =
    needsOrder && !line._pageNodeRef
      ? Object.assign(Object.create(Object.getPrototypeOf(line)), line, inOrder(line, base))
      : line
  return renderLine.call(this, ordered, x, y)
}

function inOrder({ inlines, leadingCut, trailingCut }: Line, base: 'ltr' | 'rtl'): Pick<Line, 'inlines'> {
  const text = inlines.map((inline) => inline.text).join('')
  const starts = inlines.map((_, index) => inlines.slice(0, index).reduce((sum, { text: one }) => sum + one.length, 0))
  // White space at the end hangs over the edge at which the line ends.
  let x = base === 'rtl' ? -trailingCut : -leadingCut
  const ordered = piecesOf(text, base, starts).map((piece): Inline => {
    const index = starts.findLastIndex((start) => start <= piece.start)
    const inline = inlines[index] as Inline
    const { font, fontSize, fontFeatures } = inline
    const isWhole = piece.end - piece.start === inline.text.length
    const width = isWhole ? inline.width : font.widthOfString(piece.text, fontSize, fontFeatures)
    const placed = { ...inline, text: piece.text, x, width }
    x += width
    return placed
  })
  return { inlines: ordered }
}
