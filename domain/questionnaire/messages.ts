import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#model/basics/errors.ts'
import type { QuestionnaireMessages } from '#model/questionnaire/codebook.ts'
import { BUILT_IN_LANGUAGES, isBuiltIn } from '#model/text/languages.ts'

const FOLDER = join(import.meta.dirname, '../../model/questionnaire/messages')

/** @throws AppError CONFIG_INVALID for a language without a catalogue */
export async function readMessages(language: string): Promise<QuestionnaireMessages> {
  if (!isBuiltIn(language))
    throw new AppError(
      'CONFIG_INVALID',
      `no questionnaire in "${language}"; available: ${BUILT_IN_LANGUAGES.join(', ')}`,
    )
  return JSON.parse(await readFile(join(FOLDER, `${language}.json`), 'utf8')) as QuestionnaireMessages
}
