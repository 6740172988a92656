import type { EstimatesResponse, SurveysResponse } from '#model/api/indicators.ts'
import { shareScale } from '../map/scales.ts'
import { amount, type LayerInput, type LayerModel, text } from './model.ts'
import { type Zone, zoneLayer } from './zone-layer.ts'

type Survey = SurveysResponse['surveys'][number]

/** An interval wider than this (points of the share, 0 to 1) is too wide to rank districts by: hatched. */
export const WIDE_INTERVAL = 0.15

/** A survey estimate per zone, with its uncertainty drawn: hatched where wide, blank with the reason where suppressed. */
export function surveyLayer(input: LayerInput, survey: Survey, estimates: EstimatesResponse): LayerModel {
  const { tools } = input
  const question = survey.questions.find(({ column }) => column === estimates.question)
  const byZone = new Map(estimates.estimates.map((estimate) => [estimate.group.zone, estimate]))
  const show = (value: number): string => tools.percent(value, 0)
  const interval = (zone: Zone) => {
    const estimate = byZone.get(zone.key)
    const { lower = null, upper = null } = estimate ?? {}
    if (lower === null || upper === null) return amount(null, show, tools.t('none'))
    return { text: tools.t('range', { from: show(lower), to: show(upper) }), sort: upper - lower }
  }
  return zoneLayer(input, {
    title: tools.t('survey.title', { question: question?.text ?? estimates.question }),
    statistic: tools.t('survey.statistic', { confidence: tools.percent(estimates.confidence) }),
    window: tools.t('range', {
      from: tools.date(`${survey.from}T12:00:00Z`),
      to: tools.date(`${survey.to}T12:00:00Z`),
    }),
    unit: '',
    scale: shareScale,
    show,
    column: tools.t('survey.column.share'),
    numberOf: (zone) => {
      const estimate = byZone.get(zone.key)
      const value = estimate?.value ?? null
      const why = estimate?.suppressed ? tools.name('suppressed', estimate.suppressed) : tools.t('survey.none')
      if (!estimate || value === null) return { value: null, why, n: null }
      const wide = (estimate.upper ?? 1) - (estimate.lower ?? 0) > WIDE_INTERVAL || estimate.reliable === false
      const hint = tools.t('survey.hint', {
        value: show(value),
        lower: show(estimate.lower ?? value),
        upper: show(estimate.upper ?? value),
        n: tools.integer(estimate.n ?? 0),
      })
      return { value, why, n: estimate.n, wide, hint }
    },
    extra: [
      {
        id: 'interval',
        label: tools.t('survey.column.interval', { confidence: tools.percent(estimates.confidence) }),
        numeric: true,
        cell: interval,
      },
      {
        id: 'reliable',
        label: tools.t('survey.column.reliable'),
        numeric: false,
        cell: (zone) => {
          const reliable = byZone.get(zone.key)?.reliable ?? null
          return text(reliable === null ? tools.t('none') : tools.t(reliable ? 'yes' : 'no'))
        },
      },
    ],
    n: tools.t('n.respondents', { n: survey.respondents }),
    origin: 'surveyed',
    notes: [
      tools.t('survey.note.wide', { wide: tools.percent(WIDE_INTERVAL) }),
      tools.t('survey.note.threshold', { threshold: estimates.threshold }),
    ],
  })
}
