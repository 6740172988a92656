import { AppError } from '#model/errors.ts'

/** A keyset cursor: the last key of a page, opaque to the caller. Keys are whole numbers (an id, or microseconds). */
export const writeCursor = (key: number): string => Buffer.from(String(key)).toString('base64url')

/** @throws AppError REQUEST_INVALID naming the cursor */
export function readCursor(cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  const key = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(key)) {
    throw new AppError('REQUEST_INVALID', `cursor: "${cursor}" is none of ours; send back what "next" said, unchanged`)
  }
  return key
}
