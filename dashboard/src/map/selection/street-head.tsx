import { useI18n } from '../../i18n/formatters.ts'
import './selection-panel.css'

/** Name of a street, above what is known of its district: nothing is measured by street. */
export function StreetHead({ street, district }: { street: string; district: string }) {
  const { t } = useI18n()
  return (
    <header className="selection__street">
      <p className="eyebrow">{t('search.street')}</p>
      <h2 className="selection__title">
        <bdi>{street}</bdi>
      </h2>
      <p className="note">{t('search.street.what', { district })}</p>
    </header>
  )
}
