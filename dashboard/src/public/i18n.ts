import { createContext, useContext } from 'react'
import { createIntl } from 'react-intl'
import { directionOf, localeOf } from '#model/text/languages.ts'
import type { Messages } from '../i18n/load-messages.ts'

type Values = Readonly<Record<string, string | number>>

export type PageI18n = {
  readonly language: string
  t(id: string, values?: Values): string
  /** whether the catalogue of this page has the message */
  has(id: string): boolean
}

export function createPageI18n(language: string, messages: Readonly<Messages>): PageI18n {
  const intl = createIntl({ locale: localeOf(language), messages: { ...messages } })
  return {
    language,
    t: (id, values) => intl.formatMessage({ id }, values),
    has: (id) => id in messages,
  }
}

/** A name, a time or a quantity in a sentence that runs from right to left keeps its own order (Unicode UAX #9: FSI, PDI). */
export const isolated = (text: string, language: string): string =>
  directionOf(language) === 'rtl' ? `\u2068${text}\u2069` : text

export const PageI18nContext = createContext<PageI18n | null>(null)

export function useI18n(): PageI18n {
  const i18n = useContext(PageI18nContext)
  if (!i18n) throw new Error('useI18n needs a PageI18nContext')
  return i18n
}
