import { z } from 'zod'

/** Trust in the instrument, not in one reading: reference (type-approved), indicative (verified), low_cost, unknown. */
export const GRADES = ['reference', 'indicative', 'low_cost', 'unknown'] as const
export const gradeSchema = z.enum(GRADES)
export type Grade = z.infer<typeof gradeSchema>
