import { lookup as resolveName } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/**
 * Addresses that belong to a machine, a house or a network, and not to the public (IANA special-purpose registries for
 * IPv4 and IPv6). A feed that sends us there would make us read what only we can reach.
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

/** True for an address (not a name) that is not public; IPv4 inside IPv6 is judged as IPv4 (BlockList does that). */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  return PRIVATE.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED'
}

/** Resolves names for a connection and refuses those that lead to a private address: checked where it is used. */
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

/** True when a URL leads to a private address; a name is looked up. One that cannot be is taken for public. */
export async function isPrivateUrl(url: URL): Promise<boolean> {
  const host = hostOf(url)
  if (isIP(host) !== 0) return isPrivateAddress(host)
  return new Promise((answer) => {
    resolveName(host, { all: true }, (error, addresses) =>
      answer(!error && addresses.some(({ address }) => isPrivateAddress(address))),
    )
  })
}
