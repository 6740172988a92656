import { Input, Label, Text, TextField } from 'react-aria-components'

type SecretEntryProps = {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: string
  readonly autoComplete?: 'current-password' | 'new-password' | 'off'
}

/** A password or a key: not shown, and only offered to the browser's store of passwords where it says so. */
export function SecretEntry({ label, value, onChange, hint, autoComplete = 'off' }: SecretEntryProps) {
  return (
    <TextField
      className="field"
      type="password"
      autoComplete={autoComplete}
      value={value}
      onChange={onChange}
      isRequired
    >
      <Label className="field__label">{label}</Label>
      <Input className="field__input" />
      {hint && (
        <Text slot="description" className="note">
          {hint}
        </Text>
      )}
    </TextField>
  )
}
