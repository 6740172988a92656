import { z } from 'zod'

/** Every error of the API, as application/problem+json (RFC 9457). `code` is stable; `detail` names the field and the value. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  instance: z.string(),
  /** the same in the log of the server */
  requestId: z.string(),
  /** each field that is wrong, when a request has several */
  errors: z.array(z.object({ field: z.string(), value: z.string().nullable(), problem: z.string() })).optional(),
})
export type Problem = z.infer<typeof problemSchema>
