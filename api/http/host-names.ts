import { isIP } from 'node:net'
import { hostname } from 'node:os'

/** Names by which a server on loopback is reached. */
export const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'] as const
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

/** Decides whether a request may name this host (Host header, without the port). */
export type HostRule = (name: string) => boolean

/**
 * A page elsewhere can point its own name at this server and then read it as "same origin" (DNS rebinding); the Host
 * header gives it away. Such an attack needs a name, so beyond loopback every IP address is accepted, and of names only
 * this machine's own and those that ALLOWED_HOSTS lists.
 * @param host address the server listens on
 * @param allowed further names; `*` accepts every name
 */
export function hostRule(host: string, allowed: readonly string[] = []): HostRule {
  if (allowed.includes('*')) return () => true
  const names = new Set([...LOOPBACK_HOSTS, ...allowed.map((name) => name.toLowerCase())])
  if (LOOPBACK.has(host)) return (name) => names.has(name)
  names.add(hostname().toLowerCase())
  return (name) => names.has(name) || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0
}
