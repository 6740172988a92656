/** A device that says it is offline is shown so at once, on Now and on the map, until it is heard again. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DESKTOP, fits, openPage, PHONE, settled, violations } from './page.ts'
import { publish } from './publish.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'
import { until } from './system.ts'

let system: SharedCity
let browser: Browser
beforeAll(async () => {
  system = await sharedCity('simulated')
  browser = await sharedBrowser()
})
afterAll(() => browser?.close())

const say = (values: object) => publish(system.mqttPort, 'city/air/e2e-will', JSON.stringify(values))

test('on Now and in the detail of the map, with since when, without a reload', async () => {
  await say({ pm2_5: 9, online: 1, location: [0, 0] })
  const { page, errors, close } = await openPage(browser, `${system.url}/?view=now`, DESKTOP)
  const list = page.getByRole('list', { name: 'Offline devices' })
  const row = list.getByRole('listitem').filter({ hasText: 'e2e-will' })
  await page.getByRole('heading', { name: 'Offline devices' }).waitFor()
  expect(await row.count()).toBe(0)
  await say({ online: 0 })
  await row.getByText(/^since .* \(\d+ (s|min)\)$/).waitFor()
  await settled(page)
  expect(await violations(page)).toEqual([])

  const map = await openPage(browser, `${system.url}/?select=thing:e2e-will`, DESKTOP)
  await map.page.getByText(/^Offline since /).waitFor()
  await settled(map.page)
  expect(await violations(map.page)).toEqual([])

  await say({ pm2_5: 10 })
  await map.page.getByText(/^Offline since /).waitFor({ state: 'detached' })
  await row.waitFor({ state: 'detached' })
  expect([...errors, ...map.errors]).toEqual([])
  await map.close()
  await close()
})

test('an open incident on Now: what is read aloud is what is seen', async () => {
  await say({ pm2_5: 9, location: [0, 0] })
  const rules = `${system.url}/api/v1/alert-rules`
  const headers = { authorization: `Bearer ${system.key()}`, 'content-type': 'application/json' }
  const rule = {
    name: 'Particles in the tests',
    condition: { kind: 'value', property: 'pm2_5' },
    levels: [{ severity: 'warning', threshold: 50 }],
    scope: { things: ['e2e-will'] },
    evidence: { unconfirmed: true },
  }
  let id = ''
  // the device has to be registered before a rule can name it
  await until(
    async () => {
      const answer = await fetch(rules, { method: 'POST', headers, body: JSON.stringify(rule) })
      id = ((await answer.json()) as { id?: string }).id ?? ''
      return answer.ok
    },
    30_000,
    () => 'the rule is refused',
  )
  await say({ pm2_5: 90 })
  const { page, errors, close } = await openPage(browser, `${system.url}/?view=now`, PHONE)
  await page.getByRole('option', { name: /Particles in the tests.*e2e-will.*90/ }).waitFor()
  await settled(page)
  expect(await violations(page)).toEqual([])
  expect(await fits(page)).toBe(true)
  await fetch(`${rules}/${id}`, { method: 'DELETE', headers: { authorization: headers.authorization } })
  expect(errors).toEqual([])
  await close()
})
