import { type LanguageSection, languageResponse } from '#model/city/language-file.ts'
import { BUILT_IN_LANGUAGES, type BuiltInLanguage, matchLanguage } from '#model/text/languages.ts'
import { get } from '../http/client.ts'

export type Messages = Record<string, string>
export type Catalogues = Readonly<Record<BuiltInLanguage, () => Promise<{ default: Readonly<Messages> }>>>

type Wanted = {
  readonly catalogues: Catalogues
  /** of the file of the city */
  readonly section: LanguageSection
  readonly tag: string
  /** whether the city has messages of its own in this language */
  readonly own: boolean
}

/**
 * Messages of a language: what the city has, else what Citywell brings for the language, else English. A built-in
 * catalogue is complete (vite.config.ts fills it up from English). Without the file of the city the rest is shown.
 */
export async function loadMessages({ catalogues, section, tag, own }: Wanted): Promise<Messages> {
  const base = (matchLanguage(tag, BUILT_IN_LANGUAGES) ?? 'en') as BuiltInLanguage
  const [brought, added] = await Promise.all([
    catalogues[base](),
    own ? get(languageResponse, `/languages/${tag}`).catch(() => null) : null,
  ])
  return { ...brought.default, ...added?.[section] }
}
