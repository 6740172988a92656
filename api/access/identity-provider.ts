import * as oidc from 'openid-client'
import type { OidcConfig } from '#infra/runtime/config.ts'
import type { GrantedRole } from '#model/access/roles.ts'
import { AppError } from '#model/basics/errors.ts'

const TIMEOUT_SECONDS = 10
const SCOPE = 'openid profile email'

/** What has to be remembered between leaving for the provider and coming back. */
export type Departure = { readonly state: string; readonly nonce: string; readonly verifier: string }
export type Arrival = {
  readonly issuer: string
  readonly subject: string
  readonly name: string
  /** undefined: no claim is mapped to a role */
  readonly role: GrantedRole | undefined
  readonly idToken: string | null
}

export type IdentityProvider = ReturnType<typeof createIdentityProvider>

/**
 * OpenID Connect: authorization code flow with PKCE, state and nonce; the signature of the ID token is verified. The provider is asked for its
 * addresses at the first sign-in, not before.
 */
export function createIdentityProvider(options: OidcConfig) {
  let known: Promise<oidc.Configuration> | undefined
  const configuration = (): Promise<oidc.Configuration> => {
    known ??= discover(options)
    known.catch(() => {
      known = undefined
    })
    return known
  }
  return {
    async depart(redirectUri: string): Promise<{ url: string; departure: Departure }> {
      const verifier = oidc.randomPKCECodeVerifier()
      const departure = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier }
      const url = oidc.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: SCOPE,
        state: departure.state,
        nonce: departure.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, departure }
    },

    /** @throws AppError SIGN_IN_FAILED when the answer of the provider is not the one to this departure */
    async arrive(current: URL, { state, nonce, verifier }: Departure): Promise<Arrival> {
      const config = await configuration()
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true }
      const tokens = await oidc.authorizationCodeGrant(config, current, checks).catch((cause: unknown) => {
        throw new AppError('SIGN_IN_FAILED', '', { cause })
      })
      const claims = tokens.claims()
      if (!claims) throw new AppError('SIGN_IN_FAILED')
      const { sub, iss } = claims
      const named = claims['preferred_username'] ?? claims['email'] ?? sub
      return {
        issuer: iss,
        subject: sub,
        name: String(named).slice(0, 80),
        role: roleOf(claims[options.roleClaim], options.roles),
        idToken: tokens.id_token ?? null,
      }
    },

    /** Where to sign out at the provider as well; null: it does not offer that. */
    async signOutUrl(idToken: string, returnTo: string): Promise<string | null> {
      const config = await configuration()
      if (config.serverMetadata().end_session_endpoint === undefined) return null
      return oidc.buildEndSessionUrl(config, { id_token_hint: idToken, post_logout_redirect_uri: returnTo }).href
    },
  }
}

/** The first of the configured values that the claim has decides. */
function roleOf(claim: unknown, roles: OidcConfig['roles']): GrantedRole | undefined {
  const values = new Set([claim].flat().map(String))
  return roles.find(({ value }) => values.has(value))?.role
}

/** @throws AppError IDENTITY_PROVIDER_UNAVAILABLE */
async function discover({ issuer, clientId, clientSecret }: OidcConfig): Promise<oidc.Configuration> {
  const isLocal = new URL(issuer).protocol === 'http:'
  const execute = [oidc.enableNonRepudiationChecks, ...(isLocal ? [oidc.allowInsecureRequests] : [])]
  const authentication = clientSecret === undefined ? oidc.None() : oidc.ClientSecretBasic(clientSecret)
  return oidc
    .discovery(new URL(issuer), clientId, undefined, authentication, { execute, timeout: TIMEOUT_SECONDS })
    .catch((cause: unknown) => {
      throw new AppError('IDENTITY_PROVIDER_UNAVAILABLE', new URL(issuer).origin, { cause })
    })
}
