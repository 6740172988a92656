import { createHash, randomBytes } from 'node:crypto'

/** OWASP asks for 64 bits of session ids; 256 leave no doubt. */
const SECRET_BYTES = 32

/** A random secret to hand out once: of a session, or a token. */
export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')

/** What is stored of a random secret. */
export const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()
