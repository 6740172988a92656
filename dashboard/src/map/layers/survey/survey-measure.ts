import type { EstimatesResponse, SurveysResponse } from '#model/api/indicators.ts'
import type { Estimate } from '#model/survey/codebook.ts'
import type { Among } from '../../../state/measure-ref.ts'
import { amount, text } from '../../../ui/table/table-model.ts'
import { quantileScale, type Scale, shareScaleOf } from '../../colours/scales.ts'
import type { LayerInput } from '../../layer-model/model.ts'
import type { Zone, ZoneMeasure } from '../../layer-model/zone-model.ts'

export type Survey = SurveysResponse['surveys'][number]

/** An interval wider than this (points of the share, 0 to 1) is too wide to rank districts by: hatched. */
export const WIDE_INTERVAL = 0.15
/** Of a mean: an interval wider than this share of the value. */
const WIDE_MEAN = 0.3

/** An estimate per zone, with its uncertainty drawn: hatched where wide, blank with the reason where suppressed. */
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
      { id: 'reliable', label: t('survey.column.reliable'), numeric: false, cell: reliable },
      { id: 'nonresponse', label: t('divides.column.nonresponse'), numeric: true, cell: notAnswered },
    ],
    n: t('n.respondents', { n: survey.respondents }),
    origin: 'surveyed',
    notes: [
      share ? t('survey.note.wide', { wide: i18n.percent(WIDE_INTERVAL) }) : t('survey.note.wideMean'),
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
  const { value = null, lower = null, upper = null, n = null, reliable = null } = estimate ?? {}
  if (value === null || lower === null || upper === null) return { value: null, why, n: null }
  const limit = share ? WIDE_INTERVAL : Math.abs(value) * WIDE_MEAN
  const hint = i18n.t('survey.hint', {
    value: show(value),
    lower: show(lower),
    upper: show(upper),
    n: i18n.integer(n ?? 0),
  })
  return { value, why, n, wide: upper - lower > limit || reliable === false, hint, interval: [lower, upper] }
}

/** How many districts show nothing, and why: few answered there, or the figure would give such a district away. */
function hiddenNote(estimates: readonly Estimate[], threshold: number, { i18n: { t } }: LayerInput): string[] {
  const few = estimates.filter(({ suppressed }) => suppressed === 'below_threshold').length
  const kept = estimates.filter(({ suppressed }) => suppressed === 'complementary').length
  if (few + kept === 0) return [t('survey.note.threshold', { threshold })]
  return [t('survey.note.hidden', { few, kept, threshold })]
}
