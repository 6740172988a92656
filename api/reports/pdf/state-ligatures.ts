import documentModule from 'pdfmake/js/PDFDocument.js'
import { openedFonts } from './fonts.ts'

type Shaper = NonNullable<ReturnType<InstanceType<typeof PDFDocument>['provideFont']>['font']>
const corrected = new WeakSet<Shaper>()

// the class is the `default` of a CommonJS module, which Node gives as it is
const PDFDocument = 'default' in documentModule ? documentModule.default : documentModule
const { provideFont } = PDFDocument.prototype
PDFDocument.prototype.provideFont = function provide(...of) {
  // drawings look for fonts by the name of their file
  for (const [name, data] of openedFonts()) this.registerFont(name, data)
  const found = provideFont.apply(this, of)
  if (found.font) stateLigatures(found.font)
  return found
}

/**
 * Readers of a PDF take the letters of a line from left to right and turn around what is written from right to left, letters
 * that are drawn as one sign (lam and alef) too; so these are stated in that order.
 */
function stateLigatures(font: Shaper): void {
  if (corrected.has(font)) return
  corrected.add(font)
  const layout = font.layout.bind(font)
  font.layout = (...input) => {
    const run = layout(...input)
    if (run.direction !== 'rtl') return run
    run.glyphs = run.glyphs.map((glyph) =>
      glyph.codePoints.length > 1
        ? Object.create(glyph, { codePoints: { value: glyph.codePoints.toReversed() } })
        : glyph,
    )
    return run
  }
}
