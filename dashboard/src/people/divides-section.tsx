import { useState } from 'react'
import type { SurveysResponse } from '#model/api/indicators.ts'
import { rankingOf } from '#model/survey/codebook.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { DividePanel } from './divide-panel.tsx'
import './styles/people.css'

type Survey = SurveysResponse['surveys'][number]
type Question = Survey['questions'][number]
const NOTHING = ''

/** Choices of question, characteristics and, for questions with many answers, the answer. */
export function DividesSection({ survey }: { survey: Survey }) {
  const { t } = useI18n()
  const questions = survey.questions.filter(({ group }) => !group)
  const groups = survey.questions.filter(({ group }) => group)
  const [question, setQuestion] = useState(() => (questions.find(isPlain) ?? questions[0])?.column ?? NOTHING)
  const [by, setBy] = useState(() => usualGroup(groups)?.column ?? 'zone')
  const [and, setAnd] = useState(NOTHING)
  const [answer, setAnswer] = useState<{ question: string; category: string } | null>(null)
  const chosen = questions.find(({ column }) => column === question)
  if (!chosen) return <p className="note">{t('divides.nothing')}</p>
  const answers = answersOf(chosen)
  const category = answer?.question === question ? answer.category : answers[0]?.id
  const characteristics = [
    ...groups.map(({ column, text }) => ({ id: column, label: text })),
    { id: 'zone', label: t('divides.by.zone') },
  ]
  const second = and === by ? NOTHING : and
  return (
    <>
      <div className="people__choices">
        <Choice
          label={t('divides.question')}
          choices={questions.map(({ column, text }) => ({ id: column, label: text }))}
          value={question}
          onChange={setQuestion}
        />
        {answers.length > 0 && (
          <Choice
            label={t('divides.answer')}
            choices={answers}
            value={category ?? NOTHING}
            onChange={(id) => setAnswer({ question, category: id })}
          />
        )}
        <Choice label={t('divides.by')} choices={characteristics} value={by} onChange={setBy} />
        <Choice
          label={t('divides.and')}
          choices={[{ id: NOTHING, label: t('divides.and.none') }, ...characteristics.filter(({ id }) => id !== by)]}
          value={second}
          onChange={setAnd}
        />
      </div>
      <DividePanel
        survey={survey.id}
        question={question}
        category={category}
        by={second === NOTHING ? by : `${by},${second}`}
      />
    </>
  )
}

const isPlain = ({ counts }: Question): boolean => (counts?.length ?? 0) > 0

/** Answers to choose from if the codebook does not define which ones count. */
function answersOf({ categories, counts, missing }: Question): { id: string; label: string }[] {
  if (!categories || (counts && counts.length > 0)) return []
  return Object.entries(categories).flatMap(([id, label]) => (missing.includes(id) ? [] : [{ id, label }]))
}

/** Ordered characteristics such as income first, because they show the divide best. */
const usualGroup = (groups: readonly Question[]): Question | undefined =>
  groups.find((group) => rankingOf(group) !== null) ?? groups[0]
