import pdfmake from 'pdfmake'
import { type BuiltInLanguage, directionOf } from '#model/text/languages.ts'
import './draw-lines.ts'
import { FONTS, fontFilesFor } from './fonts.ts'
import { typeset } from './mirror.ts'
import { INK } from './wheel-svg.ts'

// Fonts lie in packages; a report fetches nothing and reads nothing else.
const files = new Set(Object.values(FONTS).flatMap((font) => Object.values(font)))
pdfmake.setFonts(FONTS)
pdfmake.setUrlAccessPolicy(() => false)
pdfmake.setLocalAccessPolicy((path) => files.has(path))

export const MARGIN = 48

type Page = {
  readonly title: string
  readonly subject: string
  readonly language: BuiltInLanguage
  readonly margins: readonly [number, number, number, number]
  readonly content: readonly object[]
  readonly header?: (page: number) => unknown
  readonly footer?: (page: number, pages: number) => unknown
}

/** A document of A4 pages in the type of the reports, in the direction of its language. */
export function createPdf({ title, subject, margins, content, header, footer, language }: Page): Promise<Buffer> {
  const direction = directionOf(language)
  const texts = JSON.stringify([content, header?.(1), header?.(2), footer?.(1, 1), footer?.(2, 2)])
  for (const [name, data] of fontFilesFor(texts)) pdfmake.virtualfs.writeFileSync(name, data)
  return pdfmake
    .createPdf({
      pageSize: 'A4',
      pageMargins: margins,
      info: { title, subject, creator: 'Citywell' },
      language,
      defaultStyle: {
        ...{ font: 'Roboto', fontSize: 9, lineHeight: 1.22, color: INK.ink },
        alignment: direction === 'rtl' ? 'right' : 'left',
      },
      styles: {
        h1: { fontSize: 20, bold: true, margin: [0, 0, 0, 10] },
        h2: { fontSize: 12.5, bold: true, margin: [0, 14, 0, 5] },
        note: { fontSize: 8, color: INK.soft },
        head: { fontSize: 7.5, color: INK.soft },
      },
      content: typeset(content, direction),
      ...(header && { header: (page: number) => typeset(header(page), direction) }),
      ...(footer && { footer: (page: number, pages: number) => typeset(footer(page, pages), direction) }),
    })
    .getBuffer()
}
