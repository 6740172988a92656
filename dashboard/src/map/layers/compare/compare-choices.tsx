import { useQuery } from '@tanstack/react-query'
import type { IndicatorsResponse } from '#model/api/indicators.ts'
import { localiseDefinition } from '#model/indicators/names/localise.ts'
import { indicatorsQuery, surveysQuery } from '../../../http/queries.ts'
import { type Formatters, useI18n } from '../../../i18n/formatters.ts'
import { formatMeasure, parseMeasure } from '../../../state/measure-ref.ts'
import { useViewState } from '../../../state/use-view-state.ts'
import { Chips } from '../../../ui/chips.tsx'
import { type ChoiceGroup, GroupedChoice } from '../../../ui/grouped-choice.tsx'
import { PeriodSelect } from '../../../ui/period-select.tsx'
import { COVERAGE_MEASURES } from '../connectivity/coverage-source.ts'
import { ZONE_FACTS } from '../districts/zone-facts.ts'
import type { Survey } from '../survey/survey-measure.ts'
import { answerOf, answersOf, questionsOf } from '../survey/survey-ref.ts'
import { COMPARE_MEASURES } from './bivariate.ts'
import { comparedOf, presetsOf } from './presets.ts'

/** Which two numbers of the districts are compared, and how: in one map or in two. */
export function CompareChoices() {
  const [state, change] = useViewState()
  const i18n = useI18n()
  const { t } = i18n
  const surveys = useQuery(surveysQuery).data?.surveys
  const indicators = useQuery(indicatorsQuery).data?.indicators ?? []
  const compared = comparedOf(surveys, state)
  const [a, b] = [compared.a, compared.b].map((ref) => ref && formatMeasure(ref))
  const presets = presetsOf(surveys)
  const preset = presets.find((one) => formatMeasure(one.a) === a && formatMeasure(one.b) === b)?.id ?? null
  const groups = groupsOf(surveys ?? [], indicators, i18n)
  return (
    <>
      <Chips
        label={t('compare.presets')}
        chips={presets.map(({ id }) => ({ id, label: t(`compare.preset.${id}`) }))}
        value={preset}
        onChange={(id) => {
          const found = presets.find((one) => one.id === id)
          if (found) change({ a: found.a, b: found.b })
        }}
      />
      {(['a', 'b'] as const).map((side) => (
        <GroupedChoice
          key={side}
          label={t(`compare.${side}`)}
          groups={groups}
          value={(side === 'a' ? a : b) ?? ''}
          onChange={(id) => change({ [side]: parseMeasure(id) })}
        />
      ))}
      <PeriodSelect />
      <Chips
        label={t('compare.how')}
        chips={COMPARE_MEASURES.map((id) => ({ id, label: t(`measure.compare.${id}`) }))}
        value={state.measure}
        onChange={(measure) => change({ measure })}
      />
    </>
  )
}

function groupsOf(
  surveys: readonly Survey[],
  indicators: IndicatorsResponse['indicators'],
  { t, name, named }: Formatters,
): ChoiceGroup[] {
  return [
    {
      label: t('compare.group.coverage'),
      choices: COVERAGE_MEASURES.map((one) => ({
        id: formatMeasure({ kind: 'coverage', name: one }),
        label: name('connectivity.title', one),
      })),
    },
    {
      label: t('compare.group.zone'),
      choices: ZONE_FACTS.map((one) => ({
        id: formatMeasure({ kind: 'zone', name: one }),
        label: name('measure.districts', one),
      })),
    },
    {
      label: t('compare.group.indicator'),
      choices: indicators
        .filter(({ implemented }) => implemented)
        .map((indicator) => localiseDefinition(indicator, named))
        .flatMap(({ code, name: title, dataPoints }) =>
          dataPoints.map(({ id, name: part }) => ({
            id: formatMeasure({ kind: 'indicator', code, dataPoint: id }),
            label: id === '' ? title : `${title}, ${part}`,
          })),
        ),
    },
    ...surveys.map((survey) => ({ label: survey.title, choices: questionsOf(survey).flatMap(choicesOf(survey.id)) })),
  ]
}

/** A question whose answers count one way is one choice; one of several answers is a choice each. */
const choicesOf =
  (survey: string) =>
  (question: Survey['questions'][number]): ChoiceGroup['choices'] => {
    const ref = { kind: 'survey', survey, question: question.column, among: null } as const
    const answers = answersOf(question)
    if (answers.length === 0 || answerOf(question, null) === null)
      return [{ id: formatMeasure({ ...ref, answer: null }), label: question.text }]
    return answers.map(([code, label]) => ({
      id: formatMeasure({ ...ref, answer: code }),
      label: `${question.text} ${label}`,
    }))
  }
