import type { ReactNode } from 'react'
import { useI18n } from '../../../i18n/formatters.ts'

/** The topics, and where residents add a voice of their own. */
export function VoicesChoices({ children }: { children: ReactNode }) {
  const { t } = useI18n()
  return (
    <>
      {children}
      <p>
        <a href="voice">{t('voices.add')}</a>
      </p>
    </>
  )
}
