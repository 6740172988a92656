import { useI18n } from '../i18n/formatters.ts'
import { MissingPermission } from '../ui/permitted.tsx'
import { IgnoredDevices } from './ignored-devices.tsx'
import { ManyThings } from './many-things.tsx'
import { PendingDevices } from './pending-devices.tsx'
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
      <MissingPermission to="registry" />
      <UnmappedFields />
      <PendingDevices />
      <RegistryThings />
      <ManyThings />
      <IgnoredDevices />
      <RegistryChanges />
    </div>
  )
}
