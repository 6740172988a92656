import type { ReactNode } from 'react'
import { useI18n } from '../i18n/formatters.ts'

/** How a figure was tested, for those who want to know: a reader who does not is spared the names of methods. */
export function Method({ children }: { readonly children: ReactNode }) {
  const { t } = useI18n()
  return (
    <details className="note">
      <summary>{t('method.title')}</summary>
      {children}
    </details>
  )
}
