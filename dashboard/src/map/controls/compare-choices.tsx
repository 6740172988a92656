import { useQuery } from '@tanstack/react-query'
import { Label, Radio, RadioGroup } from 'react-aria-components'
import type { IndicatorsResponse } from '#model/api/indicators.ts'
import { indicatorsQuery, surveysQuery } from '../../http/queries.ts'
import { type Formatters, useI18n } from '../../i18n/formatters.ts'
import { formatMeasure, parseMeasure } from '../../state/measure-ref.ts'
import { useViewState } from '../../state/use-view-state.ts'
import { MEASURES } from '../../state/view-state.ts'
import { type ChoiceGroup, GroupedChoice } from '../../ui/grouped-choice.tsx'
import { PeriodSelect } from '../../ui/period-select.tsx'
import { answerOf, answersOf, measuresOf, presetsOf, questionsOf } from '../layers/refs.ts'
import type { Survey } from '../layers/survey.ts'

/** Which two numbers of the districts are set against each other, and how: in one map or in two. */
export function CompareChoices() {
  const [state, change] = useViewState()
  const i18n = useI18n()
  const { t } = i18n
  const surveys = useQuery(surveysQuery).data?.surveys
  const indicators = useQuery(indicatorsQuery).data?.indicators ?? []
  const [a, b] = measuresOf(surveys, state)
  const presets = presetsOf(surveys)
  const preset = presets.find((one) => formatMeasure(one.a) === a && formatMeasure(one.b) === b)?.id ?? null
  const groups = groupsOf(surveys ?? [], indicators, i18n)
  return (
    <>
      <RadioGroup
        className="measures"
        value={preset}
        onChange={(id) => {
          const found = presets.find((one) => one.id === id)
          if (found) change({ a: found.a, b: found.b })
        }}
      >
        <Label className="eyebrow">{t('compare.presets')}</Label>
        <div className="measures__list">
          {presets.map(({ id }) => (
            <Radio key={id} value={id} className="chip">
              {t(`compare.preset.${id}`)}
            </Radio>
          ))}
        </div>
      </RadioGroup>
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
      <RadioGroup
        className="measures"
        orientation="horizontal"
        value={state.measure}
        onChange={(measure) => change({ measure })}
      >
        <Label className="eyebrow">{t('compare.how')}</Label>
        <div className="measures__list">
          {MEASURES.compare.map((measure) => (
            <Radio key={measure} value={measure} className="chip">
              {t(`measure.compare.${measure}`)}
            </Radio>
          ))}
        </div>
      </RadioGroup>
    </>
  )
}

const COVERAGES = ['4g', '5g', '3g', 'download', 'upload', 'latency']
const FACTS = ['us', 'european', 'density', 'income']

function groupsOf(
  surveys: readonly Survey[],
  indicators: IndicatorsResponse['indicators'],
  { t, name }: Formatters,
): ChoiceGroup[] {
  return [
    {
      label: t('compare.group.coverage'),
      choices: COVERAGES.map((one) => ({
        id: formatMeasure({ kind: 'coverage', name: one }),
        label: name('connectivity.title', one),
      })),
    },
    {
      label: t('compare.group.zone'),
      choices: FACTS.map((one) => ({
        id: formatMeasure({ kind: 'zone', name: one }),
        label: name('measure.districts', one),
      })),
    },
    {
      label: t('compare.group.indicator'),
      choices: indicators
        .filter(({ implemented }) => implemented)
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
