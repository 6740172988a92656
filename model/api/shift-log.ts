import { z } from 'zod'
import { roleSchema } from '../access/roles.ts'
import { conditionSchema, handlingSchema, severitySchema } from '../alerting/states.ts'
import { SUBJECT_CODES } from '../alerting/subject-name.ts'

const instant = z.iso.datetime({ offset: true })
export const MAX_ENTRY_LENGTH = 4_000
export const MAX_ENTRY_INCIDENTS = 100

/** Who wrote or accepted: the name of an account, which is null for tokens and the key, and once the account is deleted. */
const person = z.object({
  name: z.string().nullable(),
  kind: z.enum(['account', 'token', 'key']),
  role: roleSchema,
})

export const shiftEntrySchema = z.object({
  id: z.string(),
  kind: z.enum(['note', 'handover']),
  /** when it happened, and when it was written down */
  at: instant,
  writtenAt: instant,
  author: person,
  /** whether whoever asks has written it */
  own: z.boolean(),
  /** null once it is erased */
  text: z.string().nullable(),
  /** as they were when the entry was written; `open`: whether they still are */
  incidents: z.array(
    z.object({
      id: z.string(),
      rule: z.string(),
      /** of a name that Citywell gave, for translations */
      ruleCode: z.string().nullable(),
      subject: z.string(),
      /** of what is no device and no district, for translations, with its parameter */
      subjectCode: z.enum(SUBJECT_CODES).nullable(),
      subjectKey: z.string(),
      severity: severitySchema,
      condition: conditionSchema,
      handling: handlingSchema,
      open: z.boolean(),
    }),
  ),
  /** of a hand-over: `replaced` by a later one before anybody accepted it */
  handover: z
    .object({
      state: z.enum(['waiting', 'accepted', 'replaced']),
      acceptedAt: instant.nullable(),
      acceptedBy: person.nullable(),
    })
    .nullable(),
})
export type ShiftEntry = z.infer<typeof shiftEntrySchema>

export const shiftLogResponse = z.object({
  /** newest first */
  entries: z.array(shiftEntrySchema),
  /** pass as `cursor`; null on the last page */
  next: z.string().nullable(),
  /** the hand-over that waits to be accepted, whatever the page */
  waiting: shiftEntrySchema.nullable(),
})

const text = z.string().trim().min(1).max(MAX_ENTRY_LENGTH)
export const shiftNoteBody = z.strictObject({
  text,
  /** left out: now */
  at: instant.optional(),
  /** ids of incidents that it is about */
  incidents: z
    .array(z.string().regex(/^[1-9]\d{0,14}$/, 'is the id of an incident'))
    .max(MAX_ENTRY_INCIDENTS)
    .default([]),
})
export const handoverBody = z.strictObject({ text })
