import { scryptSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { checkPassword, hashPassword, isPassword, temporaryPassword } from '#domain/access/password.ts'

test('a hash has the parameters that OWASP names, and is that of scrypt', async () => {
  const stored = await hashPassword('correct horse battery')
  const [, scheme, cost, salt = '', hash = ''] = stored.split('$')
  expect([scheme, cost]).toEqual(['scrypt', 'ln=15,r=8,p=3'])
  const own = scryptSync('correct horse battery', Buffer.from(salt, 'base64'), 32, {
    N: 32_768,
    r: 8,
    p: 3,
    maxmem: 2 ** 26,
  })
  expect(own.equals(Buffer.from(hash, 'base64'))).toBe(true)
  expect(await hashPassword('correct horse battery')).not.toBe(stored)
})

test('only the password matches, in whichever form its letters were typed', async () => {
  const stored = await hashPassword('Zu\u0308rich am See')
  expect(await isPassword('Z\u00fcrich am See', stored)).toBe(true)
  expect(await isPassword('zürich am see', stored)).toBe(false)
  expect(await isPassword('anything', null)).toBe(false)
})

test.each([
  ['eleven char', /11 characters; at least 12/],
  ['aaaabbbbccccdddd', /fewer than 5 different/],
  ['Password12345!', /easy to guess/],
  ['administrator-2026', /easy to guess/],
  ['i am anna the great', /easy to guess/],
  ['x'.repeat(300), /more than 256/],
])('%s is refused', (password, problem) => expect(() => checkPassword(password, 'anna')).toThrow(problem))

test.each(['correct horse battery', 'только кириллица', '🦉🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔', 'alllowercasewithoutsigns'])(
  '%s is accepted: no rules on composition',
  (password) => expect(() => checkPassword(password, 'anna')).not.toThrow(),
)

test('a temporary password is accepted as a password and never the same', () => {
  const made = Array.from({ length: 50 }, temporaryPassword)
  for (const password of made) expect(() => checkPassword(password, 'anna')).not.toThrow()
  expect(made[0]).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/)
  expect(new Set(made).size).toBe(50)
})
