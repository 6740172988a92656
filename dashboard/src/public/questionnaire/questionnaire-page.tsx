import { type FormEvent, useEffect, useRef, useState } from 'react'
import type { CityResponse } from '#model/api/city.ts'
import { keptResponse } from '#model/api/questionnaire.ts'
import { questionnaireAnswers } from '#model/questionnaire/answers.ts'
import { QUESTIONNAIRE_VERSION } from '#model/questionnaire/codebook.ts'
import { ITEMS, SECTIONS, type SectionId } from '#model/questionnaire/items.ts'
import { change } from '../../http/client.ts'
import { CodeField } from '../code-field.tsx'
import { ErrorSummary, type FieldProblem } from '../error-summary.tsx'
import { type PageI18n, useI18n } from '../i18n.ts'
import { PageHead } from '../page-head.tsx'
import { problemText } from '../problem-text.ts'
import { ItemField } from './item-field.tsx'
import './questionnaire.css'

/** Default of a round; codebook.json of the export has the actual threshold. */
const THRESHOLD = 10
type Answers = Readonly<Record<string, string>>

/** The questionnaire as a form that takes the code of an invitation; it can also be printed and filled in on paper. */
export function QuestionnairePage({ city }: { city: CityResponse }) {
  const { t } = useI18n()
  const [sent, setSent] = useState(false)
  return (
    <>
      <PageHead city={city} />
      <main id="main" tabIndex={-1} className="public questionnaire">
        {sent ? (
          <Thanks />
        ) : (
          <>
            <div>
              <h1>{t('title')}</h1>
              <p className="public__lead">{t('lead', { city: city.name })}</p>
              <ul className="public__list">
                {(['free', 'name', 'code'] as const).map((part) => (
                  <li key={part}>{t(`privacy.${part}`, { threshold: THRESHOLD })}</li>
                ))}
              </ul>
            </div>
            <QuestionnaireForm onSent={() => setSent(true)} />
          </>
        )}
      </main>
    </>
  )
}

function Thanks() {
  const { t } = useI18n()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    heading.current?.focus()
    window.scrollTo({ top: 0 })
  }, [])
  return (
    <section className="public__part">
      <h1 ref={heading} tabIndex={-1}>
        {t('sent.heading')}
      </h1>
      <p>{t('sent.text')}</p>
    </section>
  )
}

function QuestionnaireForm({ onSent }: { onSent: () => void }) {
  const i18n = useI18n()
  const { t } = i18n
  const [code, setCode] = useState('')
  const [answers, setAnswers] = useState<Answers>({})
  const [problems, setProblems] = useState<readonly FieldProblem[]>([])
  const [busy, setBusy] = useState(false)
  const summary = useRef<HTMLDivElement>(null)
  const fail = (found: readonly FieldProblem[]): void => {
    setProblems(found)
    requestAnimationFrame(() => summary.current?.focus())
  }
  const set = (column: string, value: string | null): void => {
    const { [column]: _, ...others } = answers
    setAnswers(value === null ? others : { ...others, [column]: value })
  }
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const found = problemsOf(code, answers, i18n)
    if (found.length > 0) return fail(found)
    setProblems([])
    setBusy(true)
    try {
      await change(keptResponse, 'POST', '/questionnaire/answers', { code, version: QUESTIONNAIRE_VERSION, answers })
      onSent()
    } catch (error) {
      fail([{ field: null, text: problemText(error, i18n) }])
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className="public__form" noValidate onSubmit={(event) => void send(event)}>
      <div className="public__part">
        <CodeField id="code" label={t('code.label')} hint={t('code.hint')} value={code} onChange={setCode} />
      </div>
      {SECTIONS.map((section) => (
        <Section key={section} section={section} answers={answers} onChange={set} />
      ))}
      <ErrorSummary problems={problems} summary={summary} />
      <div className="questionnaire__end">
        <button id="send" type="submit" className="button button--main" disabled={busy}>
          {t(busy ? 'sending' : 'send')}
        </button>
        <button type="button" className="button" onClick={() => window.print()}>
          {t('print')}
        </button>
      </div>
      <p className="note questionnaire__foot">{t('print.foot', { version: QUESTIONNAIRE_VERSION })}</p>
    </form>
  )
}

function problemsOf(code: string, answers: Answers, { t }: PageI18n): FieldProblem[] {
  const parsed = questionnaireAnswers.safeParse(answers)
  const price = parsed.error?.issues.some(({ path }) => path[0] === 'price') ?? false
  return [
    ...(code.trim() === '' ? [{ field: 'code', text: t('error.code') }] : []),
    ...(Object.keys(answers).length === 0 ? [{ field: 'home', text: t('error.answers') }] : []),
    ...(price ? [{ field: 'price', text: t('error.price') }] : []),
  ]
}

type SectionProps = {
  readonly section: SectionId
  readonly answers: Answers
  readonly onChange: (column: string, value: string | null) => void
}

function Section({ section, answers, onChange }: SectionProps) {
  const { t } = useI18n()
  const items = ITEMS.filter((item) => item.section === section)
  const agree = items.every((item) => item.answers === 'agree')
  return (
    <fieldset className="public__part" id={section} tabIndex={-1}>
      <legend>{t(`section.${section}`)}</legend>
      {agree && <p>{t('section.agree')}</p>}
      {section === 'about' && <p className="note">{t('section.about.hint')}</p>}
      {items.map((item) => (
        <ItemField
          key={item.column}
          item={item}
          value={answers[item.column] ?? null}
          onChange={(value) => onChange(item.column, value)}
        />
      ))}
    </fieldset>
  )
}
