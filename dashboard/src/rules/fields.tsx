import { type ReactNode, useId, useState } from 'react'
import { useI18n } from '../i18n/formatters.ts'
import './rules.css'

type FieldProps = {
  readonly label: string
  readonly hint?: string | undefined
  /** what is wrong with what was entered */
  readonly problem?: string | undefined
}
type Described = {
  readonly id: string
  readonly 'aria-invalid': boolean
  readonly 'aria-describedby': string | undefined
}

/** A control with its label, what it means, and what is wrong with it. */
function Field({ label, hint, problem, children }: FieldProps & { readonly children: (own: Described) => ReactNode }) {
  const id = useId()
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ')
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      {children({ id, 'aria-invalid': problem !== undefined, 'aria-describedby': described || undefined })}
      {hint && (
        <span id={`${id}-hint`} className="note">
          {hint}
        </span>
      )}
      <FieldProblem id={`${id}-problem`} problem={problem} />
    </div>
  )
}

export function FieldProblem({ id, problem }: { readonly id?: string; readonly problem: string | undefined }) {
  if (problem === undefined) return null
  return (
    <span id={id} className="rules__problem" role="status">
      {problem}
    </span>
  )
}

type Text = FieldProps & { readonly value: string; readonly onChange: (text: string) => void }

export const Line = ({ value, onChange, ...field }: Text) => (
  <Field {...field}>
    {(own) => (
      <input {...own} className="field__input" value={value} onChange={(event) => onChange(event.target.value)} />
    )}
  </Field>
)

export const NumberLine = ({ value, onChange, ...field }: Text) => (
  <Field {...field}>
    {(own) => (
      <input
        {...own}
        className="field__input rules__number"
        inputMode="decimal"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    )}
  </Field>
)

export const Lines = ({ value, onChange, ...field }: Text) => (
  <Field {...field}>
    {(own) => (
      <textarea
        {...own}
        className="field__input rules__lines"
        rows={3}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    )}
  </Field>
)

export type Options = readonly { readonly id: string; readonly label: string }[]

/** One of a list, of which one is always chosen. */
export const OneOf = ({ value, onChange, options, ...field }: Text & { readonly options: Options }) => (
  <Field {...field}>
    {(own) => (
      <select {...own} className="field__input" value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </select>
    )}
  </Field>
)

const UNITS = { second: 1, minute: 60, hour: 3_600, day: 86_400 } as const
type Unit = keyof typeof UNITS
const LARGE_FIRST = ['day', 'hour', 'minute', 'second'] as const

/** The largest unit that needs no fraction; minutes for nothing. */
const unitOf = (seconds: number | null): Unit =>
  seconds ? (LARGE_FIRST.find((unit) => seconds % UNITS[unit] === 0) ?? 'second') : 'minute'

type DurationProps = FieldProps & {
  readonly seconds: number | null
  readonly onChange: (seconds: number | null) => void
}

/** A duration as a number and a unit; null where the field is empty. */
export function Duration({ seconds, onChange, ...field }: DurationProps) {
  const { t } = useI18n()
  const [unit, setUnit] = useState(unitOf(seconds))
  const change = (text: string, of: Unit): void => onChange(text === '' ? null : Math.round(Number(text) * UNITS[of]))
  return (
    <Field {...field}>
      {(own) => (
        <span className="rules__duration">
          <input
            {...own}
            className="field__input rules__number"
            type="number"
            min={0}
            step="any"
            value={seconds === null ? '' : seconds / UNITS[unit]}
            onChange={(event) => change(event.target.value, unit)}
          />
          <select
            className="field__input"
            aria-label={t('rules.unitOf', { field: field.label })}
            value={unit}
            onChange={(event) => {
              const next = event.target.value as Unit
              setUnit(next)
              if (seconds !== null) onChange(Math.round((seconds / UNITS[unit]) * UNITS[next]))
            }}
          >
            {LARGE_FIRST.toReversed().map((one) => (
              <option key={one} value={one}>
                {t(`rules.unit.${one}`)}
              </option>
            ))}
          </select>
        </span>
      )}
    </Field>
  )
}
