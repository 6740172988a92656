import { z } from 'zod'

/**
 * A voice: what a resident reports about life where they live, without a name. Voices are self-selected, not a sample, so
 * they have no interval and are never combined with a survey.
 */
export const VOICE_TOPICS = ['connection', 'air', 'noise', 'service'] as const
export type VoiceTopic = (typeof VOICE_TOPICS)[number]

/** H3 resolution of a place outside all zones: cells of about 5 km2 (h3geo.org, table of cell areas). */
export const VOICE_CELL_RESOLUTION = 7
/** Fewest voices that anything published may rest on: as in surveys. */
export const VOICE_THRESHOLD = 10
export const COMMENT_MAX = 500
/** Version of the consent text that the form shows; a change of its meaning is a new one. */
export const CONSENT_VERSION = '2026-12'

export const ratingSchema = z.int().min(1).max(5)

/** Where a voice comes from, as coarse as it leaves the browser. */
export const voicePlaceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('zone'), key: z.string().min(1).max(200) }),
  z.strictObject({
    kind: z.literal('cell'),
    key: z.string().regex(/^[0-9a-f]{15}$/, 'must be an H3 index, e.g. 8739336acffffff'),
  }),
])
export type VoicePlace = z.infer<typeof voicePlaceSchema>

/** Traces of a person in a text, so that the form can ask to take them out before anything is sent. */
const TRACES = {
  email: /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+\.[\p{L}]{2,}/u,
  // seven digits or more, in any script, grouped in any way: shorter numbers are prices and house blocks
  phone: /(?:\p{Nd}[\s().\-/]*){7,}/u,
  link: /https?:\/\/|www\./i,
} as const
export type Trace = keyof typeof TRACES

export const personalTraces = (text: string): Trace[] =>
  (Object.keys(TRACES) as Trace[]).filter((trace) => TRACES[trace].test(text))

/** A comment as it is stored: one form of each letter, no control characters, no run of empty lines. */
export const tidyComment = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[^\P{C}\n]/gu, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
