import { describe, expect, test } from 'vitest'
import { hostOf, isPrivateUrl } from '#ingest/feeds/addresses.ts'

describe('what a URL points at', () => {
  test.each(['http://2130706433/', 'http://0x7f.1/', 'http://[::ffff:127.0.0.1]/', 'http://localhost:1/'])(
    '%s is this machine, however it is written',
    async (url) => expect(await isPrivateUrl(new URL(url))).toBe(true),
  )
  test('the host of an IPv6 URL', () => expect(hostOf(new URL('http://[::1]:80/'))).toBe('::1'))
})
