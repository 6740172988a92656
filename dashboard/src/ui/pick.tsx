type PickProps = {
  readonly label: string
  readonly value: string
  readonly choices: readonly { readonly id: string; readonly label: string }[]
  /** label of the empty choice */
  readonly none: string
  readonly onChange: (id: string) => void
}

/** A native select, for forms with dozens of lists; '' is the empty choice. */
export function Pick({ label, value, choices, none, onChange }: PickProps) {
  return (
    <label className="field">
      <span className="field__label">{label}</span>
      <select className="field__input" value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{none}</option>
        {choices.map((choice) => (
          <option key={choice.id} value={choice.id}>
            {choice.label}
          </option>
        ))}
      </select>
    </label>
  )
}
