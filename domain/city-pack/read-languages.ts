import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import {
  type LanguageFile,
  languageFileSchema,
  MAX_LANGUAGE_FILE_BYTES,
  MAX_LANGUAGE_FILES,
} from '#model/city/language-file.ts'
import { isBuiltIn, languageTagSchema } from '#model/text/languages.ts'
import type { PackProblems } from './problems/pack-problems.ts'
import { readJson, readText } from './problems/read-json.ts'

/** Messages by language tag. */
export type LoadedLanguages = Readonly<Record<string, LanguageFile>>

/** Every `languages/<tag>.json` of the pack, and whether there is the language that the city has by default. */
export async function readLanguages(
  folder: string,
  byDefault: string | undefined,
  problems: PackProblems,
): Promise<LoadedLanguages> {
  const names = (await readdir(join(folder, 'languages')).catch(() => [])).filter((name) => name.endsWith('.json'))
  if (names.length > MAX_LANGUAGE_FILES)
    problems.add('languages', '', `has ${names.length} files; the most are ${MAX_LANGUAGE_FILES}`)
  const languages: Record<string, LanguageFile> = {}
  for (const name of names.sort().slice(0, MAX_LANGUAGE_FILES)) {
    const tag = name.slice(0, -'.json'.length)
    const read = languageTagSchema.safeParse(tag)
    if (read.success) languages[tag] = await readLanguage(folder, `languages/${name}`, tag, problems)
    else problems.addIssues(`languages/${name}`, 'name of the file', read.error.issues, tag)
  }
  if (byDefault !== undefined && !isBuiltIn(byDefault) && !languages[byDefault])
    problems.add('city.json', 'language', `"${byDefault}" needs languages/${byDefault}.json`)
  return languages
}

const NOTHING: LanguageFile = languageFileSchema.parse({})

async function readLanguage(folder: string, file: string, tag: string, problems: PackProblems): Promise<LanguageFile> {
  const size = Buffer.byteLength((await readText(folder, file, problems)) ?? '')
  if (size > MAX_LANGUAGE_FILE_BYTES) {
    problems.add(file, '', `has ${size} bytes; the most are ${MAX_LANGUAGE_FILE_BYTES}`)
    return NOTHING
  }
  const json = await readJson(folder, file, problems)
  if (json === undefined) return NOTHING
  const read = languageFileSchema.safeParse(json)
  if (!read.success) {
    problems.addIssues(file, '', read.error.issues, json)
    return NOTHING
  }
  for (const [section, messages] of Object.entries(read.data))
    for (const [id, text] of Object.entries(messages)) {
      const what = syntaxProblem(text, tag)
      if (what !== undefined) problems.add(file, `${section} "${id}"`, what)
    }
  return read.data
}

function syntaxProblem(text: string, tag: string): string | undefined {
  try {
    new IntlMessageFormat(text, tag)
    return undefined
  } catch (error) {
    return `is not ICU MessageFormat (${(error as Error).message})`
  }
}
