import {
  Button,
  Header,
  Label,
  ListBox,
  ListBoxItem,
  ListBoxSection,
  Popover,
  Select,
  SelectValue,
} from 'react-aria-components'
import { Icon } from '../app/icon.tsx'
import { useTools } from '../messages/tools.ts'

export type ChoiceGroup = {
  readonly label: string
  readonly choices: readonly { readonly id: string; readonly label: string }[]
}
type GroupedChoiceProps = {
  readonly label: string
  readonly groups: readonly ChoiceGroup[]
  readonly value: string
  readonly onChange: (id: string) => void
}

/** One of many, under headings. What only the address knows is a choice too. */
export function GroupedChoice({ label, groups, value, onChange }: GroupedChoiceProps) {
  const { t } = useTools()
  const known = value === '' || groups.some(({ choices }) => choices.some(({ id }) => id === value))
  const all = known
    ? groups
    : [{ label: t('compare.group.address'), choices: [{ id: value, label: value }] }, ...groups]
  return (
    <Select className="select" selectedKey={value} onSelectionChange={(key) => onChange(String(key))}>
      <Label className="eyebrow">{label}</Label>
      <Button className="button select__button">
        <SelectValue className="select__value" />
        <Icon name="down" />
      </Button>
      <Popover className="popover">
        <ListBox className="options">
          {all.map((group) => (
            <ListBoxSection key={group.label} id={group.label}>
              <Header className="eyebrow options__heading">{group.label}</Header>
              {group.choices.map((choice) => (
                <ListBoxItem key={choice.id} id={choice.id} className="option" textValue={choice.label}>
                  {choice.label}
                </ListBoxItem>
              ))}
            </ListBoxSection>
          ))}
        </ListBox>
      </Popover>
    </Select>
  )
}
