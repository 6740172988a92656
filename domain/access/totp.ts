import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** RFC 6238 with what every authenticator app expects: HMAC-SHA-1, 30 s, 6 digits. */
const STEP_SECONDS = 30
const DIGITS = 6
/** RFC 4226, 4 (R6): 160 bits. */
const SECRET_BYTES = 20
/** Codes of one step before and after count too, for clocks that differ (RFC 6238, 5.2). */
const WINDOW = 1

export const newTotpSecret = (): Buffer => randomBytes(SECRET_BYTES)

/** HOTP (RFC 4226, 5.3). */
export function hotp(secret: Buffer, counter: number, digits = DIGITS): string {
  const message = Buffer.alloc(8)
  message.writeBigUInt64BE(BigInt(counter))
  const mac = createHmac('sha1', secret).update(message).digest()
  const offset = (mac.at(-1) ?? 0) & 0xf
  return String((mac.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 10 ** digits).padStart(digits, '0')
}

export const stepAt = (now: Date): number => Math.floor(now.getTime() / 1000 / STEP_SECONDS)

/**
 * The time step of a code that is valid now.
 * @param usedStep of the last code that was accepted: that one and earlier ones do not count again
 */
export function matchingStep(secret: Buffer, code: string, now: Date, usedStep: number | null): number | undefined {
  const current = stepAt(now)
  for (let step = current - WINDOW; step <= current + WINDOW; step += 1) {
    const isFresh = usedStep === null || step > usedStep
    if (
      isFresh &&
      code.length === DIGITS &&
      timingSafeEqual(Buffer.from(hotp(secret, step)), Buffer.from(code.padEnd(DIGITS).slice(0, DIGITS)))
    )
      return step
  }
  return undefined
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648 without padding. */
export function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((part) => BASE32[Number.parseInt(part.padEnd(5, '0'), 2)]).join('')
}

/** What authenticator apps read from a QR code (Key Uri Format of Google Authenticator). */
export function otpauthUri(secret: Buffer, account: string, issuer: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  const query = `secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_SECONDS}`
  return `otpauth://totp/${label}?${query}`
}
