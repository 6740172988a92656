import type { ReactNode } from 'react'
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components'
import { Icon } from './icon.tsx'

export type Option = { readonly id: string; readonly label: string; readonly lang?: string }
type SelectOneProps = {
  readonly label: string
  readonly value: string
  readonly onChange: (id: string) => void
}

/** A choice with too many or too long options for chips. */
export function Choice({ choices, ...select }: SelectOneProps & { readonly choices: readonly Option[] }) {
  return <SelectOne {...select}>{choices.map(optionItem)}</SelectOne>
}

/** A button with the current choice that opens a list of options, flat or in sections. */
export function SelectOne({ label, value, onChange, children }: SelectOneProps & { readonly children: ReactNode }) {
  return (
    <Select className="select" selectedKey={value} onSelectionChange={(key) => onChange(String(key))}>
      <Label className="eyebrow">{label}</Label>
      <Button className="button select__button">
        <SelectValue className="select__value" />
        <Icon name="down" />
      </Button>
      <Popover className="popover">
        <ListBox className="options">{children}</ListBox>
      </Popover>
    </Select>
  )
}

export const optionItem = ({ id, label, lang }: Option) => (
  <ListBoxItem key={id} id={id} className="option" textValue={label}>
    {lang === undefined ? label : <bdi lang={lang}>{label}</bdi>}
  </ListBoxItem>
)
