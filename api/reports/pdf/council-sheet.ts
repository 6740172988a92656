import type { BriefChange, BriefResponse } from '#model/api/brief.ts'
import { type Speaker, sentenceOf } from '#model/brief/sentences.ts'
import { localeOf } from '#model/text/languages.ts'
import type { ReportText } from '../report-text.ts'
import { createPdf, MARGIN } from './page.ts'
import { INK } from './wheel-svg.ts'

/** As many as one page has room for. */
const MAX_DISTRICTS = 5
const MAX_TARGETS = 5
const MAX_LEVERS = 3
const MAX_PEERS = 4

/** The council sheet: the brief of a period on one page of A4. */
export function printCouncilSheet(brief: BriefResponse, text: ReportText): Promise<Buffer> {
  const { t, language } = text
  const { city, period, before } = brief
  const title = t('sheet.title', { city: city.name, period: period.label })
  return createPdf({
    margins: [MARGIN, 36, MARGIN, 32],
    ...{ title, subject: t('subject'), language },
    footer: () => ({
      text: `${t('footer', { time: brief.computedAt.slice(0, 16).replace('T', ' ') })}`,
      margin: [MARGIN, 8, MARGIN, 0],
      fontSize: 7,
      color: INK.soft,
    }),
    content: [
      { text: title, fontSize: 16, bold: true },
      { text: `${period.label} / ${before}`, style: 'note' },
      ...(city.simulated ? [{ text: t('simulated.city'), bold: true, fontSize: 8, color: '#8a4b00' }] : []),
      ...(period.partial ? [{ text: t('sheet.partial', { period: period.label }), style: 'note' }] : []),
      ...findings(brief, text),
      {
        columns: [changes('improvements', brief, text), changes('declines', brief, text)],
        columnGap: 18,
      },
      { columns: [burdens(brief, text), targets(brief, text)], columnGap: 18 },
      { columns: [peers(brief, text), levers(brief, text)], columnGap: 18 },
      { text: t('sheet.methods'), style: 'note', margin: [0, 12, 0, 0], fontSize: 7 },
    ],
  })
}

const heading = (text: string): object => ({ text, style: 'h2', fontSize: 11, margin: [0, 9, 0, 3] })
const lines = (texts: readonly string[]): object => ({ ul: texts, fontSize: 8.5 })

function findings({ headlines }: BriefResponse, text: ReportText): object[] {
  const speaker = speakerOf(text)
  const sentences = headlines.map((headline) => sentenceOf(headline, speaker))
  return [heading(text.t('sheet.findings')), { ol: sentences, fontSize: 10.5, lineHeight: 1.3 }]
}

function changes(kind: 'improvements' | 'declines', { changes: all }: BriefResponse, text: ReportText): object {
  const own = all[kind]
  const { t } = text
  return {
    stack: [
      heading(t(`sheet.${kind}`)),
      own.length === 0 ? { text: t('sheet.none') } : lines(own.map((change) => changeLine(change, text))),
    ],
  }
}

function changeLine(change: BriefChange, text: ReportText): string {
  const { difference, indicator, number } = speakerOf(text)
  const signed = (value: number, shown: string): string => `${value > 0 ? '+' : ''}${shown}`
  const own = signed(change.change, difference(change.change, change.unit))
  const [low, high] = change.interval ?? [change.change, change.change]
  const range = { change: own, low: signed(low, number(low)), high: signed(high, number(high)) }
  return `${indicator(change)}: ${text.t('sheet.change', range)}`
}

function burdens({ burdens: own }: BriefResponse, { t, number }: ReportText): object {
  if (!own) return { stack: [heading(t('sheet.burdens')), { text: t('sheet.burdens.none') }] }
  const first = own.districts.slice(0, MAX_DISTRICTS)
  const line = ({ name, rankInterval: [low, high] }: (typeof first)[number]): string =>
    t('sheet.rank', { name, low: number(low), high: number(high) })
  return { stack: [heading(t('sheet.burdens')), lines(first.map(line))] }
}

function targets({ goals }: BriefResponse, text: ReportText): object {
  const { t } = text
  const speaker = speakerOf(text)
  const own = goals.flatMap(({ progress, latest, ...goal }) => {
    if (!progress || goal.target === null) return []
    const { unit, targetYear } = goal
    const value = latest?.value == null ? '–' : speaker.quantity(latest.value, unit)
    const target = speaker.quantity(goal.target, unit)
    const status = t(`progress.${progress.status}`)
    return [t('sheet.target', { name: speaker.indicator(goal), status, value, target, year: String(targetYear) })]
  })
  return {
    stack: [
      heading(t('sheet.targets')),
      own.length === 0 ? { text: t('sheet.targets.none') } : lines(own.slice(0, MAX_TARGETS)),
    ],
  }
}

function peers({ peers: all }: BriefResponse, text: ReportText): object {
  const { t } = text
  const { quantity, indicator } = speakerOf(text)
  const own = all.slice(0, MAX_PEERS).map((row) =>
    t('sheet.peer', {
      ...{ name: indicator(row), year: row.period, n: row.peers.length },
      value: quantity(row.value, row.unit),
      median: quantity(row.median, row.unit),
    }),
  )
  return { stack: [heading(t('sheet.peers')), own.length === 0 ? { text: t('sheet.peers.none') } : lines(own)] }
}

function levers({ levers: { improve } }: BriefResponse, text: ReportText): object {
  const { t } = text
  const { quantity, difference, indicator } = speakerOf(text)
  const own = improve.slice(0, MAX_LEVERS).map((lever) =>
    t('sheet.gain', {
      indicator: indicator(lever),
      value: quantity(lever.value, lever.unit),
      benchmark: quantity(lever.benchmark, lever.unit),
      gain: difference(lever.gain, '%'),
    }),
  )
  return { stack: [heading(t('sheet.levers')), own.length === 0 ? { text: t('sheet.gain.none') } : lines(own)] }
}

function speakerOf(text: ReportText): Speaker {
  const { t, number, percent, named, unit, language } = text
  const quantity = (value: number, code: string): string => `${number(value)} ${unit(code)}`.trim()
  return {
    ...{ t, number, quantity },
    difference: (value, code) => (code === '%' ? t('brief.points', { value: number(value) }) : quantity(value, code)),
    score: percent,
    list: (items) => new Intl.ListFormat(localeOf(language), { type: 'disjunction' }).format(items),
    indicator: ({ code, dataPoint, name }) => {
      const [indicator = name, point] = name.split(': ')
      const head = named('indicator', code, indicator)
      return point === undefined ? head : `${head}: ${named('indicator', `${code}.${dataPoint}`, point)}`
    },
  }
}
