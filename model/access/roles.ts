import { z } from 'zod'

/** Whom a request may come from, from least to most. `public` is everybody without credentials; nobody is given it. */
export const ROLES = ['public', 'viewer', 'analyst', 'operator', 'registrar', 'administrator', 'auditor'] as const
export type Role = (typeof ROLES)[number]

/** Roles that an account or a token can have. */
export const GRANTED_ROLES = ROLES.filter((role) => role !== 'public')
export const roleSchema = z.enum(ROLES)
export const grantedRoleSchema = z.enum(['viewer', 'analyst', 'operator', 'registrar', 'administrator', 'auditor'])
export type GrantedRole = z.infer<typeof grantedRoleSchema>

/** What a route needs, with the meaning shown in docs/access.md. */
export const PERMISSIONS = {
  read: 'read what the city publishes: map, series, indicators, surveys, ledger, live events, exports, metrics',
  payloads: 'read the bytes of rejected and archived messages, which may come from households',
  operate: 'replay messages, compare raw data with rollups, change alert rules, work on incidents and see who does',
  notify: 'read and change receivers of notifications, silences and maintenance windows; see what was sent',
  shifts: 'read the shift log; those who may `operate` write it',
  check: 'run the invariants over the whole database',
  moderate: 'read, approve and refuse texts of residents',
  registry: 'change Things, mappings, calibrations and meter replacements',
  report: 'report values, set benchmarks and targets, upload collection sheets',
  surveys: 'import, replace and erase surveys and respondents',
  audit: 'read, export and verify the audit log',
  administer: 'manage accounts and tokens, back up the city',
} as const
export type Permission = keyof typeof PERMISSIONS
export const PERMISSION_NAMES = Object.keys(PERMISSIONS) as Permission[]

/** What concerns the whole city: an account or token that is limited to zones and owners does not have it. */
export const CITYWIDE_PERMISSIONS: readonly Permission[] = [
  ...(['payloads', 'shifts', 'moderate', 'report', 'surveys', 'audit', 'administer'] as const),
]

const OPERATOR: readonly Permission[] = ['read', 'payloads', 'operate', 'notify', 'shifts', 'check', 'moderate']

/** The one table of roles. With `PUBLIC_ACCESS=off`, `public` may do nothing (see `isAllowed`). */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  public: ['read'],
  viewer: ['read'],
  analyst: ['read', 'report', 'surveys'],
  operator: OPERATOR,
  // a mapping is written with the payload in view, and followed by a replay
  registrar: [...OPERATOR, 'registry'],
  administrator: PERMISSION_NAMES,
  auditor: ['read', 'shifts', 'check', 'audit'],
}
