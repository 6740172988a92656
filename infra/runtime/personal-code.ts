import { createHash, randomInt } from 'node:crypto'
import { CODE_ALPHABET, CODE_LENGTH, plainCode } from '#model/basics/personal-code.ts'

/** A random code that is given to a person. Only `hashOfCode` of it is stored. */
export const newCode = (): string =>
  Array.from({ length: CODE_LENGTH }, () => CODE_ALPHABET[randomInt(CODE_ALPHABET.length)]).join('')

// Random and of 80 bits, so a plain hash is enough: there is nothing to guess.
export const hashOfCode = (typed: string): Buffer => createHash('sha256').update(plainCode(typed)).digest()
