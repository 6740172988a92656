import type { LanguageWishes } from '#model/text/languages.ts'

const STORED = 'citywell.language'

/** What this device and the address say about the language; the city's default is not known here. */
export const languageWishes = (requested: string | null): Omit<LanguageWishes, 'city'> => ({
  requested,
  stored: storedLanguage(),
  browser: navigator.languages,
})

/** Remembers a language that the reader has chosen, for all pages of this origin. */
export function storeLanguage(tag: string): void {
  try {
    window.localStorage.setItem(STORED, tag)
  } catch {
    // storage is switched off: the address still has the language
  }
}

function storedLanguage(): string | null {
  try {
    return window.localStorage.getItem(STORED)
  } catch {
    return null
  }
}
