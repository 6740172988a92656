import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16

/** Encrypts what receivers need to be kept secret: signing secrets, tokens, subscription keys. */
export type SecretBox = {
  seal(text: string): Buffer
  /** undefined: the key is another one, or the bytes were changed */
  open(sealed: Buffer): string | undefined
}

/** The key is derived (HKDF, RFC 5869) from that of the city: whoever has a copy of the database alone cannot read secrets. */
export function createSecretBox(cityKey: string): SecretBox {
  const key = Buffer.from(hkdfSync('sha256', cityKey, '', 'citywell notification receivers', KEY_BYTES))
  return {
    seal(text) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv(ALGORITHM, key, iv)
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), sealed])
    },
    open(sealed) {
      try {
        const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, IV_BYTES))
        decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
        return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString(
          'utf8',
        )
      } catch {
        return undefined
      }
    },
  }
}
