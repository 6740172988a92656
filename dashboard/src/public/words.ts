import { createContext, useContext } from 'react'
import { VOICE_LANGUAGES, type VoiceLanguage } from '#model/survey/voices.ts'

/** Every word of a public page, by id. Pages for residents are small: no formatter comes with them, `{name}` is enough. */
export type Catalogue = Readonly<Record<string, string>>
export type Values = Readonly<Record<string, string | number>>

/** What each language is called by those who speak it, and which way it runs. */
export const LANGUAGES: Readonly<Record<VoiceLanguage, { readonly name: string; readonly direction: 'ltr' | 'rtl' }>> =
  {
    en: { name: 'English', direction: 'ltr' },
    es: { name: 'Español', direction: 'ltr' },
    fr: { name: 'Français', direction: 'ltr' },
    ar: { name: 'العربية', direction: 'rtl' },
  }

/** The language in the address (`?lang=ar`), else the first one of the browser that we speak, else English. */
export function chooseLanguage(search: string, preferred: readonly string[]): VoiceLanguage {
  const asked = new URLSearchParams(search).get('lang')
  const wanted = [...(asked === null ? [] : [asked]), ...preferred].map((tag) => tag.toLowerCase().split('-')[0])
  for (const tag of wanted) {
    const found = VOICE_LANGUAGES.find((language) => language === tag)
    if (found) return found
  }
  return 'en'
}

export type Words = {
  readonly language: VoiceLanguage
  t(id: string, values?: Values): string
  has(id: string): boolean
}

export function createWords(language: VoiceLanguage, catalogue: Catalogue): Words {
  // Latin digits in every language: they are read everywhere, and a page mixes no two kinds of them
  const number = new Intl.NumberFormat(`${language}-u-nu-latn`)
  return {
    language,
    has: (id) => id in catalogue,
    t: (id, values = {}) =>
      (catalogue[id] ?? id).replace(/\{(\w+)\}/g, (whole, name: string) => {
        const value = values[name]
        return value === undefined ? whole : typeof value === 'number' ? number.format(value) : value
      }),
  }
}

export const WordsContext = createContext<Words | null>(null)

export function useWords(): Words {
  const words = useContext(WordsContext)
  if (!words) throw new Error('useWords needs a WordsContext')
  return words
}
