/** Swagger UI at /docs/try in a real browser: a request can be sent, under the policy of every page and without the network. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

let system: SharedCity
let browser: Browser
beforeAll(async () => {
  system = await sharedCity('simulated')
  browser = await sharedBrowser()
})
afterAll(() => browser?.close())

test('a request can be tried from the API reference, without a violation of the content policy', async () => {
  const { url } = system
  const page = await browser.newPage()
  page.setDefaultTimeout(60_000)
  const [errors, elsewhere]: [string[], string[]] = [[], []]
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('request', (request) => !request.url().startsWith(url) && elsewhere.push(request.url()))
  await page.goto(`${url}/docs`)
  await page.getByRole('link', { name: 'Try it' }).first().click()
  await page.locator('#operations-tag-city').click()
  const operation = page.locator('.opblock-get', { hasText: '/api/v1/zones' }).first()
  await operation.locator('.opblock-summary').click()
  const answered = page.waitForResponse((response) => response.url() === `${url}/api/v1/zones`)
  await operation.getByRole('button', { name: 'Execute' }).click()
  expect((await answered).status()).toBe(200)
  await operation.locator('.live-responses-table').getByText('FeatureCollection').first().waitFor()
  expect(errors).toEqual([])
  // images within the style sheet are data, not requests
  expect(elsewhere.filter((address) => !address.startsWith('data:'))).toEqual([])
})
