import { useState } from 'react'
import { Button } from 'react-aria-components'
import { isPropertyName, PROPERTY_NAMES } from '#model/observation/properties.ts'
import { useI18n } from '../i18n/formatters.ts'
import { type Meaning, MeaningFields } from '../registry/meaning-fields.tsx'
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
  const { t } = useI18n()
  const [meaning, setMeaning] = useState<Meaning>({
    property: field?.property ?? (isPropertyName(leaf.key) ? leaf.key : PROPERTY_NAMES[0]),
    unit: field?.unit ?? '',
    channel: field?.channel ?? '',
  })
  return (
    <fieldset className="form">
      <legend className="eyebrow">{t('payload.meaning', { path: leaf.path })}</legend>
      <MeaningFields value={meaning} onChange={setMeaning} />
      <div className="payload-tree__actions">
        <Button className="button button--main" onPress={() => onAssign({ ...field, ...meaning })}>
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
