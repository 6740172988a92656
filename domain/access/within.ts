import type { Actor } from '#model/access/actor.ts'
import { AppError } from '#model/basics/errors.ts'

/** @throws AppError OUTSIDE_RESTRICTION for what an account or token that is limited to zones and owners may not change */
export function requireWithin(isWithin: boolean, what: string): void {
  if (!isWithin) throw new AppError('OUTSIDE_RESTRICTION', what)
}

/** For what concerns the whole city. @throws AppError OUTSIDE_RESTRICTION */
export const requireUnrestricted = ({ restriction }: Pick<Actor, 'restriction'>, what: string): void =>
  requireWithin(restriction === null, what)
