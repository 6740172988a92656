import { lookup as resolveName } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/**
 * Addresses that are not publicly reachable (IANA special-purpose registries for IPv4 and IPv6). A feed that redirects or
 * links there would make this server read what only it can reach (SSRF).
 */
const PRIVATE = new BlockList()
const IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
]
const IPV6: readonly (readonly [string, number])[] = [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
]
for (const [net, bits] of IPV4) PRIVATE.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of IPV6) PRIVATE.addSubnet(net, bits, 'ipv6')

/** True for an address (not a name) that is not public; an IPv4-mapped IPv6 address is checked as IPv4 (by BlockList). */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  return PRIVATE.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED'
}

/** Name resolution that refuses private addresses, checked for the address that is actually connected to. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolveName(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0)
    const bad = addresses.find(({ address }) => isPrivateAddress(address))
    const [first] = addresses
    if (bad || !first) return callback(new AddressRefused(`${hostname} is not a public address`), '', 0)
    if (options.all) return (callback as (error: null, all: typeof addresses) => void)(null, addresses)
    callback(null, first.address, first.family)
  })
}

/** The host of a URL without the brackets of IPv6. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

/** True when a URL resolves to a private address. A name that cannot be resolved counts as public. */
export async function isPrivateUrl(url: URL): Promise<boolean> {
  const host = hostOf(url)
  if (isIP(host) !== 0) return isPrivateAddress(host)
  return new Promise((answer) => {
    resolveName(host, { all: true }, (error, addresses) =>
      answer(!error && addresses.some(({ address }) => isPrivateAddress(address))),
    )
  })
}
