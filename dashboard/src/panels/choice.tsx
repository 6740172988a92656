import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components'
import { Icon } from '../app/icon.tsx'

type ChoiceProps = {
  readonly label: string
  readonly choices: readonly { readonly id: string; readonly label: string }[]
  readonly value: string
  readonly onChange: (id: string) => void
}

/** One of several, where there are too many or too long ones for chips. */
export function Choice({ label, choices, value, onChange }: ChoiceProps) {
  return (
    <Select className="select" selectedKey={value} onSelectionChange={(key) => onChange(String(key))}>
      <Label className="eyebrow">{label}</Label>
      <Button className="button select__button">
        <SelectValue className="select__value" />
        <Icon name="down" />
      </Button>
      <Popover className="popover">
        <ListBox className="options" items={choices}>
          {(choice) => (
            <ListBoxItem id={choice.id} className="option" textValue={choice.label}>
              {choice.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  )
}
