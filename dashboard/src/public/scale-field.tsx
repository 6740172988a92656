import { useI18n } from './i18n.ts'

type ScaleFieldProps = {
  readonly name: string
  readonly question: string
  /** labels of the steps 1 to 5, lowest first */
  readonly labels: readonly string[]
  readonly clear: string
  readonly value: number | null
  readonly onChange: (value: number | null) => void
}

/** One question with five labelled answers, and a button that clears the answer. */
export function ScaleField({ name, question, labels, clear, value, onChange }: ScaleFieldProps) {
  const { language } = useI18n()
  return (
    <fieldset className="scale" lang={language}>
      <legend className="scale__question">{question}</legend>
      <div className="scale__steps">
        {labels.map((label, i) => (
          <label key={label} className="scale__step">
            <input type="radio" name={name} value={i + 1} checked={value === i + 1} onChange={() => onChange(i + 1)} />
            <span className="scale__dot" aria-hidden="true" />
            <span className="scale__label">{label}</span>
          </label>
        ))}
      </div>
      <button type="button" className="link scale__clear" hidden={value === null} onClick={() => onChange(null)}>
        {clear}
        <span className="hidden">: {question}</span>
      </button>
    </fieldset>
  )
}
