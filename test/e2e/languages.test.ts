/** The dashboard in each language on a phone, and the menu that changes it. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BUILT_IN_LANGUAGES, directionOf } from '#model/text/languages.ts'
import { fits, goTo, newVisitor, openAnotherPage, openPage, PHONE } from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

const VIEWS = ['map', 'brief', 'compare', 'indicators', 'report', 'people', 'operations', 'registry'] as const

let system: SharedCity
let browser: Browser
let phone: BrowserContext
beforeAll(async () => {
  system = await sharedCity('simulated')
  browser = await sharedBrowser()
  phone = await newVisitor(browser, PHONE)
})
afterAll(async () => {
  await phone?.close()
  await browser?.close()
})

/** Labels of buttons, chips and links of the navigation that are cut off. */
const cutOff = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.button, .chip, .nav__link')]
      .filter((element) => element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
      .map((element) => `${element.className}: ${element.textContent}`),
  )

test.each(BUILT_IN_LANGUAGES)('%s: every view fits a phone, no label is cut off', async (language) => {
  const { page, errors, close } = await openAnotherPage(phone, `${system.url}/?view=map&lang=${language}`)
  for (const view of VIEWS) {
    await goTo(page, view, `?view=${view}&lang=${language}`)
    const root = await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])
    expect(root, view).toEqual([language, directionOf(language)])
    expect(await fits(page), view).toBe(true)
    expect(await cutOff(page), view).toEqual([])
    expect(errors, view).toEqual([])
  }
  await close()
})

test('the menu changes the language by keyboard, and the device remembers it', async () => {
  const { page, close } = await openPage(browser, `${system.url}/?view=operations`)
  await page.getByRole('button', { name: 'Language' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('option', { name: 'Français' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Exploitation' }).waitFor()
  expect(new URL(page.url()).searchParams.get('lang')).toBe('fr')
  await page.goto(`${system.url}/?view=registry`)
  await page.getByRole('heading', { level: 1, name: 'Registre des appareils' }).waitFor()
  await close()
})
