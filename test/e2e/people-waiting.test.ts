/** Figures of a survey whose small groups are not protected yet take a minute: the page says what it waits for. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newVisitor } from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

let system: SharedCity
let browser: Browser
beforeAll(async () => {
  ;[system, browser] = await Promise.all([sharedCity('simulated'), sharedBrowser()])
})
afterAll(() => browser?.close())

test('People says why it takes long, and shows the figures when they come', async () => {
  const visitor = await newVisitor(browser)
  try {
    const page = await visitor.newPage()
    page.setDefaultTimeout(90_000)
    const answer = Promise.withResolvers<void>()
    await page.route('**/api/v1/surveys/*/divides?*', async (route) => {
      await answer.promise
      await route.continue()
    })
    await page.goto(`${system.url}/?view=people&lang=en`)
    const divides = page.locator('.people__part', { has: page.locator('#divides') })
    await divides
      .getByText(/^Computing… .* it is done once\.$/)
      .first()
      .waitFor()
    const headline = divides.locator('.people__headline').first()
    expect(await headline.count()).toBe(0)
    answer.resolve()
    await headline.waitFor()
  } finally {
    await visitor.close()
  }
})
