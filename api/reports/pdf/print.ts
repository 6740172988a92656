import type { ReportResponse } from '#model/api/reports.ts'
import { localiseReport } from '#model/indicators/names/localise.ts'
import type { ReportText } from '../report-text.ts'
import { coverPage, summaryPage, wheelPage } from './front.ts'
import { goalsPage } from './goals.ts'
import { methodsPage } from './methods.ts'
import { createPdf, MARGIN } from './page.ts'
import { dimensionPages, verificationPage } from './tables.ts'
import { INK } from './wheel-svg.ts'

/** The report as PDF, A4, in a language. */
export async function printReport(english: ReportResponse, text: ReportText): Promise<Buffer> {
  const report = localiseReport(english, text.named)
  const { city, period } = report
  const { t, language } = text
  const title = t('title', { city: city.name, period: period.label })
  return createPdf({
    margins: [MARGIN, 62, MARGIN, 54],
    ...{ title, subject: t('subject'), language },
    header: (page) => (page === 1 ? '' : [headLine(title), simulatedLine(report, text)]),
    footer: (page, pages) => ({
      columns: [
        { text: page === 1 ? '' : t('footer', { time: report.computedAt.slice(0, 16).replace('T', ' ') }) },
        { text: page === 1 ? '' : `${page} / ${pages}`, alignment: 'right' },
      ],
      margin: [MARGIN, 18, MARGIN, 0],
      fontSize: 7.5,
      color: INK.soft,
    }),
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
