import { useQuery } from '@tanstack/react-query'
import { surveysQuery } from '../../../http/queries.ts'
import { useI18n } from '../../../i18n/formatters.ts'
import { Choice } from '../../../ui/choice.tsx'
import type { FurtherChoiceProps } from '../../layer-model/layer.ts'
import { questionsOf, surveyRefOf } from './survey-ref.ts'

/** Which question of the newest survey a further layer shows: of everybody, the answers that count. */
export function SurveyQuestion({ measure, taken, onChange }: FurtherChoiceProps) {
  const { t } = useI18n()
  const surveys = useQuery(surveysQuery).data?.surveys
  const ref = surveyRefOf(surveys, { survey: null, answer: null, among: null, measure })
  const survey = surveys?.find(({ id }) => id === ref?.survey)
  if (!ref || !survey) return null
  return (
    <Choice
      label={t('layers.question')}
      choices={questionsOf(survey)
        .filter(({ column }) => column !== taken)
        .map(({ column, text }) => ({ id: column, label: text }))}
      value={ref.question}
      onChange={onChange}
    />
  )
}
