import { CITYWIDE_PERMISSIONS, type Permission, ROLE_PERMISSIONS, type Role } from './roles.ts'

/** Where an account or token may change things: what is in one of the zones, or belongs to one of the owners. */
export type Restriction = {
  /** keys of zones */
  readonly zones: readonly string[]
  readonly owners: readonly string[]
}

/**
 * Who a request, or a command on the server, comes from. `key` is the holder of CITYWELL_KEY, `command` somebody with a
 * shell on the server, `system` Citywell itself.
 */
export type Actor = {
  readonly kind: 'account' | 'token' | 'key' | 'anonymous' | 'command' | 'system'
  /** of the account or token; null for the other kinds */
  readonly id: string | null
  /** personal: kept out of the hashed part of the audit log */
  readonly name: string
  readonly role: Role
  /** fewer permissions than the role has; null: all of the role */
  readonly permissions: readonly Permission[] | null
  /** null: everywhere */
  readonly restriction: Restriction | null
  /** network the request came from, /24 or /48; null for commands */
  readonly from: string | null
  readonly requestId: string | null
  /** signed in with a password that somebody else set: nothing else is allowed before it is changed */
  readonly mustChangePassword?: boolean
}

/** Citywell itself, in nightly jobs. */
export const SYSTEM: Actor = {
  kind: 'system',
  id: null,
  name: 'Citywell',
  role: 'administrator',
  permissions: null,
  restriction: null,
  from: null,
  requestId: null,
}

/** @param isPublic whether reading is open to everybody (PUBLIC_ACCESS) */
export function may(actor: Actor, permission: Permission, isPublic: boolean): boolean {
  if (actor.role === 'public' && !isPublic) return false
  if (isPublic && ROLE_PERMISSIONS.public.includes(permission)) return true
  if (actor.mustChangePassword && permission !== 'read') return false
  if (actor.restriction !== null && CITYWIDE_PERMISSIONS.includes(permission)) return false
  return ROLE_PERMISSIONS[actor.role].includes(permission) && (actor.permissions?.includes(permission) ?? true)
}

/** Who did something, as it is shown to those who work with it: an account has a name; the key and tokens say whose it is. */
export const authorOf = (actor: Actor, said: string | undefined): string =>
  actor.kind === 'account' ? actor.name : (said ?? publicNameOf(actor))

/** How the registry history names somebody: readers of it are not to learn names of persons; the audit log has them. */
export const publicNameOf = ({ kind, role }: Actor): string => (kind === 'key' ? 'operator' : role)
