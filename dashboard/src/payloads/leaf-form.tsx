import { useState } from 'react'
import { Button } from 'react-aria-components'
import { isPropertyName, PROPERTIES, PROPERTY_NAMES } from '#model/observation/properties.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import type { DraftField } from './draft.ts'
import type { Leaf } from './tree.ts'
import '../registry/form.css'
import './payload-tree.css'

type LeafFormProps = {
  readonly leaf: Leaf
  readonly field: DraftField | null | undefined
  /** undefined takes the meaning back */
  readonly onAssign: (field: DraftField | null | undefined) => void
}

/** What one value of the message means. */
export function LeafForm({ leaf, field, onAssign }: LeafFormProps) {
  const { t, property } = useI18n()
  const [name, setName] = useState(field?.property ?? (isPropertyName(leaf.key) ? leaf.key : PROPERTY_NAMES[0]))
  const [unit, setUnit] = useState(field?.unit ?? '')
  const [channel, setChannel] = useState(field?.channel ?? '')
  return (
    <fieldset className="form">
      <legend className="eyebrow">{t('payload.meaning', { path: leaf.path })}</legend>
      <Choice
        label={t('unmapped.property')}
        choices={PROPERTY_NAMES.map((id) => ({ id, label: property(id) })).sort((a, b) =>
          a.label.localeCompare(b.label),
        )}
        value={name}
        onChange={(id) => setName(id as typeof name)}
      />
      <div className="form__pair">
        <TextEntry
          label={t('unmapped.unit')}
          value={unit}
          onChange={setUnit}
          hint={t('unmapped.unit.note', { unit: PROPERTIES.get(name)?.unit ?? '1' })}
        />
        <TextEntry
          label={t('unmapped.channel')}
          value={channel}
          onChange={setChannel}
          hint={t('unmapped.channel.note')}
        />
      </div>
      <div className="payload-tree__actions">
        <Button className="button button--main" onPress={() => onAssign({ ...field, property: name, unit, channel })}>
          {t('payload.assign')}
        </Button>
        <Button className="button" onPress={() => onAssign(null)}>
          {t('payload.ignore')}
        </Button>
        {field !== undefined && (
          <Button className="button" onPress={() => onAssign(undefined)}>
            {t('payload.clear')}
          </Button>
        )}
      </div>
    </fieldset>
  )
}
