import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#model/basics/errors.ts'
import type { QuestionnaireWords } from '#model/questionnaire/codebook.ts'
import { VOICE_LANGUAGES } from '#model/survey/voices.ts'

const FOLDER = join(import.meta.dirname, '../../model/questionnaire/words')

/** @throws AppError CONFIG_INVALID for a language that the questionnaire does not speak */
export async function wordsOf(language: string): Promise<QuestionnaireWords> {
  if (!VOICE_LANGUAGES.some((known) => known === language))
    throw new AppError('CONFIG_INVALID', `the questionnaire speaks ${VOICE_LANGUAGES.join(', ')}; not "${language}"`)
  return JSON.parse(await readFile(join(FOLDER, `${language}.json`), 'utf8')) as QuestionnaireWords
}
