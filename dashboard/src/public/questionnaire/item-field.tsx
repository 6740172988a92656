import { ANSWERS, type Item } from '#model/questionnaire/items.ts'
import { useI18n } from '../i18n.ts'
import { ScaleField } from '../scale-field.tsx'
import './item-field.css'
import './questionnaire.css'

type ItemFieldProps = {
  readonly item: Item
  readonly value: string | null
  readonly onChange: (value: string | null) => void
}

/** One question with the input that suits its answers: five steps, a list or a number. */
export function ItemField({ item, value, onChange }: ItemFieldProps) {
  const { t } = useI18n()
  const question = t(`q.${item.column}`)
  if (item.answers === null) return <NumberField item={item} value={value} onChange={onChange} />
  if (item.answers === 'agree')
    return (
      <ScaleField
        name={item.column}
        question={question}
        labels={ANSWERS.agree.map((code) => t(`a.agree.${code}`))}
        clear={t('clear')}
        value={value === null ? null : Number(value)}
        onChange={(step) => onChange(step === null ? null : String(step))}
      />
    )
  const { answers, column } = item
  return (
    <fieldset className="scale">
      <legend className="scale__question">{question}</legend>
      <div className="options-list">
        {ANSWERS[answers].map((code) => (
          <label key={code} className="options-list__one">
            <input type="radio" name={column} value={code} checked={value === code} onChange={() => onChange(code)} />
            <span>{t(`a.${answers}.${code}`)}</span>
          </label>
        ))}
      </div>
      <button type="button" className="link scale__clear" hidden={value === null} onClick={() => onChange(null)}>
        {t('clear')}
        <span className="hidden">: {question}</span>
      </button>
    </fieldset>
  )
}

function NumberField({ item: { column }, value, onChange }: ItemFieldProps) {
  const { t } = useI18n()
  return (
    <div className="field">
      <label className="scale__question" htmlFor={column}>
        {t(`q.${column}`)}
      </label>
      <input
        id={column}
        className="questionnaire__number"
        type="text"
        inputMode="decimal"
        dir="ltr"
        maxLength={10}
        value={value ?? ''}
        onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
        aria-describedby={`${column}-hint`}
      />
      <p id={`${column}-hint`} className="note">
        {t(`q.${column}.hint`)}
      </p>
    </div>
  )
}
