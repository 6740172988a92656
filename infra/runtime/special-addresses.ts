import { BlockList, isIP } from 'node:net'

/**
 * Not public: what the IANA special-purpose registries for IPv4 and IPv6 (RFC 6890) call not globally reachable, multicast,
 * and forms of IPv6 in which an IPv4 address is written. Who makes this server ask such an address reaches what only it
 * can reach (SSRF).
 */
const SPECIAL: readonly (readonly [address: string, prefix: number, family: 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  // unspecified, loopback and IPv4-compatible; NAT64, also of local networks; discard
  ['::', 96, 'ipv6'],
  ['::ffff:0:0:0', 96, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 63, 'ipv6'],
  // protocol assignments with Teredo, documentation, 6to4, segment routing
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
  ['5f00::', 16, 'ipv6'],
  // unique local, link local, site local, multicast
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
]
const special = new BlockList()
for (const [address, prefix, family] of SPECIAL) special.addSubnet(address, prefix, family)

/**
 * Whether an address is not public. False for a name. IPv4-mapped IPv6 (`::ffff:10.0.0.1`) is checked as the IPv4 address it
 * stands for.
 */
export function isSpecialAddress(text: string): boolean {
  // without the zone of a link-local address
  const address = text.replace(/%.*$/, '')
  const family = isIP(address)
  return family !== 0 && special.check(address, family === 6 ? 'ipv6' : 'ipv4')
}
