import { expect, test } from 'vitest'
import { base32, hotp, matchingStep, otpauthUri, stepAt } from '#domain/access/totp.ts'

/** The secret of the examples of RFC 4226 and RFC 6238. */
const SECRET = Buffer.from('12345678901234567890')

test.each([
  [59, '94287082'],
  [1111111109, '07081804'],
  [1111111111, '14050471'],
  [1234567890, '89005924'],
  [2000000000, '69279037'],
  [20000000000, '65353130'],
])('RFC 6238, appendix B, SHA-1: at %i s it is %s', (seconds, code) => {
  expect(hotp(SECRET, stepAt(new Date(seconds * 1000)), 8)).toBe(code)
})

test('RFC 4226, appendix D', () => {
  const codes = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489']
  expect(codes.map((_, counter) => hotp(SECRET, counter))).toEqual(codes)
})

test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('RFC 4648, 10, without padding: "%s" is "%s"', (text, encoded) => expect(base32(Buffer.from(text))).toBe(encoded))

test('a code counts in its step and the two next to it, and never again', () => {
  const at = (step: number) => new Date(step * 30_000 + 1)
  const code = hotp(SECRET, 1000)
  expect([998, 999, 1000, 1001, 1002].map((step) => matchingStep(SECRET, code, at(step), null))).toEqual([
    undefined,
    1000,
    1000,
    1000,
    undefined,
  ])
  expect(matchingStep(SECRET, code, at(1000), 1000)).toBeUndefined()
  expect(matchingStep(SECRET, code, at(1000), 999)).toBe(1000)
  expect(matchingStep(SECRET, code.slice(1), at(1000), null)).toBeUndefined()
})

test('the address for the app has its parts percent-encoded', () => {
  expect(otpauthUri(SECRET, 'a b@city', 'City & well')).toBe(
    'otpauth://totp/City%20%26%20well:a%20b%40city?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=City%20%26%20well&algorithm=SHA1&digits=6&period=30',
  )
})
