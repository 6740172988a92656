import type { ReactNode } from 'react'
import { I18nProvider } from 'react-aria-components'
import { useIntl } from 'react-intl'
import { useViewMessages } from '../i18n/language-provider.tsx'

/** Around every view: its messages are there, and the accessible controls speak the language of the page. */
export function ViewFrame({ children }: { children?: ReactNode }) {
  useViewMessages()
  return <I18nProvider locale={useIntl().locale}>{children}</I18nProvider>
}
