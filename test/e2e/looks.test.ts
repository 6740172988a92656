/**
 * Ten views look as they did when somebody last looked at them (looks.json). After a change that is meant, look at the page and
 * then `LOOKS=keep npx vitest run --project e2e test/e2e/looks.test.ts`.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { differenceOf, lookOf, stillLookOf } from './look.ts'
import { goTo, openPage, PHONE, settled, wear } from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

const FILE = join(import.meta.dirname, 'looks.json')
/** Live values, lists that other tests lengthen and fonts of other machines change less; a style that is missing changes more. */
const MAX_DIFFERENCE = 0.12
const DASHBOARD = ['now', 'brief', 'compare', 'indicators', 'people', 'report'] as const
const MAX_READS = 30
const KEEP = process.env['LOOKS'] === 'keep'

let system: SharedCity
let browser: Browser
let known: Record<string, string>
beforeAll(async () => {
  ;[system, browser] = await Promise.all([sharedCity('simulated'), sharedBrowser()])
  known = JSON.parse(await readFile(FILE, 'utf8').catch(() => '{}')) as Record<string, string>
})
afterAll(async () => {
  if (KEEP) await writeFile(FILE, `${JSON.stringify(known, null, 2)}\n`)
  await browser?.close()
})

async function differs(page: Page, name: string): Promise<string[]> {
  await settled(page)
  if (KEEP) known[name] = Buffer.from(await stillLookOf(page)).toString('base64')
  const expected = Buffer.from(known[name] ?? '', 'base64')
  const read = async (): Promise<number> => differenceOf(await lookOf(page), expected)
  // a busy machine draws the base map later
  let difference = await read()
  for (let again = 0; again < MAX_READS && difference > MAX_DIFFERENCE; again += 1) {
    await page.waitForTimeout(1_000)
    difference = await read()
  }
  return difference > MAX_DIFFERENCE ? [`${name}: ${Math.round(100 * difference)} % of the page`] : []
}

test('on a desk: the map by day and by night, and six views', async () => {
  const { page, close } = await openPage(browser, system.url)
  const found = await differs(page, 'map')
  await wear(page, 'dark')
  found.push(...(await differs(page, 'map, dark')))
  await wear(page, 'light')
  for (const view of DASHBOARD) {
    await goTo(page, view, `?view=${view}`)
    found.push(...(await differs(page, view)))
  }
  expect(found).toEqual([])
  await close()
})

test('on a phone: the map, and the page of a street', async () => {
  const phone = await openPage(browser, system.url, PHONE)
  const found = await differs(phone.page, 'map, phone')
  await phone.page.goto(`${system.url}/street`)
  await phone.page.getByRole('main').waitFor()
  found.push(...(await differs(phone.page, 'street, phone')))
  expect(found).toEqual([])
  await phone.close()
})

test('a page without its styles looks different', async () => {
  const { page, close } = await openPage(browser, `${system.url}/?view=indicators`)
  const styled = await lookOf(page)
  await page.evaluate(() => {
    for (const sheet of document.styleSheets) sheet.disabled = true
  })
  await settled(page)
  expect(differenceOf(styled, await lookOf(page))).toBeGreaterThan(MAX_DIFFERENCE)
  await close()
})
