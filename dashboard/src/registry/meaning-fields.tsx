import { PROPERTIES, PROPERTY_NAMES } from '#model/observation/properties.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import './form.css'

export type Meaning = {
  readonly property: string
  /** empty: the unit of the property */
  readonly unit: string
  /** empty: the only channel */
  readonly channel: string
}

type MeaningFieldsProps = { readonly value: Meaning; readonly onChange: (value: Meaning) => void }

/** What a number in a message means: its property, unit and channel. */
export function MeaningFields({ value, onChange }: MeaningFieldsProps) {
  const { t, property } = useI18n()
  const choices = PROPERTY_NAMES.map((id) => ({ id, label: property(id) })).sort((a, b) =>
    a.label.localeCompare(b.label),
  )
  return (
    <>
      <Choice
        label={t('unmapped.property')}
        choices={choices}
        value={value.property}
        onChange={(id) => onChange({ ...value, property: id })}
      />
      <div className="form__pair">
        <TextEntry
          label={t('unmapped.unit')}
          value={value.unit}
          onChange={(unit) => onChange({ ...value, unit })}
          hint={t('unmapped.unit.note', { unit: PROPERTIES.get(value.property)?.unit ?? '1' })}
        />
        <TextEntry
          label={t('unmapped.channel')}
          value={value.channel}
          onChange={(channel) => onChange({ ...value, channel })}
          hint={t('unmapped.channel.note')}
        />
      </div>
    </>
  )
}
