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

test('while a history is being loaded, Brief and People say so, how far it is, and read again once it is there', async () => {
  const visitor = await newVisitor(browser)
  try {
    const page = await visitor.newPage()
    page.setDefaultTimeout(90_000)
    let backfill = 0.4
    let briefs = 0
    const answer = Promise.withResolvers<void>()
    await page.route('**/api/v1/city', async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, json: { ...(await response.json()), backfill } })
    })
    await page.route(/\/api\/v1\/(brief|wellbeing)/, async (route) => {
      if (route.request().url().includes('/brief')) briefs += 1
      await answer.promise
      await route.continue()
    })
    for (const view of ['people', 'brief']) {
      await page.goto(`${system.url}/?view=${view}&lang=en`)
      await page.locator('main').getByText('The history of the city is being loaded (40%).').first().waitFor()
    }
    answer.resolve()
    const note = page.getByText('is still being loaded (40%): these figures will change')
    await note.waitFor()
    const before = briefs
    backfill = 1
    await note.waitFor({ state: 'detached' })
    await expect.poll(() => briefs).toBeGreaterThan(before)
  } finally {
    await visitor.close()
  }
})
