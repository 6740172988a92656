import { useI18n } from '../i18n/formatters.ts'
import { KeyField } from '../ui/key-field.tsx'
import { RegistryChanges } from './registry-changes.tsx'
import { RegistryThings } from './registry-things.tsx'
import { UnmappedFields } from './unmapped-fields.tsx'
import './registry-view.css'

/** The registry of Things, and the fields that are not mapped yet. */
export default function RegistryView() {
  const { t } = useI18n()
  return (
    <div className="operations">
      <h1 className="page-title">{t('registry.title')}</h1>
      <p className="lead">{t('registry.lead')}</p>
      <div className="registry__keyfield">
        <KeyField />
        <p className="note">{t('registry.key.note')}</p>
      </div>
      <UnmappedFields />
      <RegistryThings />
      <RegistryChanges />
    </div>
  )
}
