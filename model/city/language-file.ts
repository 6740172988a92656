import { z } from 'zod'
import { languageTagSchema } from '../text/languages.ts'

/** Largest `languages/<tag>.json`: the catalogues of Citywell have about a tenth of it. */
export const MAX_LANGUAGE_FILE_BYTES = 1_000_000
export const MAX_LANGUAGE_FILES = 40

const messagesSchema = z.record(z.string().max(200), z.string().max(5_000))

/**
 * `languages/<tag>.json` of a city pack: messages in ICU MessageFormat by the ids of Citywell's own catalogues, one section
 * for each of them. What is left out is shown in the language that Citywell brings for the tag, else in English.
 */
export const languageFileSchema = z.strictObject({
  /** dashboard/src/i18n/en.json */
  dashboard: messagesSchema.default({}),
  /** dashboard/src/public/voice/messages/en.json */
  voice: messagesSchema.default({}),
  /** dashboard/src/public/street/messages/en.json */
  street: messagesSchema.default({}),
  /** model/questionnaire/messages/en.json */
  questionnaire: messagesSchema.default({}),
})
export type LanguageFile = z.infer<typeof languageFileSchema>
export type LanguageSection = keyof LanguageFile

/** GET /api/v1/languages/:tag: the messages that the city adds or replaces */
export const languageResponse = languageFileSchema.extend({ tag: languageTagSchema })
