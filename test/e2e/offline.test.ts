/** A device that says it is offline is shown so at once, on Now and on the map, until it is heard again. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DESKTOP, openPage, settled, violations } from './page.ts'
import { publish } from './publish.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

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
