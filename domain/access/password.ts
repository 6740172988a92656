import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { HOUR_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'

/** NIST SP 800-63B: a minimum length and no rules on composition; long enough for a sentence. */
export const MIN_PASSWORD_LENGTH = 12
export const MAX_PASSWORD_LENGTH = 256

/** OWASP Password Storage Cheat Sheet: N = 2^15, r = 8, p = 3 is as strong as 2^17, 8, 1 and takes 32 MiB instead of 128. */
const LOG2_N = 15
const BLOCK_SIZE = 8
const PARALLELISM = 3
const SALT_BYTES = 16
const HASH_BYTES = 32
const MAX_MEMORY_BYTES = 64 * 1024 * 1024

/** Hashes computed at once, and requests that wait for one; beyond them sign-ins are refused. */
const MAX_HASHING = 2
const MAX_WAITING = 30

let running = 0
const waiting: (() => void)[] = []

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= MAX_HASHING) {
    if (waiting.length >= MAX_WAITING) throw new AppError('RATE_LIMITED', '5')
    await new Promise<void>((resolve) => waiting.push(resolve))
  } else running += 1
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    // whoever waits takes the place over
    if (next) next()
    else running -= 1
  }
}

const derive = (password: string, salt: Buffer): Promise<Buffer> =>
  inTurn(
    () =>
      new Promise((resolve, reject) => {
        const cost = { N: 2 ** LOG2_N, r: BLOCK_SIZE, p: PARALLELISM, maxmem: MAX_MEMORY_BYTES }
        // NIST SP 800-63B: one way of writing a character, whatever keyboard it came from
        scrypt(password.normalize('NFKC'), salt, HASH_BYTES, cost, (error, hash) =>
          error ? reject(error) : resolve(hash),
        )
      }),
  )

/** A PHC string: `$scrypt$ln=15,r=8,p=3$salt$hash`, base64 without padding. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(password, salt)
  return `$scrypt$ln=${LOG2_N},r=${BLOCK_SIZE},p=${PARALLELISM}$${unpadded(salt)}$${unpadded(hash)}`
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

/** Of nobody: comparing with it takes as long as with a stored one. */
const NOBODY = `$scrypt$ln=${LOG2_N},r=${BLOCK_SIZE},p=${PARALLELISM}$${unpadded(randomBytes(SALT_BYTES))}$${unpadded(randomBytes(HASH_BYTES))}`

/** @param stored null: there is no such account or it has no password; as much work is done, and the result is false */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const [, , , salt = '', hash = ''] = (stored ?? NOBODY).split('$')
  const expected = Buffer.from(hash, 'base64')
  const given = await derive(password, Buffer.from(salt, 'base64'))
  return timingSafeEqual(given, expected) && stored !== null
}

/** What is left of a password when digits and signs are taken away, of which nothing else may be left. */
const COMMON = [
  'password',
  'passwort',
  'qwerty',
  'qwertz',
  'azerty',
  'letmein',
  'welcome',
  'admin',
  'administrator',
  'citywell',
]
const MIN_DIFFERENT = 5

/** @throws AppError VALUE_INVALID saying what is wrong, never repeating the password */
export function checkPassword(password: string, name: string): void {
  const length = [...password].length
  const text = password.toLowerCase()
  const letters = text.replace(/[^\p{L}]/gu, '')
  const isCommon = COMMON.some((word) => letters !== '' && letters.replaceAll(word, '') === '')
  const problem =
    length < MIN_PASSWORD_LENGTH
      ? `has ${length} characters; at least ${MIN_PASSWORD_LENGTH} are needed, of any kind`
      : length > MAX_PASSWORD_LENGTH
        ? `has more than ${MAX_PASSWORD_LENGTH} characters`
        : new Set(text).size < MIN_DIFFERENT
          ? `consists of fewer than ${MIN_DIFFERENT} different characters`
          : isCommon || text.includes(name)
            ? 'is easy to guess: it contains the name of the account or is a common password'
            : undefined
  if (problem) throw new AppError('VALUE_INVALID', `the password ${problem}`)
}

/** For a first sign-in: whoever finds the message with it later finds nothing. */
export const TEMPORARY_PASSWORD_MS = 72 * HOUR_MS

/** 100 random bits in groups that can be read out: for a first sign-in. */
export function temporaryPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  const bytes = [...randomBytes(160)].filter((byte) => byte < letters.length * 8).slice(0, 20)
  const text = bytes.map((byte) => letters[byte % letters.length]).join('')
  return text.match(/.{4,5}/g)?.join('-') ?? text
}
