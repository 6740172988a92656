import { z } from 'zod'
import { notificationEvent } from './event.ts'

/** Languages of messages to receivers. All but English are machine translations that await review. */
export const MESSAGE_LANGUAGES = ['en', 'fr', 'es', 'ar', 'zh', 'ru'] as const
export type MessageLanguage = (typeof MESSAGE_LANGUAGES)[number]

/** Events of a message that are listed; of more, the number is given. */
export const MAX_LISTED_EVENTS = 20

/** What is sent, the same with every attempt. */
export const messageContent = z.object({
  title: z.string(),
  body: z.string(),
  language: z.enum(MESSAGE_LANGUAGES),
  link: z.string().nullable(),
  /** incidents in the message, of which the first are listed */
  incidents: z.int(),
  affectedThings: z.int(),
  test: z.boolean(),
  simulated: z.boolean(),
  city: z.string(),
  timeZone: z.string(),
  events: z.array(notificationEvent),
})
export type MessageContent = z.infer<typeof messageContent>
