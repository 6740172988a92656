import type { ReportResponse } from '#model/api/reports.ts'

/** How the numbers were computed, so that the report is self-contained. */
export function methodsPage(report: ReportResponse): object[] {
  const stated = report.indicators.flatMap(({ values }) => values.flatMap(({ source }) => source ?? []))
  const sources = [...new Set(stated)].sort()
  const computed = report.indicators.filter(({ values }) =>
    values.some(({ origin }) => origin === 'measured' || origin === 'surveyed'),
  )
  return [
    { text: 'Methods and sources', style: 'h1' },
    ...METHODS.flatMap(([title, text]) => [
      { text: title, style: 'h2' },
      { text, fontSize: 9 },
    ]),
    { text: 'Computed by Citywell', style: 'h2' },
    { text: computed.length === 0 ? 'None.' : `${computed.map(({ code, name }) => `${name} (${code})`).join(', ')}.` },
    { text: 'Sources stated by the city', style: 'h2' },
    sources.length === 0 ? { text: 'None.' } : { ul: sources, fontSize: 8.5 },
  ]
}

const METHODS: readonly (readonly [string, string])[] = [
  [
    'Indicators',
    'The 91 indicators and 112 data points of Recommendation ITU-T Y.4903, collected by the U4SSC methodology of 2017. Wordings are Citywell’s own; what binds is the Recommendation.',
  ],
  [
    'Values',
    'Measured: computed from sensors, meters and registers of the city, with hours weighted equally and data capture stated. Surveyed: weighted estimates with their interval. Reported: stated by the city with source and one of the six data qualities of U4SSC. A value that Citywell can compute comes before a reported one, because anyone can check it down to the readings.',
  ],
  [
    'Scores',
    'As U4SSC scores: each data point by itself against a benchmark, bands of 33, 66 and 95 per cent. U4SSC publishes the rule for indicators where more is better. Where less is better (benchmark over value), for parity and for yes or no the rule is Citywell’s, and so is every benchmark that U4SSC has not printed.',
  ],
  [
    'Verification',
    'Checks of single values and of values together, as verifiers of U4SSC make them. Only a person verifies: a value counts as verified when that was recorded with it.',
  ],
]
