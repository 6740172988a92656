/** Local accounts: passwords, sessions, second factor, recovery codes, and what somebody who attacks them meets. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hotp, stepAt } from '#domain/access/totp.ts'
import { newAccount, openBrowser, PASSWORD } from './access-fixture.ts'
import { addThing, authorized, KEY, NOW, openTestApi, type TestApi } from './api-fixture.ts'

const HOUR_MS = 3_600_000
let api: TestApi
let now = NOW
beforeAll(async () => {
  api = await openTestApi({ clock: () => now })
  await addThing(api.pool, { key: 'air-1' }, 'pm2_5')
})
afterAll(() => api?.close())

/** RFC 4648 without padding. */
function fromBase32(text: string): Buffer {
  const bits = [...text]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
const codeAt = (secret: string, at: Date) => hotp(fromBase32(secret), stepAt(at))
const later = (ms: number) => {
  now = new Date(now.getTime() + ms)
}
const auditOf = async (subject: string) =>
  (
    await api.pool.query<{ action: string }>('select action from audit_entry where subject = $1 order by id', [subject])
  ).rows.map(({ action }) => action)

describe('a first sign-in', () => {
  test('with the temporary password allows nothing but changing it', async () => {
    const payload = { name: 'Zoë@City.example', role: 'registrar' }
    const created = await api.app.inject({ method: 'POST', url: '/api/v1/accounts', headers: authorized, payload })
    expect(created.statusCode).toBe(201)
    const { name, temporaryPassword } = created.json()
    expect(name).toBe('zoë@city.example')
    const browser = openBrowser(api)
    expect((await browser.signIn('ZOË@city.example', temporaryPassword)).body).toMatchObject({
      kind: 'account',
      mustChangePassword: true,
    })
    expect((await browser.call('PATCH', '/registry/things/air-1', { name: 'x' })).code).toBe('PASSWORD_CHANGE_REQUIRED')
    // what others may not read does not come with what is public
    expect((await browser.get('/session')).body['permissions']).toEqual(['read'])
    const change = (next: string) => browser.call('PUT', '/account/password', { current: temporaryPassword, next })
    expect((await change('too short')).body).toMatchObject({
      status: 422,
      code: 'VALUE_INVALID',
      detail: expect.stringContaining('at least 12'),
    })
    expect((await change(PASSWORD)).status).toBe(200)
    expect((await browser.call('PATCH', '/registry/things/air-1', { name: 'x' })).status).toBe(200)
    expect((await openBrowser(api).signIn(name, temporaryPassword)).code).toBe('SIGN_IN_FAILED')
  })

  test('a temporary password works for 72 hours', async () => {
    const payload = { name: 'late', role: 'viewer' }
    const created = await api.app.inject({ method: 'POST', url: '/api/v1/accounts', headers: authorized, payload })
    const { id, temporaryPassword } = created.json()
    const setAgo = (ms: number) =>
      api.pool.query('update account set created_at = $2 where id = $1', [id, new Date(now.getTime() - ms)])
    const signIn = (password: string) => openBrowser(api, { address: '192.0.104.1' }).signIn('late', password)
    await setAgo(72 * HOUR_MS - 1)
    expect((await signIn(temporaryPassword)).status).toBe(200)
    await setAgo(72 * HOUR_MS)
    expect(await signIn(temporaryPassword)).toMatchObject({ status: 401, code: 'PASSWORD_EXPIRED' })
    // who does not know it learns nothing
    expect((await signIn('another password')).code).toBe('SIGN_IN_FAILED')
    expect((await auditOf(`account:${id}`)).slice(-2)).toEqual(['sign_in.expired', 'sign_in.failed'])
    const reset = await api.app.inject({ method: 'POST', url: `/api/v1/accounts/${id}/reset`, headers: authorized })
    expect((await signIn(reset.json().temporaryPassword)).status).toBe(200)
  })

  test('a name is taken once, whatever its case', async () => {
    await newAccount(api, 'taken')
    const payload = { name: 'TAKEN', role: 'viewer' }
    const again = await api.app.inject({ method: 'POST', url: '/api/v1/accounts', headers: authorized, payload })
    expect(again.json()).toMatchObject({ status: 409, code: 'ACCOUNT_TAKEN' })
  })
})

describe('a session', () => {
  test('is in a cookie that scripts and other sites cannot use, and stored as a hash', async () => {
    const { browser } = await newAccount(api, 'cookie')
    await browser.signIn('cookie', PASSWORD)
    expect(browser.attributes()).toBe('Max-Age=43200; Path=/; HttpOnly; SameSite=Lax')
    const id = browser.cookie()?.split('=')[1] ?? ''
    expect(Buffer.from(id, 'base64url')).toHaveLength(32)
    const { rows } = await api.pool.query('select s::text as line from session s')
    expect(rows.map(({ line }) => line).join()).not.toContain(id)
  })

  test('behind TLS the cookie has the prefix __Host- and Secure', async () => {
    const { app, close } = await openTestApi({ trustProxy: '203.0.113.7' })
    try {
      const headers = { host: 'city.example', origin: 'https://city.example', 'x-forwarded-proto': 'https' }
      const request = {
        method: 'POST',
        url: '/api/v1/session',
        remoteAddress: '203.0.113.7',
        headers,
        payload: { key: KEY },
      } as const
      const cookie = String((await app.inject(request)).headers['set-cookie'])
      expect(cookie).toMatch(/^__Host-citywell=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    } finally {
      await close()
    }
  })

  test('has a new id after each sign-in and after a change of the password, and the former one is worth nothing', async () => {
    const { browser } = await newAccount(api, 'rotate')
    const first = browser.cookie()
    await browser.signIn('rotate', PASSWORD)
    const second = browser.cookie()
    await browser.call('PUT', '/account/password', { current: PASSWORD, next: `${PASSWORD} 2` })
    const third = browser.cookie()
    expect(new Set([first, second, third]).size).toBe(3)
    for (const former of [first, second]) {
      browser.setCookie(former)
      expect((await browser.get('/account')).code).toBe('SESSION_ENDED')
    }
    browser.setCookie(third)
    expect((await browser.get('/account')).status).toBe(200)
  })

  test('a planted id is not adopted at sign-in', async () => {
    const browser = openBrowser(api, { address: '198.51.200.1' })
    browser.setCookie('citywell=planted')
    await browser.call('POST', '/session', { key: KEY })
    expect(browser.cookie()).not.toBe('citywell=planted')
  })

  test('ends when it is idle for two hours, and after twelve in any case', async () => {
    const { browser } = await newAccount(api, 'idle')
    later(2 * HOUR_MS - 1000)
    expect((await browser.get('/account')).status).toBe(200)
    later(2 * HOUR_MS - 1000)
    expect((await browser.get('/account')).status).toBe(200)
    later(2 * HOUR_MS)
    expect((await browser.get('/account')).code).toBe('SESSION_ENDED')
    await browser.signIn('idle', PASSWORD)
    for (let hour = 1; hour < 12; hour += 1) {
      later(HOUR_MS)
      expect((await browser.get('/account')).status, `hour ${hour}`).toBe(200)
    }
    later(HOUR_MS)
    expect((await browser.get('/account')).code).toBe('SESSION_ENDED')
  })

  test('where reading is public, an ended session reads on as everybody does', async () => {
    const browser = openBrowser(api)
    browser.setCookie('citywell=gone')
    expect((await browser.get('/things')).status).toBe(200)
    expect((await browser.get('/session')).body).toMatchObject({
      kind: 'anonymous',
      role: 'public',
      permissions: ['read'],
    })
  })

  test('signing out ends it, signing out everywhere ends all', async () => {
    const { browser, id } = await newAccount(api, 'out')
    const [one, two] = [
      openBrowser(api, { address: '198.51.201.1' }),
      openBrowser(api, {
        address: '198.51.202.1',
        headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' },
      }),
    ]
    await one.signIn('out', PASSWORD)
    await two.signIn('out', PASSWORD)
    const { sessions } = (await two.get('/account')).body as unknown as {
      sessions: { device: string; isCurrent: boolean }[]
    }
    expect(sessions).toHaveLength(3)
    expect(sessions.filter(({ isCurrent }) => isCurrent)).toMatchObject([{ device: 'Firefox, Linux' }])
    const cookie = one.cookie()
    expect((await one.call('DELETE', '/session')).status).toBe(200)
    expect(one.cookie()).toBeUndefined()
    one.setCookie(cookie)
    expect((await one.get('/account')).code).toBe('SESSION_ENDED')
    expect((await two.call('DELETE', '/account/sessions')).body).toEqual({ ended: 2 })
    expect((await browser.get('/account')).code).toBe('SESSION_ENDED')
    const signedInAndOut = ['sign_in', 'sign_in', 'sign_out', 'sign_out.everywhere']
    expect(await auditOf(`account:${id}`)).toEqual(signedInAndOut)
  })

  test('ends when an administrator changes the role, disables or deletes the account', async () => {
    const { browser, id } = await newAccount(api, 'demoted', { role: 'administrator' })
    const admin = (method: 'PATCH' | 'DELETE', payload?: object) =>
      api.app.inject({ method, url: `/api/v1/accounts/${id}`, headers: authorized, ...(payload && { payload }) })
    expect((await browser.get('/accounts')).status).toBe(200)
    await admin('PATCH', { role: 'viewer' })
    expect((await browser.get('/accounts')).code).toBe('SESSION_ENDED')
    expect((await browser.signIn('demoted', PASSWORD)).body).toMatchObject({ role: 'viewer' })
    expect((await browser.get('/accounts')).code).toBe('PERMISSION_MISSING')
    await admin('PATCH', { disabled: true })
    expect((await browser.get('/account')).code).toBe('SESSION_ENDED')
    expect((await browser.signIn('demoted', PASSWORD)).code).toBe('SIGN_IN_FAILED')
    const names = () => api.pool.query(`select from audit_personal where value = 'demoted'`)
    expect((await names()).rowCount).toBeGreaterThan(0)
    expect((await admin('DELETE')).statusCode).toBe(200)
    expect((await names()).rowCount).toBe(0)
  })

  test('of the key is an administrator without an account', async () => {
    const browser = openBrowser(api, { address: '198.51.203.1' })
    expect((await browser.call('POST', '/session', { key: `${KEY}x` })).code).toBe('SIGN_IN_FAILED')
    expect((await browser.call('POST', '/session', { key: KEY })).body).toMatchObject({
      kind: 'key',
      role: 'administrator',
    })
    expect((await browser.get('/accounts')).status).toBe(200)
    expect((await browser.get('/account')).code).toBe('ACCOUNT_REQUIRED')
  })
})

describe('another site', () => {
  test.each(['https://evil.example', 'null', null])(
    'origin %s cannot make a browser change anything',
    async (origin) => {
      const { browser } = await newAccount(api, `csrf-${origin === null ? 'none' : origin.length}`, {
        role: 'registrar',
      })
      const forged = openBrowser(api, { origin })
      forged.setCookie(browser.cookie())
      expect((await forged.call('PATCH', '/registry/things/air-1', { name: 'forged' })).code).toBe('ORIGIN_REFUSED')
      expect((await forged.call('DELETE', '/session')).code).toBe('ORIGIN_REFUSED')
      expect((await browser.call('PATCH', '/registry/things/air-1', { name: 'own' })).status).toBe(200)
    },
  )

  test('cannot sign a browser in either', async () => {
    const forged = openBrowser(api, { origin: 'https://evil.example', address: '198.51.204.1' })
    expect((await forged.call('POST', '/session', { key: KEY })).code).toBe('ORIGIN_REFUSED')
  })
})

describe('a second factor', () => {
  test('is asked for once it is on; a code and a recovery code work once', async () => {
    later(60_000)
    const { browser } = await newAccount(api, 'totp')
    expect((await browser.call('POST', '/account/totp', { password: 'wrong password' })).code).toBe('SIGN_IN_FAILED')
    const { secret, uri } = (await browser.call('POST', '/account/totp', { password: PASSWORD })).body
    expect(uri).toContain(`otpauth://totp/Citywell:totp?secret=${secret}`)
    expect(
      (await openBrowser(api, { address: '198.51.205.1' }).signIn('totp', PASSWORD)).status,
      'not yet in force',
    ).toBe(200)
    expect((await browser.call('PUT', '/account/totp', { code: '000000' })).status).toBe(422)
    const { codes } = (await browser.call('PUT', '/account/totp', { code: codeAt(secret, now) })).body as unknown as {
      codes: string[]
    }
    expect(codes).toHaveLength(10)
    const other = openBrowser(api, { address: '198.51.206.1' })
    expect((await other.signIn('totp', PASSWORD)).code).toBe('CODE_REQUIRED')
    // whoever got this far knew the password
    const { rows } = await api.pool.query('select action from audit_entry order by id desc limit 1')
    expect(rows).toEqual([{ action: 'sign_in.code_missing' }])
    expect((await other.signIn('totp', 'wrong password')).code, 'nothing about the second factor').toBe(
      'SIGN_IN_FAILED',
    )
    expect((await other.signIn('totp', PASSWORD, codeAt(secret, now))).code, 'used when it was set up').toBe(
      'SIGN_IN_FAILED',
    )
    later(60_000)
    expect((await other.signIn('totp', PASSWORD, codeAt(secret, now))).status).toBe(200)
    expect((await other.signIn('totp', PASSWORD, codeAt(secret, now))).code, 'a second time').toBe('SIGN_IN_FAILED')
    const [first = '', second = ''] = codes
    expect((await other.signIn('totp', PASSWORD, first.toLowerCase().replaceAll('-', ' '))).status).toBe(200)
    expect((await other.signIn('totp', PASSWORD, first)).code).toBe('SIGN_IN_FAILED')
    expect((await other.get('/account')).body).toMatchObject({ secondFactor: true, recoveryCodes: 9 })
    const off = await other.call('DELETE', '/account/totp', { password: PASSWORD, code: second })
    expect(off.status).toBe(200)
    expect((await other.signIn('totp', PASSWORD)).status).toBe(200)
    const stored = await api.pool.query('select r::text as line from recovery_code r')
    expect(JSON.stringify(stored.rows)).not.toContain(second.replaceAll('-', ''))
  })

  test('of two sign-ins at once with one code, one succeeds', async () => {
    const { browser } = await newAccount(api, 'twice')
    const { secret } = (await browser.call('POST', '/account/totp', { password: PASSWORD })).body
    await browser.call('PUT', '/account/totp', { code: codeAt(secret, now) })
    later(60_000)
    const attempts = [1, 2, 3].map((n) =>
      openBrowser(api, { address: `198.51.207.${n}` }).signIn('twice', PASSWORD, codeAt(secret, now)),
    )
    const statuses = (await Promise.all(attempts)).map(({ status }) => status)
    expect(statuses.sort()).toEqual([200, 401, 401])
  })

  test('somebody who lost both gets a temporary password, without the second factor', async () => {
    const { browser, id } = await newAccount(api, 'lost')
    const { secret } = (await browser.call('POST', '/account/totp', { password: PASSWORD })).body
    await browser.call('PUT', '/account/totp', { code: codeAt(secret, now) })
    const reset = await api.app.inject({ method: 'POST', url: `/api/v1/accounts/${id}/reset`, headers: authorized })
    expect((await browser.get('/account')).code).toBe('SESSION_ENDED')
    const again = openBrowser(api, { address: '198.51.208.1' })
    expect((await again.signIn('lost', reset.json().temporaryPassword)).body).toMatchObject({
      mustChangePassword: true,
    })
    expect(await auditOf(`account:${id}`)).toEqual([
      'account.totp_setup',
      'account.totp_on',
      'account.reset',
      'sign_in',
    ])
  })
})

describe('guessing', () => {
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

  test('a name that exists and one that does not have the same answer after the same work', async () => {
    await newAccount(api, 'exists')
    const attempt = async (name: string, n: number) => {
      const browser = openBrowser(api, { address: `192.0.${n}.1` })
      const start = performance.now()
      const { status, code, body } = await browser.signIn(name, 'not the password')
      const { requestId: _, ...same } = body as Record<string, unknown>
      return { ms: performance.now() - start, answer: { status, code, same } }
    }
    const known: number[] = []
    const unknown: number[] = []
    for (let n = 0; n < 5; n += 1) {
      const [a, b] = [await attempt('exists', n), await attempt('nobody', n)]
      expect(a.answer).toEqual(b.answer)
      known.push(a.ms)
      unknown.push(b.ms)
    }
    // without the hash of nobody the second takes a tenth of the first
    expect(median(unknown)).toBeGreaterThan(median(known) / 3)
    expect(median(unknown)).toBeLessThan(median(known) * 3)
  })

  test('one address has twenty attempts in a quarter of an hour, one account forty', async () => {
    later(16 * 60_000)
    const browser = openBrowser(api, { address: '192.0.100.1' })
    // wrong by its shape: refused before a password is hashed, and not counted
    expect((await browser.call('POST', '/session', { name: '', password: '' })).status).toBe(400)
    for (let n = 0; n < 20; n += 1)
      expect((await browser.call('POST', '/session', { key: `wrong-${n}` })).code).toBe('SIGN_IN_FAILED')
    const refused = await browser.call('POST', '/session', { key: KEY })
    expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED' })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    for (let n = 0; n < 20; n += 1)
      expect(
        (await openBrowser(api, { address: `192.0.101.${n}` }).call('POST', '/session', { key: 'wrong' })).code,
      ).toBe('SIGN_IN_FAILED')
    expect((await openBrowser(api, { address: '192.0.102.1' }).call('POST', '/session', { key: KEY })).code).toBe(
      'RATE_LIMITED',
    )
    later(16 * 60_000)
    expect((await browser.call('POST', '/session', { key: KEY })).status).toBe(200)
  })

  test('failed sign-ins are audited without what was typed', async () => {
    const { id } = await newAccount(api, 'watched')
    await openBrowser(api, { address: '192.0.103.1' }).signIn('watched', 'hunter2 hunter2')
    await openBrowser(api, { address: '192.0.103.1' }).signIn('my secret password', 'x')
    expect((await auditOf(`account:${id}`)).at(-1)).toBe('sign_in.failed')
    const { rows } = await api.pool.query(`select e.content::text || coalesce(string_agg(p.value, ' '), '') as line
      from audit_entry e left join audit_personal p on p.entry_id = e.id group by e.id`)
    expect(JSON.stringify(rows)).not.toMatch(/hunter2|my secret/)
  })
})

describe('tokens', () => {
  test('are created, used, listed and revoked by an administrator', async () => {
    const admin = (method: 'GET' | 'POST' | 'DELETE', path: string, payload?: object) =>
      api.app.inject({ method, url: `/api/v1/tokens${path}`, headers: authorized, ...(payload && { payload }) })
    const created = await admin('POST', '', { name: 'grafana', role: 'operator', permissions: ['payloads'], days: 30 })
    expect(created.statusCode).toBe(201)
    const { id, secret, expiresAt } = created.json()
    expect(Date.parse(expiresAt) - now.getTime()).toBe(30 * 24 * HOUR_MS)
    const use = () =>
      api.app.inject({ url: '/api/v1/ingest/archive?source=x', headers: { authorization: `Bearer ${secret}` } })
    expect((await use()).statusCode).toBe(200)
    const [listed] = (await admin('GET', '')).json().tokens
    expect(listed).toMatchObject({ id, name: 'grafana', permissions: ['payloads'], lastUsedAt: now.toISOString() })
    expect(JSON.stringify(listed)).not.toContain(secret)
    expect((await admin('DELETE', `/${id}`)).json().revokedAt).toBe(now.toISOString())
    expect((await use()).statusCode).toBe(401)
    expect((await admin('DELETE', `/${id}`)).json()).toMatchObject({ status: 404, code: 'TOKEN_UNKNOWN' })
    expect(await auditOf(`token:${id}`)).toEqual(['token.create', 'token.revoke'])
  })

  test('cannot have permissions that their role does not have', async () => {
    const payload = { name: 'x', role: 'viewer', permissions: ['read', 'registry'] }
    const refused = await api.app.inject({ method: 'POST', url: '/api/v1/tokens', headers: authorized, payload })
    expect(refused.json()).toMatchObject({
      status: 422,
      detail: expect.stringContaining('viewer does not have registry'),
    })
  })

  describe('and who made them', () => {
    /** An administrator who made a token; and another one, who stays. */
    const withToken = async (name: string) => {
      const maker = await newAccount(api, name, { role: 'administrator' })
      const other = await newAccount(api, `${name}-other`, { role: 'administrator' })
      const made = await maker.browser.call('POST', '/tokens', { name: `of ${name}`, role: 'operator' })
      expect(made.status).toBe(201)
      const headers = { authorization: `Bearer ${made.body.secret}` }
      const use = async () => (await api.app.inject({ url: '/api/v1/receivers', headers })).statusCode
      expect(await use()).toBe(200)
      const id = String(made.body['id'])
      const listed = async () => {
        const { tokens } = (await other.browser.get('/tokens')).body as unknown as { tokens: { id: string }[] }
        return tokens.find((token) => token.id === id)
      }
      const change = (body: object) => other.browser.call('PATCH', `/accounts/${maker.id}`, body)
      return { id, use, listed, change, maker, other }
    }

    test.for([
      ['disabled', { disabled: true }, { disabled: false }],
      ['no administrator', { role: 'operator' }, { role: 'administrator' }],
      ['restricted', { restriction: { zones: ['west'], owners: [] } }, { restriction: null }],
    ] as const)('a token works as long as its maker is not %s', async ([what, lose, regain]) => {
      const { use, listed, change } = await withToken(`maker ${what}`)
      expect((await change(lose)).status).toBe(200)
      expect(await use()).toBe(401)
      expect(await listed()).toMatchObject({ suspended: true, madeBy: `maker ${what}` })
      await change(regain)
      expect(await use()).toBe(200)
      expect(await listed()).toMatchObject({ suspended: false })
    })

    test('another administrator takes a token over, and it outlives whoever made it', async () => {
      const { id, use, listed, change, maker, other } = await withToken('leaving')
      await change({ disabled: true })
      expect((await other.browser.call('POST', `/tokens/${id}/take-over`, {})).body).toMatchObject({
        madeBy: 'leaving-other',
        suspended: false,
      })
      expect(await use()).toBe(200)
      const deleted = await other.browser.call('DELETE', `/accounts/${maker.id}`)
      expect(deleted.body).toMatchObject({ revokedTokens: 0 })
      expect(await use()).toBe(200)
      expect(await auditOf(`token:${id}`)).toEqual(['token.create', 'token.take_over'])
      expect(await listed()).toMatchObject({ madeBy: 'leaving-other' })
    })

    test('a deleted account takes its tokens with it', async () => {
      const { use, listed, maker, other } = await withToken('deleted')
      const deleted = await other.browser.call('DELETE', `/accounts/${maker.id}`)
      expect(deleted.body).toMatchObject({ revokedTokens: 1 })
      expect(await use()).toBe(401)
      expect(await listed()).toMatchObject({ madeBy: null, revokedAt: now.toISOString() })
    })

    test('a token that makes tokens does not make them last longer than its maker', async () => {
      const maker = await newAccount(api, 'chain', { role: 'administrator' })
      const first = await maker.browser.call('POST', '/tokens', { name: 'first', role: 'administrator' })
      const make = (secret: string) =>
        api.app.inject({
          method: 'POST',
          url: '/api/v1/tokens',
          headers: { authorization: `Bearer ${secret}` },
          payload: { name: 'second', role: 'viewer' },
        })
      const second = (await make(first.body.secret)).json()
      expect(second).toMatchObject({ madeBy: 'chain' })
      await api.pool.query('update account set disabled = true where id = $1', [maker.id])
      expect((await make(first.body.secret)).statusCode).toBe(401)
      const headers = { authorization: `Bearer ${second.secret}` }
      expect((await api.app.inject({ url: '/api/v1/session', headers })).json()).toMatchObject({ kind: 'anonymous' })
    })
  })
})
