import type { InjectOptions } from 'fastify'
import { insertAccount, setPassword } from '#domain/access/accounts.ts'
import { hashPassword } from '#domain/access/password.ts'
import { openSession } from '#domain/access/sessions.ts'
import type { GrantedRole } from '#model/access/roles.ts'
import type { TestApi } from './api-fixture.ts'

/** `inject` of light-my-request has this host; a browser names it as the origin of what its page sends. */
const ORIGIN = 'http://localhost'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Answer = {
  readonly status: number
  readonly code: string | undefined
  readonly body: { readonly secret: string; readonly uri: string } & Readonly<Record<string, unknown>>
  readonly headers: Record<string, unknown>
}

/** A browser with one cookie. */
export function openBrowser(
  api: TestApi,
  {
    origin = ORIGIN,
    address = '203.0.113.7',
    headers = {},
  }: { origin?: string | null; address?: string; headers?: Record<string, string> } = {},
) {
  let cookie: string | undefined
  let attributes = ''
  const call = async (method: Method, path: string, payload?: object): Promise<Answer> => {
    const request: InjectOptions = {
      method,
      url: `/api/v1${path}`,
      remoteAddress: address,
      headers: {
        host: 'localhost',
        ...(cookie !== undefined && { cookie }),
        ...(origin !== null && method !== 'GET' && { origin }),
        ...headers,
      },
      ...(payload && { payload }),
    }
    const response = await api.app.inject(request)
    const set = [response.headers['set-cookie'] ?? []].flat().at(-1)
    if (set !== undefined) {
      const [pair = '', ...rest] = set.split('; ')
      attributes = rest.join('; ')
      cookie = pair.endsWith('=') ? undefined : pair
    }
    const body = response.body === '' ? {} : response.json()
    return { status: response.statusCode, code: body.code, body, headers: response.headers }
  }
  return {
    call,
    get: (path: string) => call('GET', path),
    cookie: () => cookie,
    attributes: () => attributes,
    setCookie: (value: string | undefined) => {
      cookie = value
    },
    signIn: (name: string, password: string, code?: string) =>
      call('POST', '/session', { name, password, ...(code !== undefined && { code }) }),
  }
}

export const PASSWORD = 'correct horse battery'

type NewAccount = { role?: GrantedRole; restriction?: { zones: string[]; owners: string[] } | null }

let hash: Promise<string> | undefined

/** An account with `PASSWORD`, signed in. */
export async function newAccount(
  api: TestApi,
  name: string,
  { role = 'operator', restriction = null }: NewAccount = {},
) {
  hash ??= hashPassword(PASSWORD)
  const { id } = await insertAccount(api.pool, { name, role, restriction, password: await hash })
  await setPassword(api.pool, id, await hash, false)
  const browser = openBrowser(api, { address: `198.51.${Number(id) % 200}.1` })
  browser.setCookie(`citywell=${await openSession(api.pool, { accountId: id }, { device: '', now: api.clock() })}`)
  return { id, browser }
}
