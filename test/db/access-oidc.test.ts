/** Signing in at a real OpenID Connect provider (oidc-provider, certified): code flow with PKCE, roles, sign-out, and what must fail. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newAccount } from './access-fixture.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

const GROUPS: Readonly<Record<string, string[]>> = { anna: ['staff', 'admins'], bert: ['staff'], carl: ['guests'] }

let api: TestApi
let server: Server
let url: string
let issuer: string
beforeAll(async () => {
  server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const oidc = {
    ...{ issuer, clientId: 'citywell', clientSecret: 'a-secret-of-the-client', roleClaim: 'groups', name: 'City ID' },
    roles: [
      { value: 'admins', role: 'administrator' as const },
      { value: 'staff', role: 'viewer' as const },
    ],
  }
  // the provider's clock is the real one
  api = await openTestApi({ oidc, clock: () => new Date() })
  url = await api.app.listen({ port: 0, host: '127.0.0.1' })
  server.on('request', openProvider().callback())
})
afterAll(async () => {
  server?.close()
  server?.closeAllConnections()
  await api?.close()
})

const openProvider = () =>
  new Provider(issuer, {
    clients: [
      {
        client_id: 'citywell',
        client_secret: 'a-secret-of-the-client',
        redirect_uris: [`${url}/api/v1/session/oidc/callback`],
        post_logout_redirect_uris: [`${url}/`],
      },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['key of the provider in this test'] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id, groups: GROUPS[id] ?? [] }),
    }),
  })

/** A browser: follows redirects, and keeps the cookies of each host and port. */
function openBrowser() {
  const jars = new Map<string, Map<string, string>>()
  const jarOf = (origin: string) =>
    jars.get(origin) ?? jars.set(origin, new Map()).get(origin) ?? new Map<string, string>()
  const visit = async (to: string, init: RequestInit = {}): Promise<Response> => {
    const { origin } = new URL(to)
    const cookie = [...jarOf(origin)].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(to, { ...init, redirect: 'manual', headers: { ...init.headers, cookie, origin } })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      if (value === '') jarOf(origin).delete(name)
      else jarOf(origin).set(name, value)
    }
    return response
  }
  /** Follows until an address is `stop`, or nothing redirects any more. */
  const follow = async (to: string, stop = 'never'): Promise<{ at: string; response: Response | undefined }> => {
    for (let at = to, hops = 0; hops < 20; hops += 1) {
      if (at.startsWith(stop)) return { at, response: undefined }
      const response = await visit(at)
      const location = response.headers.get('location')
      if (location === null) return { at, response }
      at = new URL(location, at).href
    }
    throw new Error('too many redirects')
  }
  const submit = async (at: string, fields: Record<string, string>): Promise<string> => {
    const response = await visit(at, { method: 'POST', body: new URLSearchParams(fields) })
    return new URL(response.headers.get('location') ?? '', at).href
  }
  /** From the button on the page through sign-in and consent of the provider. @returns the address of our callback */
  const toCallback = async (login: string): Promise<string> => {
    const stop = `${url}/api/v1/session/oidc/callback`
    let { at } = await follow(`${url}/api/v1/session/oidc`, stop)
    for (const fields of [{ prompt: 'login', login, password: 'any' }, { prompt: 'consent' }]) {
      if (at.startsWith(stop)) return at
      at = (await follow(await submit(at, fields), stop)).at
    }
    return at
  }
  const session = async () => (await visit(`${url}/api/v1/session`)).json() as Promise<Record<string, unknown>>
  return { visit, follow, toCallback, session, jarOf }
}

const signIn = async (login: string) => {
  const browser = openBrowser()
  return { browser, answer: await browser.visit(await browser.toCallback(login)) }
}

const auditOf = async (login: string) =>
  (
    await api.pool.query<{ action: string }>(
      `select action from audit_entry where subject = (select 'account:' || id from account where oidc_subject = $1) order by id`,
      [login],
    )
  ).rows.map(({ action }) => action)

describe('signing in', () => {
  test.each([
    ['anna', 'administrator'],
    ['bert', 'viewer'],
  ])('%s becomes %s by the groups that the provider names', async (login, role) => {
    const { browser, answer } = await signIn(login)
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/'])
    expect(await browser.session()).toMatchObject({ kind: 'account', name: login, role, identityProvider: 'City ID' })
    const { rows } = await api.pool.query(`select password, oidc_issuer, oidc_subject from account where name = $1`, [
      login,
    ])
    expect(rows).toEqual([{ password: null, oidc_issuer: issuer, oidc_subject: login }])
  })

  test('the role follows the provider at the next sign-in, and the account stays one', async () => {
    const groups = GROUPS as Record<string, string[]>
    groups['bert'] = ['admins']
    const { browser } = await signIn('bert')
    expect(await browser.session()).toMatchObject({ name: 'bert', role: 'administrator' })
    groups['bert'] = ['staff']
    // elsewhere, with fewer rights: the session that has more ends
    const elsewhere = (await signIn('bert')).browser
    expect(await elsewhere.session()).toMatchObject({ name: 'bert', role: 'viewer' })
    expect(await browser.session()).toMatchObject({ kind: 'anonymous' })
    expect((await auditOf('bert')).filter((action) => action.startsWith('account.'))).toEqual([
      'account.create',
      'account.change',
      'account.change',
    ])
    expect((await api.pool.query(`select from account where oidc_subject = 'bert'`)).rowCount).toBe(1)
  })

  test('without a group that has a role: refused, and no account is made', async () => {
    const { browser, answer } = await signIn('carl')
    expect(await answer.json()).toMatchObject({ status: 403, code: 'ROLE_MISSING' })
    expect(await browser.session()).toMatchObject({ kind: 'anonymous' })
    expect((await api.pool.query(`select from account where oidc_subject = 'carl'`)).rowCount).toBe(0)
  })

  test('a local account of the same name is not taken over', async () => {
    const { id } = await newAccount(api, 'dora', { role: 'administrator' })
    const groups = GROUPS as Record<string, string[]>
    groups['dora'] = ['staff']
    const { browser } = await signIn('dora')
    expect(await browser.session()).toMatchObject({ name: 'dora-dora', role: 'viewer' })
    expect(
      (await api.pool.query('select oidc_subject from account where id = $1', [id])).rows[0].oidc_subject,
    ).toBeNull()
  })

  test('a disabled account stays out', async () => {
    await signIn('anna')
    await api.pool.query(`update account set disabled = true where name = 'anna'`)
    expect(await (await signIn('anna')).answer.json()).toMatchObject({ status: 401, code: 'SIGN_IN_FAILED' })
    expect((await auditOf('anna')).at(-1)).toBe('sign_in.failed')
    await api.pool.query(`update account set disabled = false where name = 'anna'`)
  })
})

describe('an answer that does not belong to this browser', () => {
  test('a callback without the departure of this browser is refused (login CSRF)', async () => {
    const stolen = await openBrowser().toCallback('anna')
    const victim = openBrowser()
    expect(await (await victim.visit(stolen)).json()).toMatchObject({ status: 401, code: 'SIGN_IN_FAILED' })
    expect(await victim.session()).toMatchObject({ kind: 'anonymous' })
  })

  test('another state, another code, and a code that was used are refused', async () => {
    const browser = openBrowser()
    const callback = new URL(await browser.toCallback('anna'))
    for (const name of ['state', 'code']) {
      const own = openBrowser()
      const changed = new URL(await own.toCallback('anna'))
      changed.searchParams.set(name, 'forged')
      expect(await (await own.visit(changed.href)).json(), name).toMatchObject({ code: 'SIGN_IN_FAILED' })
    }
    expect((await browser.visit(callback.href)).status).toBe(302)
    expect(await (await browser.visit(callback.href)).json()).toMatchObject({ code: 'SIGN_IN_FAILED' })
  })

  test('a code from one departure is worth nothing with the verifier of another (PKCE)', async () => {
    const [thief, victim] = [openBrowser(), openBrowser()]
    const stolen = new URL(await victim.toCallback('anna'))
    const own = new URL(await thief.toCallback('bert'))
    own.searchParams.set('code', stolen.searchParams.get('code') ?? '')
    expect(await (await thief.visit(own.href)).json()).toMatchObject({ code: 'SIGN_IN_FAILED' })
  })

  test('the departure is a cookie that scripts cannot read, with S256, state and nonce in the request', async () => {
    const answer = await openBrowser().visit(`${url}/api/v1/session/oidc`)
    expect(answer.headers.getSetCookie()[0]).toMatch(
      /^citywell-oidc=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    const query = new URL(answer.headers.get('location') ?? '').searchParams
    expect(query.get('code_challenge_method')).toBe('S256')
    for (const name of ['state', 'nonce', 'code_challenge']) expect(query.get(name)?.length, name).toBeGreaterThan(20)
  })
})

test('signing out ends the session here and leads to the provider', async () => {
  const { browser } = await signIn('anna')
  const answer = await browser.visit(`${url}/api/v1/session`, { method: 'DELETE' })
  const { continueAt } = (await answer.json()) as { continueAt: string }
  expect(continueAt).toMatch(new RegExp(`^${issuer}/session/end\\?.*id_token_hint=.*post_logout_redirect_uri=`))
  expect(await browser.session()).toMatchObject({ kind: 'anonymous' })
  expect((await browser.visit(continueAt)).status).toBe(200)
})

test('a provider that does not answer is said so, and the next attempt asks it again', async () => {
  const oidc = {
    issuer: 'http://127.0.0.1:9',
    clientId: 'x',
    clientSecret: undefined,
    roleClaim: 'roles',
    roles: [],
    name: 'x',
  }
  const other = await openTestApi({ oidc })
  try {
    for (let n = 0; n < 2; n += 1)
      expect((await other.app.inject({ url: '/api/v1/session/oidc' })).json()).toMatchObject({
        status: 503,
        code: 'IDENTITY_PROVIDER_UNAVAILABLE',
      })
  } finally {
    await other.close()
  }
})
