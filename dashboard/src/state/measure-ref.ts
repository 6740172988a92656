/**
 * Names one number of every district, whatever its source, in a form that fits into the address:
 *
 *   survey:households-2026/internet=yes@sex=female    share of an answer (or of the answers that count), within a group
 *   indicator:EN:EN:AQ:1C/pm2_5                        an indicator, or one of its data points
 *   coverage:4g                                        median of the measurements in the district
 *   zone:income                                        a property of the district
 */
export type MeasureRef =
  | {
      readonly kind: 'survey'
      readonly survey: string
      readonly question: string
      readonly answer: string | null
      readonly among: Among | null
    }
  | { readonly kind: 'indicator'; readonly code: string; readonly dataPoint: string }
  | { readonly kind: 'coverage'; readonly name: string }
  | { readonly kind: 'zone'; readonly name: string }
/** Respondents with one category of a characteristic. */
export type Among = { readonly name: string; readonly category: string }

// a category can be any text (75+, "no answer"): encoded, so that it cannot contain a separator
const SURVEY = /^([\w-]{1,60})\/(\w{1,60})(?:=([^@=/]{1,90}))?(?:@(\w{1,60})=([^@=/]{1,90}))?$/
const INDICATOR = /^((?:[A-Z]{1,4}:){2,3}\w{1,4})(?:\/(\w{1,40}))?$/
const NAME = /^\w{1,40}$/

export function parseMeasure(text: string | null): MeasureRef | null {
  const colon = text?.indexOf(':') ?? -1
  if (!text || colon < 0) return null
  const [kind, rest] = [text.slice(0, colon), text.slice(colon + 1)]
  if (kind === 'survey') return parseSurvey(rest)
  if (kind === 'indicator') {
    const [, code, dataPoint = ''] = INDICATOR.exec(rest) ?? []
    return code === undefined ? null : { kind, code, dataPoint }
  }
  return (kind === 'coverage' || kind === 'zone') && NAME.test(rest) ? { kind, name: rest } : null
}

function parseSurvey(text: string): MeasureRef | null {
  const [, survey, question, answer, name, category] = SURVEY.exec(text) ?? []
  if (survey === undefined || question === undefined) return null
  try {
    const among = name === undefined ? null : { name, category: decodeURIComponent(category ?? '') }
    return { kind: 'survey', survey, question, answer: answer ? decodeURIComponent(answer) : null, among }
  } catch {
    return null
  }
}

export function formatMeasure(ref: MeasureRef): string {
  switch (ref.kind) {
    case 'survey': {
      const answer = ref.answer === null ? '' : `=${encodeURIComponent(ref.answer)}`
      const among = ref.among ? `@${ref.among.name}=${encodeURIComponent(ref.among.category)}` : ''
      return `survey:${ref.survey}/${ref.question}${answer}${among}`
    }
    case 'indicator':
      return `indicator:${ref.code}${ref.dataPoint ? `/${ref.dataPoint}` : ''}`
    default:
      return `${ref.kind}:${ref.name}`
  }
}
