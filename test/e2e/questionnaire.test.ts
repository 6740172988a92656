/** The questionnaire in a real browser: four languages, on a phone, on paper, and an answer to an invitation. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fits, violations } from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

let system: SharedCity
let browser: Browser
beforeAll(async () => {
  system = await sharedCity('simulated')
  browser = await sharedBrowser()
})
afterAll(() => browser?.close())

const PHONE = { viewport: { width: 390, height: 844 } }

test.each([
  ['en', 'ltr'],
  ['es', 'ltr'],
  ['fr', 'ltr'],
  ['ar', 'rtl'],
])('in %s (%s): accessible on a phone, every question there, and it fits the paper', async (language, direction) => {
  const page = await browser.newPage(PHONE)
  await page.goto(`${system.url}/questionnaire?lang=${language}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect(await page.evaluate(() => document.documentElement.dir)).toBe(direction)
  // 36 questions with radio buttons: 3 of the home, 3 of the person, 23 statements, 7 characteristics
  expect(await page.locator('fieldset.scale').count()).toBe(36)
  expect(await violations(page)).toEqual([])
  expect(await fits(page)).toBe(true)
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('#send').isVisible()).toBe(false)
  expect(await fits(page)).toBe(true)
  await page.close()
})

test('a code that nobody was given, and a price in words, are told in the language of the page', async () => {
  const page = await browser.newPage(PHONE)
  await page.goto(`${system.url}/questionnaire?lang=es`)
  await page.locator('#price').fill('mucho')
  await page.locator('#send').click()
  await page.getByRole('link', { name: 'El precio debe ser un número' }).waitFor()
  await page.locator('#price').fill('30')
  await page.locator('#code').fill('0000-0000-0000-0000')
  await page.locator('#send').click()
  await page.getByText('Este código no se conoce.').waitFor()
  expect(await violations(page)).toEqual([])
  await page.close()
})
