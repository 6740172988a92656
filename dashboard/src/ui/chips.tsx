import { Label, Radio, RadioGroup } from 'react-aria-components'
import './chips.css'

type Chip = { readonly id: string; readonly label: string; readonly disabled?: boolean }
type ChipsProps = {
  readonly label: string
  /** said to screen readers only, where a heading above says the same */
  readonly labelHidden?: boolean
  readonly chips: readonly Chip[]
  /** null: none of them */
  readonly value: string | null
  readonly onChange: (id: string) => void
}

/** One of a few: all of them are visible. `Choice` is for many or long ones. */
export function Chips({ label, labelHidden = false, chips, value, onChange }: ChipsProps) {
  return (
    <RadioGroup className="measures" orientation="horizontal" value={value} onChange={onChange}>
      <Label className={labelHidden ? 'hidden' : 'eyebrow'}>{label}</Label>
      <div className="measures__list">
        {chips.map(({ id, label: text, disabled = false }) => (
          <Radio key={id} value={id} className="chip" isDisabled={disabled}>
            {text}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  )
}
