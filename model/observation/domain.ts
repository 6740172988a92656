import { z } from 'zod'

/** The parts of city life that Things report on. The first four are complete; the others come as cities bring them. */
export const DOMAINS = ['air', 'energy', 'mobility', 'connectivity', 'water', 'noise', 'weather'] as const
export const domainSchema = z.enum(DOMAINS)
export type Domain = z.infer<typeof domainSchema>

/** Trust in the instrument, not in one reading: reference (type-approved), indicative (verified), low_cost, unknown. */
export const GRADES = ['reference', 'indicative', 'low_cost', 'unknown'] as const
export const gradeSchema = z.enum(GRADES)
export type Grade = z.infer<typeof gradeSchema>

/** Where a number comes from. Simulated data is always labelled as such, whatever else it is. */
export const ORIGINS = ['measured', 'surveyed', 'reported', 'simulated'] as const
export const originSchema = z.enum(ORIGINS)
export type Origin = z.infer<typeof originSchema>
