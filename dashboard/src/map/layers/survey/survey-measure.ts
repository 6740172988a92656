import type { EstimatesResponse, SurveysResponse } from '#model/api/indicators.ts'
import type { Estimate } from '#model/survey/codebook.ts'
import type { Among } from '../../../state/measure-ref.ts'
import { amount, text } from '../../../ui/table/table-model.ts'
import { quantileScale, type Scale, shareScaleOf } from '../../colours/scales.ts'
import { levelOf, uncertainScale } from '../../colours/uncertain-scale.ts'
import type { LayerInput } from '../../layer-model/model.ts'
import type { Zone, ZoneMeasure } from '../../layer-model/zone-model.ts'

export type Survey = SurveysResponse['surveys'][number]

/**
 * Widths of an interval at which colours become paler and fewer, and at which they say nothing of the value: points of a
 * share, 0 to 1. From 30 points on the NCHS standards do not present it (model/statistics/estimation/proportion.ts).
 */
export const SHARE_WIDTHS = [0.15, 0.3] as const
/** The same of a mean, as a share of the value. */
const MEAN_WIDTHS = [0.3, 0.6] as const

/** An estimate per zone: paler the less certain it is, blank with the reason where suppressed. */
export function surveyMeasure(
  input: LayerInput,
  survey: Survey,
  estimates: EstimatesResponse,
  among: Among | null,
): ZoneMeasure {
  const { i18n } = input
  const { t } = i18n
  const question = survey.questions.find(({ column }) => column === estimates.question)
  const share = estimates.statistic === 'proportion'
  const show = (value: number): string => (share ? i18n.percent(value, 0) : i18n.number(value))
  const here = estimates.estimates.filter(({ group }) => among === null || group[among.name] === among.category)
  const byZone = byZoneOf(survey, here)
  const confidence = i18n.percent(estimates.confidence)
  const values = here.flatMap(({ value }) => value ?? [])
  const answer = estimates.category === null ? undefined : question?.categories?.[estimates.category]
  const people = question?.base === 'individual' ? 'individual' : 'household'
  return {
    title: titleOf(survey, question, answer, among, input),
    statistic: t(share ? `survey.statistic.${people}` : 'survey.statistic.mean', { confidence }),
    window: t('range', { from: i18n.date(`${survey.from}T12:00:00Z`), to: i18n.date(`${survey.to}T12:00:00Z`) }),
    unit: share ? '' : (question?.unit ?? ''),
    scale: scaleOf(share, values),
    uncertain: uncertainScale(scaleOf(share, values), share ? SHARE_WIDTHS : MEAN_WIDTHS),
    showWidth: (width) => (share ? t('legend.points', { n: i18n.number(width * 100) }) : i18n.percent(width, 0)),
    show,
    column: t(share ? (answer === undefined ? 'survey.column.share' : 'survey.column.answer') : 'survey.column.mean'),
    numberOf: (zone) => numberOf(byZone.get(zone.key), share, show, input),
    extra: [
      {
        id: 'interval',
        label: t('survey.column.interval', { confidence }),
        numeric: true,
        bounds: [t('survey.column.lower', { confidence }), t('survey.column.upper', { confidence })],
        cell: interval,
      },
      { id: 'against', label: t('survey.column.against'), numeric: false, cell: against },
      { id: 'reliable', label: t('survey.column.reliable'), numeric: false, cell: reliable },
      { id: 'nonresponse', label: t('divides.column.nonresponse'), numeric: true, cell: notAnswered },
    ],
    n: t('n.respondents', { n: survey.respondents }),
    origin: 'surveyed',
    notes: [
      t(share ? 'survey.note.pale' : 'survey.note.paleMean'),
      t('survey.note.against', { confidence }),
      ...hiddenNote(here, estimates.threshold, input),
      ...survey.areas.map(({ name }) => t('survey.note.area', { name })),
    ],
  }

  function interval(zone: Zone) {
    const { lower = null, upper = null } = byZone.get(zone.key) ?? {}
    if (lower === null || upper === null) return amount(null, show, t('none'))
    return {
      text: t('range', { from: show(lower), to: show(upper) }),
      sort: upper - lower,
      bounds: [lower, upper] as const,
    }
  }
  function against(zone: Zone) {
    const found = byZone.get(zone.key)?.againstCity
    if (!found) return text(t('none'))
    const p = found.adjustedP < 0.001 ? `< ${i18n.decimal(0.001, 3)}` : `= ${i18n.decimal(found.adjustedP, 3)}`
    return text(t('survey.against.p', { verdict: t(`survey.against.${found.verdict}`), p }))
  }
  function notAnswered(zone: Zone) {
    const found = byZone.get(zone.key)?.nonresponseWeighted ?? null
    return amount(found, (one) => i18n.percent(one, 1), t('none'))
  }
  function reliable(zone: Zone) {
    const found = byZone.get(zone.key)?.reliability ?? null
    return text(found === null ? t('none') : i18n.name('reliability', found))
  }
}

/** Zones that were joined because one alone had too few respondents all have the estimate of their area. */
export function byZoneOf(survey: Pick<Survey, 'areas'>, estimates: readonly Estimate[]): Map<string, Estimate> {
  const members = new Map(survey.areas.map(({ key, zones }) => [key, zones]))
  return new Map(
    estimates.flatMap((estimate) => {
      const key = estimate.group['zone'] ?? ''
      return (members.get(key) ?? [key]).map((zone): [string, Estimate] => [zone, estimate])
    }),
  )
}

const scaleOf = (share: boolean, values: readonly number[]): Scale =>
  share ? shareScaleOf(values) : quantileScale(values, 'density')

/** The question, the answer where one of several was chosen, and of whom. */
function titleOf(
  survey: Survey,
  question: Survey['questions'][number] | undefined,
  answer: string | undefined,
  among: Among | null,
  { i18n }: LayerInput,
): string {
  const characteristic = survey.questions.find(({ column }) => column === among?.name)
  const group = among ? (characteristic?.categories?.[among.category] ?? among.category) : undefined
  const questionText = answer === undefined ? (question?.text ?? '') : `${question?.text ?? ''} ${answer}`
  return group === undefined ? questionText : i18n.t('survey.title.among', { question: questionText, group })
}

function numberOf(
  estimate: Estimate | undefined,
  share: boolean,
  show: (value: number) => string,
  { i18n }: LayerInput,
): ReturnType<ZoneMeasure['numberOf']> {
  const why = estimate?.suppressed ? i18n.name('suppressed', estimate.suppressed) : i18n.t('survey.none')
  const { value = null, lower = null, upper = null, n = null, reliable = null, againstCity = null } = estimate ?? {}
  if (value === null || lower === null || upper === null) return { value: null, why, n: null }
  const width = share ? upper - lower : (upper - lower) / Math.abs(value)
  const uncertainty = reliable === false ? 2 : levelOf(share ? SHARE_WIDTHS : MEAN_WIDTHS, width)
  const verdict = againstCity?.verdict ?? null
  const numbers = i18n.t('survey.hint', {
    value: show(value),
    lower: show(lower),
    upper: show(upper),
    n: i18n.integer(n ?? 0),
  })
  const hint = verdict === null ? numbers : `${numbers}\n${i18n.t(`survey.against.${verdict}`)}`
  return { value, why, n, uncertainty, against: verdict, hint, interval: [lower, upper] }
}

/** How many districts show nothing, and why: few answered there, or the figure would give such a district away. */
function hiddenNote(estimates: readonly Estimate[], threshold: number, { i18n: { t } }: LayerInput): string[] {
  const few = estimates.filter(({ suppressed }) => suppressed === 'below_threshold').length
  const kept = estimates.filter(({ suppressed }) => suppressed === 'complementary').length
  if (few + kept === 0) return [t('survey.note.threshold', { threshold })]
  return [t('survey.note.hidden', { few, kept, threshold })]
}
