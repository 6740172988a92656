/**
 * Secrets of devices. A secret has 256 random bits, so its hash cannot be searched, whatever the number of iterations; the form
 * is that of a Mosquitto password file (mosquitto_passwd, `$7$`), so that the same hash serves either broker.
 */
import { pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'

const SECRET_BYTES = 32
const SALT_BYTES = 12
const HASH_BYTES = 64
/** As mosquitto_passwd uses by default. */
const ITERATIONS = 101

/** 43 characters of the URL-safe base64 alphabet. */
export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')

export function hashSecret(secret: string): string {
  const salt = randomBytes(SALT_BYTES)
  const hash = pbkdf2Sync(secret, salt, ITERATIONS, HASH_BYTES, 'sha512')
  return `$7$${ITERATIONS}$${salt.toString('base64')}$${hash.toString('base64')}`
}

export function isSecret(secret: string, hashed: string): boolean {
  const [, form, iterations, salt, hash] = hashed.split('$')
  if (form !== '7' || !salt || !hash) return false
  const expected = Buffer.from(hash, 'base64')
  const given = pbkdf2Sync(secret, Buffer.from(salt, 'base64'), Number(iterations), expected.length, 'sha512')
  return timingSafeEqual(given, expected)
}
