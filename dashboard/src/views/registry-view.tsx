import { useTools } from '../messages/tools.ts'
import { KeyField } from '../panels/key-field.tsx'
import { RegistryChanges } from '../panels/registry-changes.tsx'
import { RegistryThings } from '../panels/registry-things.tsx'
import { UnmappedFields } from '../panels/unmapped-fields.tsx'
import './operations-view.css'
import './registry-view.css'

/** What the city knows of its Things, and what it does not know yet. */
export default function RegistryView() {
  const { t } = useTools()
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
