import { z } from 'zod'
import { grantedRoleSchema, PERMISSION_NAMES, type Permission, ROLES } from '../access/roles.ts'

const instant = z.iso.datetime({ offset: true })
const permission = z.enum(PERMISSION_NAMES as [Permission, ...Permission[]])
const password = z.string().min(1).max(1_000)
const code = z.string().trim().min(6).max(40).describe('six digits of the authenticator app, or a recovery code')
export const accountNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._@+-]*$/u, 'letters, digits and . _ @ + -')
const key = z.string().trim().min(1).max(200)

/** Things that may be changed: those in one of the zones, and those of one of the owners. Both empty: none. */
export const restrictionSchema = z.strictObject({
  zones: z.array(key).max(200).describe('keys of zones'),
  owners: z.array(key).max(200).describe('owners, as the registry names them'),
})

/** POST /api/v1/session */
export const signInRequest = z.union([
  z.strictObject({ name: z.string().trim().min(1).max(100), password, code: code.optional() }),
  z.strictObject({ key: password.describe('the key of the city, for a demonstration') }),
])

/** GET /api/v1/session: who is asking, and how one can sign in */
export const sessionResponse = z.object({
  kind: z.enum(['account', 'token', 'key', 'anonymous']),
  name: z.string(),
  role: z.enum(ROLES),
  permissions: z.array(permission),
  restriction: restrictionSchema.nullable(),
  mustChangePassword: z.boolean(),
  publicAccess: z.boolean(),
  identityProvider: z.string().nullable().describe('its name, where one can sign in at one: GET /api/v1/session/oidc'),
})
export type SessionResponse = z.infer<typeof sessionResponse>

/** DELETE /api/v1/session: `continueAt` is where to sign out at the identity provider as well */
export const signedOut = z.object({ signedOut: z.literal(true), continueAt: z.string().nullable() })

/** GET /api/v1/account: the account of whoever has signed in */
export const ownAccount = z.object({
  id: z.string(),
  name: z.string(),
  role: grantedRoleSchema,
  restriction: restrictionSchema.nullable(),
  hasPassword: z.boolean(),
  secondFactor: z.boolean(),
  recoveryCodes: z.int().describe('how many are left'),
  sessions: z.array(z.object({ device: z.string(), createdAt: instant, lastUsedAt: instant, isCurrent: z.boolean() })),
})
export type OwnAccount = z.infer<typeof ownAccount>

export const passwordChange = z.strictObject({ current: password, next: password })
export const withPassword = z.strictObject({ password })
export const withPasswordAndCode = z.strictObject({ password, code })
export const withCode = z.strictObject({ code })
/** POST /api/v1/account/totp: what an authenticator app needs, shown this once */
export const totpSetup = z.object({ secret: z.string(), uri: z.string() })
/** shown this once; each works once */
export const recoveryCodes = z.object({ codes: z.array(z.string()) })
export const sessionsEnded = z.object({ ended: z.int() })

/** GET /api/v1/accounts?limit&cursor */
export const accountSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: grantedRoleSchema,
  restriction: restrictionSchema.nullable(),
  disabled: z.boolean(),
  hasPassword: z.boolean(),
  secondFactor: z.boolean(),
  identityProvider: z.string().nullable().describe('issuer that it signs in with'),
  createdAt: instant,
  signedInAt: instant.nullable(),
})
export type AccountEntry = z.infer<typeof accountSchema>
export const accountsResponse = z.object({ accounts: z.array(accountSchema), next: z.string().nullable() })
export const newAccount = z.strictObject({
  name: accountNameSchema,
  role: grantedRoleSchema,
  restriction: restrictionSchema.nullable().default(null),
})
export const accountChange = z
  .strictObject({ role: grantedRoleSchema, restriction: restrictionSchema.nullable(), disabled: z.boolean() })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'must change something')
  .meta({ minProperties: 1 })
/** the password is shown this once, and has to be changed at the first sign-in */
export const accountCreated = accountSchema.extend({ temporaryPassword: z.string() })

/** DELETE /api/v1/accounts/{id} */
export const accountDeleted = z.object({
  id: z.string(),
  erased: z.int().describe('entries of the audit log from which the name is gone'),
  revokedTokens: z.int().describe('service tokens that the account had made'),
})

/** GET /api/v1/tokens */
export const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: grantedRoleSchema,
  permissions: z.array(permission).nullable(),
  restriction: restrictionSchema.nullable(),
  createdAt: instant,
  expiresAt: instant,
  lastUsedAt: instant.nullable(),
  revokedAt: instant.nullable(),
  madeBy: z.string().nullable().describe('the account that answers for it; null: whoever has the key'),
  suspended: z.boolean().describe('that account is disabled, restricted, or no administrator: the token does not work'),
})
export type TokenEntry = z.infer<typeof tokenSchema>
export const tokensResponse = z.object({ tokens: z.array(tokenSchema) })
export const MAX_TOKEN_DAYS = 400
export const newToken = z.strictObject({
  name: z.string().trim().min(1).max(100),
  role: grantedRoleSchema,
  permissions: z
    .array(permission)
    .max(PERMISSION_NAMES.length)
    .nullable()
    .default(null)
    .describe('fewer than the role has; null: all of them'),
  restriction: restrictionSchema.nullable().default(null),
  days: z.int().min(1).max(MAX_TOKEN_DAYS).default(90).describe('days until it expires'),
})
/** the secret is shown this once */
export const tokenCreated = tokenSchema.extend({ secret: z.string() })
