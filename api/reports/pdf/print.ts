import pdfmake from 'pdfmake'
import roboto from 'pdfmake/fonts/Roboto.js'
import type { ReportResponse } from '#model/api/reports.ts'
import { localiseReport } from '#model/indicators/names/localise.ts'
import type { BuiltInLanguage } from '#model/text/languages.ts'
import type { ReportText } from '../report-text.ts'
import { coverPage, summaryPage, wheelPage } from './front.ts'
import { goalsPage } from './goals.ts'
import { methodsPage } from './methods.ts'
import { dimensionPages, verificationPage } from './tables.ts'
import { INK } from './wheel-svg.ts'

// Fonts lie in the package; a report fetches nothing and reads nothing else.
const files = new Set(Object.values(roboto).flatMap((font) => Object.values(font)))
pdfmake.setFonts(roboto)
pdfmake.setUrlAccessPolicy(() => false)
pdfmake.setLocalAccessPolicy((path) => files.has(path))

const MARGIN = 48

/** Languages whose scripts the fonts of the report have; in the others it is printed in English. */
const PRINTED: ReadonlySet<BuiltInLanguage> = new Set(['en', 'fr', 'es', 'ru'])
export const printedLanguage = (language: BuiltInLanguage): BuiltInLanguage => (PRINTED.has(language) ? language : 'en')

/** The report as PDF, A4, in a language. */
export async function printReport(english: ReportResponse, text: ReportText): Promise<Buffer> {
  const report = localiseReport(english, text.named)
  const { city, period } = report
  const { t, language } = text
  const title = t('title', { city: city.name, period: period.label })
  return pdfmake
    .createPdf({
      pageSize: 'A4',
      pageMargins: [MARGIN, 62, MARGIN, 54],
      info: { title, subject: t('subject'), creator: 'Citywell' },
      language,
      header: (page: number) => (page === 1 ? '' : [headLine(title), simulatedLine(report, text)]),
      footer: (page: number, pages: number) => ({
        columns: [
          { text: page === 1 ? '' : t('footer', { time: report.computedAt.slice(0, 16).replace('T', ' ') }) },
          { text: page === 1 ? '' : `${page} / ${pages}`, alignment: 'right' },
        ],
        margin: [MARGIN, 18, MARGIN, 0],
        fontSize: 7.5,
        color: INK.soft,
      }),
      defaultStyle: { font: 'Roboto', fontSize: 9, lineHeight: 1.22, color: INK.ink },
      styles: {
        h1: { fontSize: 20, bold: true, margin: [0, 0, 0, 10] },
        h2: { fontSize: 12.5, bold: true, margin: [0, 14, 0, 5] },
        note: { fontSize: 8, color: INK.soft },
        head: { fontSize: 7.5, color: INK.soft },
      },
      content: [
        ...coverPage(report, text),
        ...summaryPage(report, text),
        ...wheelPage(report, text),
        ...goalsPage(report, text),
        ...dimensionPages(report, text),
        ...verificationPage(report, text),
        ...methodsPage(report, text),
      ],
    })
    .getBuffer()
}

const headLine = (title: string): object => ({
  text: title,
  margin: [MARGIN, 24, MARGIN, 0],
  fontSize: 7.5,
  color: INK.soft,
})

/** On every page after the cover, which says it itself: single pages get copied. */
const simulatedLine = ({ city, indicators }: ReportResponse, { t }: ReportText): object => {
  const any = city.simulated || indicators.some(({ values }) => values.some(({ simulated }) => simulated))
  const text = t(city.simulated ? 'simulated.city' : 'simulated.some')
  return any
    ? { text, margin: [MARGIN, 4, MARGIN, 0], fontSize: 7.5, bold: true, color: '#8a4b00' }
    : { text: '', margin: [0, 0, 0, 0] }
}
