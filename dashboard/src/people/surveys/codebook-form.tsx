import type { DraftResponse } from '#model/api/survey-import.ts'
import type { Codebook, Question } from '#model/survey/codebook.ts'
import { useI18n } from '../../i18n/formatters.ts'
import { Pick } from '../../ui/pick.tsx'
import { downloadFile } from '../../ui/table/download.ts'
import { QuestionForm } from './question-form.tsx'
import './codebook-form.css'

type Props = { draft: DraftResponse; onChange: (codebook: Codebook) => void }
const PARTS = ['respondent', 'weight', 'stratum', 'cluster', 'zone'] as const
type Part = (typeof PARTS)[number]

/** The draft codebook derived from the file, to be corrected and completed. */
export function CodebookForm({ draft: { codebook, notes, columns }, onChange }: Props) {
  const { t, name } = useI18n()
  const about = notes.filter(({ column }) => column === '')
  const left = notes.filter(({ note }) => note === 'left_out_text' || note === 'left_out_empty')
  const setQuestion = (changed: Question): void =>
    onChange({
      ...codebook,
      questions: codebook.questions.map((one) => (one.column === changed.column ? changed : one)),
    })
  const drop = (column: string): void =>
    onChange({ ...codebook, questions: codebook.questions.filter((one) => one.column !== column) })
  return (
    <fieldset className="codebook">
      <legend>{t('codebook.title')}</legend>
      <p className="note">{t('codebook.lead')}</p>
      {about.map(({ note }) => (
        <p key={note} className="codebook__note">
          {name('codebook.note', note)}
        </p>
      ))}
      <div className="sheet-form">
        <Text label={t('codebook.id')} value={codebook.id} onChange={(id) => onChange({ ...codebook, id })} />
        <Text
          label={t('codebook.name')}
          value={codebook.title}
          onChange={(title) => onChange({ ...codebook, title })}
        />
        <Text
          label={t('codebook.universe')}
          value={codebook.universe}
          onChange={(universe) => onChange({ ...codebook, universe })}
        />
        <Text
          label={t('codebook.from')}
          type="date"
          value={codebook.from}
          onChange={(from) => onChange({ ...codebook, from })}
        />
        <Text
          label={t('codebook.to')}
          type="date"
          value={codebook.to}
          onChange={(to) => onChange({ ...codebook, to })}
        />
        {PARTS.map((part) => (
          <Pick
            key={part}
            label={t(`codebook.part.${part}`)}
            value={codebook.columns[part] ?? ''}
            choices={columns.map(({ name: column }) => ({ id: column, label: column }))}
            none={t('codebook.none')}
            onChange={(column) => onChange(withPart(codebook, part, column))}
          />
        ))}
      </div>
      {codebook.questions.map((question) => (
        <QuestionForm
          key={question.column}
          question={question}
          notes={notes.flatMap(({ column, note }) => (column === question.column ? [note] : []))}
          onChange={setQuestion}
          onDrop={() => drop(question.column)}
        />
      ))}
      {left.length > 0 && (
        <p className="note">{t('codebook.left', { columns: left.map(({ column }) => column).join(', ') })}</p>
      )}
      <button
        type="button"
        className="button"
        onClick={() => downloadFile('codebook.json', `${JSON.stringify(codebook, null, 2)}\n`, 'application/json')}
      >
        {t('codebook.download')}
      </button>
    </fieldset>
  )
}

/** A column that becomes part of the sampling design is removed from the questions. */
function withPart(codebook: Codebook, part: Part, column: string): Codebook {
  const { [part]: _, ...others } = codebook.columns
  const columns = { respondent: '', ...others, ...((column !== '' || part === 'respondent') && { [part]: column }) }
  return { ...codebook, columns, questions: codebook.questions.filter((one) => one.column !== column) }
}

type TextProps = { label: string; value: string; type?: 'text' | 'date'; onChange: (value: string) => void }

function Text({ label, value, type = 'text', onChange }: TextProps) {
  return (
    <label className="field">
      <span className="field__label">{label}</span>
      <input className="field__input" type={type} value={value} onChange={(event) => onChange(event.target.value)} />
    </label>
  )
}
