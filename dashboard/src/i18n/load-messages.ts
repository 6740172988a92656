import { type LanguageSection, languageResponse } from '#model/city/language-file.ts'
import { BUILT_IN_LANGUAGES, type BuiltInLanguage, matchLanguage } from '#model/text/languages.ts'
import { get } from '../http/client.ts'

export type Messages = Record<string, string>
export type Catalogues = Readonly<Record<BuiltInLanguage, () => Promise<{ default: Readonly<Messages> }>>>

type Wanted = {
  readonly catalogues: Catalogues
  readonly tag: string
}

/**
 * Messages that Citywell brings for a language, or English ones for a language of the city. A built-in catalogue is
 * complete: dashboard/build/catalogues.ts fills it up from English.
 */
export async function loadMessages({ catalogues, tag }: Wanted): Promise<Messages> {
  const brought = (matchLanguage(tag, BUILT_IN_LANGUAGES) ?? 'en') as BuiltInLanguage
  return (await catalogues[brought]()).default
}

/** Messages that the city adds to a page in this language; none where its file cannot be read. */
export async function loadOwnMessages(tag: string, section: LanguageSection): Promise<Messages> {
  const file = await get(languageResponse, `/languages/${tag}`).catch(() => null)
  return file?.[section] ?? {}
}
