import { useQuery } from '@tanstack/react-query'
import { Button } from 'react-aria-components'
import { surveysQuery } from '../../../http/queries.ts'
import { useI18n } from '../../../i18n/formatters.ts'
import { useViewState } from '../../../state/use-view-state.ts'
import { Choice } from '../../../ui/choice.tsx'
import { answersOf, questionsOf, surveyRefOf } from './survey-ref.ts'

/** list items need ids; no category is named like these */
const COUNTED = '*'
const EVERYBODY = '*'

/** Any question of any survey, any of its answers, of everybody or of one group. */
export function SurveyChoices() {
  const [state, change] = useViewState()
  const { t } = useI18n()
  const surveys = useQuery(surveysQuery).data?.surveys ?? []
  const ref = surveyRefOf(surveys, state)
  const survey = surveys.find(({ id }) => id === ref?.survey)
  const question = survey?.questions.find(({ column }) => column === ref?.question)
  if (!ref || !survey || !question) return <p className="note">{t('people.none')}</p>
  const answers = answersOf(question)
  const counted = (question.counts?.length ?? 0) > 0
  const groups = survey.questions
    .filter(({ group }) => group)
    .flatMap((characteristic) =>
      answersOf(characteristic).map(([code, label]) => ({
        id: `${characteristic.column}:${code}`,
        label: `${characteristic.text}: ${label}`,
      })),
    )
  return (
    <>
      {surveys.length > 1 && (
        <Choice
          label={t('layers.survey')}
          choices={surveys.map(({ id, title }) => ({ id, label: title }))}
          value={ref.survey}
          onChange={(id) => change({ survey: id, answer: null, among: null })}
        />
      )}
      <Choice
        label={t('layers.question')}
        choices={questionsOf(survey).map(({ column, text }) => ({ id: column, label: text }))}
        value={ref.question}
        onChange={(measure) => change({ measure, answer: null })}
      />
      {answers.length > 0 && (
        <Choice
          label={t('layers.answer')}
          choices={[
            ...(counted ? [{ id: COUNTED, label: countedLabel(question.counts, question.categories) }] : []),
            ...answers
              .filter(([code]) => !(counted && question.counts?.length === 1 && question.counts[0] === code))
              .map(([code, label]) => ({ id: code, label })),
          ]}
          value={ref.answer ?? COUNTED}
          onChange={(id) => change({ answer: id === COUNTED ? null : id })}
        />
      )}
      <Choice
        label={t('layers.among')}
        choices={[{ id: EVERYBODY, label: t('layers.among.all') }, ...groups]}
        value={ref.among ? `${ref.among.name}:${ref.among.category}` : EVERYBODY}
        onChange={(id) => {
          const colon = id.indexOf(':')
          change({ among: colon < 0 ? null : { name: id.slice(0, colon), category: id.slice(colon + 1) } })
        }}
      />
      <Button className="button" onPress={() => change({ layer: 'compare', measure: 'bivariate', b: ref })}>
        {t('layers.compare')}
      </Button>
    </>
  )
}

const countedLabel = (
  counts: readonly string[] | undefined,
  categories: Readonly<Record<string, string>> | undefined,
): string => (counts ?? []).map((code) => categories?.[code] ?? code).join(' / ')
