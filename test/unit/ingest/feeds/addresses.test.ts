import { describe, expect, test } from 'vitest'
import { hostOf, isPrivateAddress, isPrivateUrl } from '#ingest/feeds/addresses.ts'

describe('addresses that are not public (IANA special-purpose registries)', () => {
  test.each([
    '127.0.0.1',
    '127.8.9.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
  ])('%s is private', (address) => expect(isPrivateAddress(address)).toBe(true))
  test.each(['1.1.1.1', '172.32.0.1', '192.169.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])(
    '%s is public',
    (address) => expect(isPrivateAddress(address)).toBe(false),
  )
  test.each(['http://2130706433/', 'http://0x7f.1/', 'http://[::ffff:127.0.0.1]/', 'http://localhost:1/'])(
    '%s is this machine, however it is written',
    async (url) => expect(await isPrivateUrl(new URL(url))).toBe(true),
  )
  test('the host of an IPv6 URL', () => expect(hostOf(new URL('http://[::1]:80/'))).toBe('::1'))
})
