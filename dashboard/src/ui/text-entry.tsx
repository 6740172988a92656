import { Input, Label, Text, TextField } from 'react-aria-components'

type TextEntryProps = {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: string
  readonly required?: boolean
  /** id of a <datalist> with suggestions */
  readonly list?: string
  readonly autoComplete?: 'username' | 'one-time-code' | 'off'
  readonly autoFocus?: boolean
}

/** One line of text with its label. */
export function TextEntry({
  label,
  value,
  onChange,
  hint,
  required = false,
  list,
  autoComplete = 'off',
  autoFocus = false,
}: TextEntryProps) {
  return (
    <TextField
      className="field"
      value={value}
      onChange={onChange}
      isRequired={required}
      autoComplete={autoComplete}
      autoFocus={autoFocus}
    >
      <Label className="field__label">{label}</Label>
      <Input className="field__input" {...(list && { list })} />
      {hint && (
        <Text slot="description" className="note">
          {hint}
        </Text>
      )}
    </TextField>
  )
}
