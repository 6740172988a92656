import { z } from 'zod'
import { AppError } from '#model/basics/errors.ts'

/** Whole numbers below 9 * 10^15, which a JavaScript number and a PostgreSQL bigint hold exactly. */
const KEY = /^(0|-?[1-8]\d{0,15}|-?9\d{0,14})$/

/** A keyset cursor in a query, as `next` of the page before named it. `readCursor` refuses what is none. */
export const cursorParam = z.string().max(17).meta({ pattern: KEY.source, description: '`next` of the page before' })

/** The last key of a page, opaque to the caller. Keys are whole numbers (an id, or microseconds). */
export const writeCursor = (key: number): string => String(key)

/** @throws AppError REQUEST_INVALID naming the cursor */
export function readCursor(cursor: string): number {
  if (!KEY.test(cursor))
    throw new AppError('REQUEST_INVALID', `cursor: "${cursor}" is invalid; pass "next" of the page before unchanged`)
  return Number(cursor)
}
