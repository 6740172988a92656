import { Header, ListBoxSection } from 'react-aria-components'
import { useI18n } from '../i18n/formatters.ts'
import { type Option, optionItem, SelectOne } from './choice.tsx'

export type ChoiceGroup = { readonly label: string; readonly choices: readonly Option[] }
type GroupedChoiceProps = {
  readonly label: string
  readonly groups: readonly ChoiceGroup[]
  readonly value: string
  readonly onChange: (id: string) => void
}

/** A choice of many options under headings. A value that is only in the address is an option too. */
export function GroupedChoice({ groups, ...select }: GroupedChoiceProps) {
  const { t } = useI18n()
  const { value } = select
  const known = value === '' || groups.some(({ choices }) => choices.some(({ id }) => id === value))
  const all = known
    ? groups
    : [{ label: t('compare.group.address'), choices: [{ id: value, label: value }] }, ...groups]
  return (
    <SelectOne {...select}>
      {all.map((group) => (
        <ListBoxSection key={group.label} id={group.label}>
          <Header className="eyebrow options__heading">{group.label}</Header>
          {group.choices.map(optionItem)}
        </ListBoxSection>
      ))}
    </SelectOne>
  )
}
