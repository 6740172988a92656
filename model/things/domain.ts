import { z } from 'zod'

/** The parts of city life that Things report on. */
export const DOMAINS = ['air', 'energy', 'mobility', 'connectivity', 'water', 'noise', 'weather'] as const
export const domainSchema = z.enum(DOMAINS)
export type Domain = z.infer<typeof domainSchema>
