import { z } from 'zod'

/** Where a number comes from. Simulated data is always labelled as such, whatever else it is. */
export const ORIGINS = ['measured', 'surveyed', 'reported', 'simulated'] as const
export const originSchema = z.enum(ORIGINS)
export type Origin = z.infer<typeof originSchema>
