import { lookup as resolveName } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { isSpecialAddress } from '#infra/runtime/special-addresses.ts'

export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED'
}

/** Name resolution that refuses private addresses, checked for the address that is actually connected to. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolveName(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0)
    const bad = addresses.find(({ address }) => isSpecialAddress(address))
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
  if (isIP(host) !== 0) return isSpecialAddress(host)
  return new Promise((answer) => {
    resolveName(host, { all: true }, (error, addresses) =>
      answer(!error && addresses.some(({ address }) => isSpecialAddress(address))),
    )
  })
}
