import { describe, expect, test } from 'vitest'
import { createAddressRule } from '#domain/notifications/channels/guarded-http.ts'
import { isSpecialAddress } from '#infra/runtime/special-addresses.ts'

/**
 * First and last address of what https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry list
 * as not globally reachable, and of multicast (RFC 5771, RFC 4291).
 */
const NOT_PUBLIC = [
  ...['0.0.0.0', '0.255.255.255', '10.0.0.0', '10.255.255.255', '100.64.0.0', '100.127.255.255'],
  ...['127.0.0.0', '127.255.255.255', '169.254.0.0', '169.254.169.254', '172.16.0.0', '172.31.255.255'],
  ...['192.0.0.0', '192.0.0.255', '192.0.2.1', '192.168.0.0', '192.168.255.255', '198.18.0.0', '198.19.255.255'],
  ...['198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.0', '255.255.255.255'],
  ...[
    '::',
    '::1',
    '64:ff9b:1::',
    '64:ff9b:1:ffff:ffff:ffff:ffff:ffff',
    '100::',
    '100::ffff:ffff:ffff:ffff',
    '100:0:0:1::',
  ],
  ...['2001::1', '2001:2::1', '2001:db8::1', '2002::1', '3fff::1', '3fff:fff:ffff::1', '5f00::1'],
  ...['fc00::', 'fdff:ffff::1', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1', 'ff02::1'],
  // IPv4 in IPv6: mapped, compatible, translated (RFC 2765), NAT64 (RFC 6052), 6to4 (RFC 3056), each of this machine
  ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:a9fe:a9fe', '::127.0.0.1', '::ffff:0:127.0.0.1'],
  ...['64:ff9b::7f00:1', '2002:7f00:1::'],
]
const PUBLIC = [
  ...['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0'],
  ...['172.15.255.255', '172.32.0.0', '192.0.1.0', '192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0'],
  ...['223.255.255.255', '2606:4700::1111', '2a00:1450:4001::200e', '2001:4860:4860::8888', '::ffff:8.8.8.8'],
]

describe.each([
  ['what a feed links or redirects to', isSpecialAddress],
  ['what a webhook is sent to', (address: string) => !createAddressRule()(address)],
])('%s', (_, isRefused) => {
  test.each(NOT_PUBLIC)('%s is refused', (address) => expect(isRefused(address)).toBe(true))
  test.each(PUBLIC)('%s is not', (address) => expect(isRefused(address)).toBe(false))
})

test('a name is no address: what it resolves to is checked', () => expect(isSpecialAddress('localhost')).toBe(false))
