import pdfmake from 'pdfmake'
import roboto from 'pdfmake/fonts/Roboto.js'
import type { ReportResponse } from '#model/api/reports.ts'
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

/** The report as PDF, A4. */
export async function printReport(report: ReportResponse): Promise<Buffer> {
  const { city, period } = report
  const title = `${city.name}: U4SSC indicators ${period.label}`
  return pdfmake
    .createPdf({
      pageSize: 'A4',
      pageMargins: [MARGIN, 62, MARGIN, 54],
      info: { title, subject: 'ITU-T Y.4903 / U4SSC key performance indicators', creator: 'Citywell' },
      lang: 'en',
      header: (page: number) => (page === 1 ? '' : [headLine(title), simulatedLine(report)]),
      footer: (page: number, pages: number) => ({
        columns: [
          { text: page === 1 ? '' : `Computed ${report.computedAt.slice(0, 16).replace('T', ' ')} UTC by Citywell` },
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
        ...coverPage(report),
        ...summaryPage(report),
        ...wheelPage(report),
        ...goalsPage(report),
        ...dimensionPages(report),
        ...verificationPage(report),
        ...methodsPage(report),
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
const simulatedLine = ({ city, indicators }: ReportResponse): object => {
  const any = city.simulated || indicators.some(({ values }) => values.some(({ simulated }) => simulated))
  const text = city.simulated ? 'SIMULATED DATA: this city does not exist' : 'Contains simulated values, marked as such'
  return any
    ? { text, margin: [MARGIN, 4, MARGIN, 0], fontSize: 7.5, bold: true, color: '#8a4b00' }
    : { text: '', margin: [0, 0, 0, 0] }
}
