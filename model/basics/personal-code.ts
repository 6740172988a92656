/** Crockford's alphabet: no letter that could be mistaken for a digit. 16 characters are 80 bits. */
export const CODE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
export const CODE_LENGTH = 16

/** The code as it is hashed, from what a person typed: case, hyphens, and O, I, L for 0 and 1 do not matter. */
export const plainCode = (text: string): string =>
  text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')

/** In groups of four, as people read it. */
export const groupedCode = (code: string): string => (code.match(/.{1,4}/g) ?? []).join('-')
