import { createContext, useContext } from 'react'
import { createIntl } from 'react-intl'
import { VOICE_LANGUAGES, type VoiceLanguage } from '#model/voices/voice.ts'

/** Messages of one language by id, in ICU MessageFormat like the catalogue of the dashboard. */
export type Messages = Readonly<Record<string, string>>
type Values = Readonly<Record<string, string | number>>

/** Name of each language in that language, and its writing direction. */
export const LANGUAGES: Readonly<Record<VoiceLanguage, { readonly name: string; readonly direction: 'ltr' | 'rtl' }>> =
  {
    en: { name: 'English', direction: 'ltr' },
    es: { name: 'Español', direction: 'ltr' },
    fr: { name: 'Français', direction: 'ltr' },
    ar: { name: 'العربية', direction: 'rtl' },
  }

/** The language in the address (`?lang=ar`), else the first supported language of the browser, else English. */
export function chooseLanguage(search: string, preferred: readonly string[]): VoiceLanguage {
  const requested = new URLSearchParams(search).get('lang')
  const tags = [...(requested === null ? [] : [requested]), ...preferred].map((tag) => tag.toLowerCase().split('-')[0])
  for (const tag of tags) {
    const found = VOICE_LANGUAGES.find((language) => language === tag)
    if (found) return found
  }
  return 'en'
}

export type PageI18n = {
  readonly language: VoiceLanguage
  t(id: string, values?: Values): string
  /** whether the catalogue of this page has the message */
  has(id: string): boolean
}

export function createPageI18n(language: VoiceLanguage, messages: Messages): PageI18n {
  // Latin digits in every language, because the catalogues use them too
  const intl = createIntl({ locale: `${language}-u-nu-latn`, messages: { ...messages } })
  return {
    language,
    t: (id, values) => intl.formatMessage({ id }, values),
    has: (id) => id in messages,
  }
}

export const PageI18nContext = createContext<PageI18n | null>(null)

export function useI18n(): PageI18n {
  const i18n = useContext(PageI18nContext)
  if (!i18n) throw new Error('useI18n needs a PageI18nContext')
  return i18n
}
