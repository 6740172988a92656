import { z } from 'zod'

/** Languages that Citywell brings, each by its own name. A city adds others in its pack (`languages/<tag>.json`). */
export const LANGUAGES = {
  en: 'English',
  fr: 'Français',
  es: 'Español',
  ar: 'العربية',
  'zh-Hans': '简体中文',
  ru: 'Русский',
} as const
export type BuiltInLanguage = keyof typeof LANGUAGES
export const BUILT_IN_LANGUAGES = Object.keys(LANGUAGES) as BuiltInLanguage[]

export const isBuiltIn = (tag: string): tag is BuiltInLanguage => Object.hasOwn(LANGUAGES, tag)

/** A language tag (BCP 47) of language, script and region: pt, pt-BR, zh-Hant, sr-Latn-RS. */
export const LANGUAGE_TAG = /^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$/
export const languageTagSchema = z.string().regex(LANGUAGE_TAG, 'must be a language tag, e.g. pt, pt-BR or zh-Hant')

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

/** Scripts written from right to left (Unicode: R and AL); a language is written in the script that CLDR likely gives it. */
const RIGHT_TO_LEFT = new Set(['Adlm', 'Arab', 'Aran', 'Hebr', 'Mand', 'Nkoo', 'Rohg', 'Samr', 'Syrc', 'Thaa'])

export const directionOf = (tag: string): 'ltr' | 'rtl' =>
  RIGHT_TO_LEFT.has(new Intl.Locale(tag).maximize().script ?? '') ? 'rtl' : 'ltr'

/**
 * The locale for numbers and dates. Digits are 0 to 9 in every language: units, codes (PM2.5, ITU-T Y.4903), axes and files
 * have them too, and a page does not mix two sets. The Arabic texts of the ITU do the same.
 */
export const localeOf = (tag: string): string => `${tag}-u-nu-latn`

/** A language by its own name, e.g. "português". */
export const languageName = (tag: string): string =>
  isBuiltIn(tag) ? LANGUAGES[tag] : (new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag)

/**
 * The available language for one that was wished for: the same tag, else the same language in the same script, so that
 * zh-CN finds zh-Hans, and zh-TW (Hant) does not. Undefined for text that is no language tag.
 */
export function matchLanguage(wish: string, available: readonly string[]): string | undefined {
  const exact = available.find((tag) => tag.toLowerCase() === wish.toLowerCase())
  if (exact) return exact
  if (!isLocale(wish)) return undefined
  const wished = written(wish)
  return available.find((tag) => written(tag) === wished)
}

function written(tag: string): string {
  const { language, script } = new Intl.Locale(tag).maximize()
  return `${language}-${script}`
}

export type LanguageWishes = {
  /** in the address: ?lang=fr */
  readonly requested: string | null
  /** chosen earlier on this device */
  readonly stored: string | null
  /** of the browser, most wanted first */
  readonly browser: readonly string[]
  /** default of the city; null where the pack names none */
  readonly city: string | null
}

/** The first wish that can be met, else English. */
export function chooseLanguage(
  { requested, stored, browser, city }: LanguageWishes,
  available: readonly string[],
): string {
  for (const wish of [requested, stored, ...browser, city]) {
    const found = wish === null ? undefined : matchLanguage(wish, available)
    if (found) return found
  }
  return 'en'
}
