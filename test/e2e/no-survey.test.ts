/** The people page of a city that has no survey: it says what to do next, on a desk and on a phone. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DESKTOP, fits, openPage, PHONE, violations } from './page.ts'
import { dataDirWithDatabase, sharedBrowser } from './shared.ts'
import { copyOfDemo, removeDataDir, type System, startSystem } from './system.ts'

let system: System
let pack: string
let browser: Browser
beforeAll(async () => {
  pack = await copyOfDemo()
  await rm(join(pack, 'surveys'), { recursive: true })
  system = await startSystem({ dataDir: await dataDirWithDatabase(), env: { BACKFILL_DAYS: '0', CITY: pack } })
  browser = await sharedBrowser()
})
afterAll(async () => {
  await browser?.close()
  await system?.stop()
  if (system) await removeDataDir(system.dataDir)
  if (pack) await removeDataDir(pack)
})

test.each([
  ['desk', DESKTOP],
  ['phone', PHONE],
] as const)('the next steps instead of empty charts, on a %s', async (name, size) => {
  const { page, errors, close } = await openPage(browser, `${system.url}/?view=people`, size)
  const start = page.getByRole('region', { name: 'This city has no survey yet.' })
  await start.waitFor()
  const hrefs = await start.getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href')))
  expect(hrefs).toEqual(['#survey-desk', 'questionnaire', 'voice'])
  // nothing to weigh, and no table of factors without a value
  expect(await page.getByRole('table', { name: /^Factors:/ }).count()).toBe(0)
  expect(await page.getByText('Reset to equal weights').count()).toBe(0)
  await page.getByText('Environmental wellbeing').first().waitFor()
  expect(await fits(page)).toBe(true)
  expect(await violations(page)).toEqual([])
  if (process.env['SHOTS']) await page.screenshot({ path: join(process.env['SHOTS'], `${name}.png`) })
  await start.getByRole('link', { name: /import it/ }).click()
  await expect.poll(() => page.getByRole('heading', { name: 'Surveys of this city' }).first().isVisible()).toBe(true)
  expect(errors).toEqual([])
  await close()
})
