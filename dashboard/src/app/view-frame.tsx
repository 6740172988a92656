import type { ReactNode } from 'react'
import { I18nProvider } from 'react-aria-components'
import { useIntl } from 'react-intl'

/** Around every view: the accessible controls speak the language of the page. */
export function ViewFrame({ children }: { children?: ReactNode }) {
  return <I18nProvider locale={useIntl().locale}>{children}</I18nProvider>
}
