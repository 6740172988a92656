import pdfmake from 'pdfmake'
import roboto from 'pdfmake/fonts/Roboto.js'
import type { BuiltInLanguage } from '#model/text/languages.ts'
import { INK } from './wheel-svg.ts'

// Fonts lie in the package; a report fetches nothing and reads nothing else.
const files = new Set(Object.values(roboto).flatMap((font) => Object.values(font)))
pdfmake.setFonts(roboto)
pdfmake.setUrlAccessPolicy(() => false)
pdfmake.setLocalAccessPolicy((path) => files.has(path))

export const MARGIN = 48

/** Languages whose scripts the fonts of the report have; in the others it is printed in English. */
const PRINTED: ReadonlySet<BuiltInLanguage> = new Set(['en', 'fr', 'es', 'ru'])
export const printedLanguage = (language: BuiltInLanguage): BuiltInLanguage => (PRINTED.has(language) ? language : 'en')

type Page = {
  readonly title: string
  readonly subject: string
  readonly language: BuiltInLanguage
  readonly margins: readonly [number, number, number, number]
  readonly content: readonly object[]
  readonly header?: (page: number) => unknown
  readonly footer?: (page: number, pages: number) => unknown
}

/** A document of A4 pages in the type of the reports. */
export function createPdf({ title, subject, margins, ...page }: Page): Promise<Buffer> {
  return pdfmake
    .createPdf({
      pageSize: 'A4',
      pageMargins: margins,
      info: { title, subject, creator: 'Citywell' },
      defaultStyle: { font: 'Roboto', fontSize: 9, lineHeight: 1.22, color: INK.ink },
      styles: {
        h1: { fontSize: 20, bold: true, margin: [0, 0, 0, 10] },
        h2: { fontSize: 12.5, bold: true, margin: [0, 14, 0, 5] },
        note: { fontSize: 8, color: INK.soft },
        head: { fontSize: 7.5, color: INK.soft },
      },
      ...page,
    })
    .getBuffer()
}
