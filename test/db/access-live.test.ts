/** A stream of events lasts; what ends a session or a token ends it too. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newAccount } from './access-fixture.ts'
import { authorized, openTestApi, type TestApi } from './api-fixture.ts'

/** The server looks again every 15 s. */
const LIMIT_MS = 30_000
const HOUR_MS = 3_600_000

let api: TestApi
let url: string
let now = new Date('2026-11-01T12:00:00Z')
beforeAll(async () => {
  api = await openTestApi({ publicAccess: false, clock: () => now })
  url = await api.app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => api?.close())

/** @returns when it has ended */
async function openStream(headers: Record<string, string>): Promise<{ ended: () => boolean; last: Promise<void> }> {
  const response = await fetch(`${url}/api/v1/live`, { headers })
  expect(response.status).toBe(200)
  let ended = false
  const last = (async () => {
    for await (const _ of response.body ?? []);
    ended = true
  })()
  return { ended: () => ended, last }
}

test(
  'signing out, another role and a revoked token end event streams; what is valid goes on',
  async () => {
    const streamOf = async (name: string) => {
      const { id, browser } = await newAccount(api, name, { role: 'viewer' })
      return { id, browser, stream: await openStream({ cookie: browser.cookie() ?? '' }) }
    }
    const [out, changed, idle, stays] = [
      await streamOf('out'),
      await streamOf('changed'),
      await streamOf('idle'),
      await streamOf('stays'),
    ]
    const payload = { name: 'screen', role: 'viewer', days: 1 }
    const token = (await api.app.inject({ method: 'POST', url: '/api/v1/tokens', headers: authorized, payload })).json()
    const revoked = await openStream({ authorization: `Bearer ${token.secret}` })

    await out.browser.call('DELETE', '/session')
    const change = { role: 'analyst' }
    await api.app.inject({
      method: 'PATCH',
      url: `/api/v1/accounts/${changed.id}`,
      headers: authorized,
      payload: change,
    })
    await api.app.inject({ method: 'DELETE', url: `/api/v1/tokens/${token.id}`, headers: authorized })
    // a stream is not a use of its session: one that only listens is idle after two hours
    now = new Date(now.getTime() + 1.5 * HOUR_MS)
    await stays.browser.get('/city')
    now = new Date(now.getTime() + HOUR_MS)
    await Promise.all([out, changed, idle].map(({ stream }) => stream.last).concat(revoked.last))
    expect(stays.stream.ended()).toBe(false)
  },
  LIMIT_MS,
)
