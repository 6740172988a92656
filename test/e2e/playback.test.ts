import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DESKTOP, fits, openPage, PHONE, violations } from './page.ts'
import { publish } from './publish.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'
import { until } from './system.ts'

const HOUR = 3_600_000
/** The hour that runs when the test begins. */
const hour = Math.floor(Date.now() / HOUR) * HOUR
const iso = (ms: number) => new Date(ms).toISOString()
const address = (time: number) =>
  `/?by=pm2_5&table=open&time=${iso(time)}&until=${iso(hour)}&span=24h&step=1h&speed=1`.replaceAll('.000Z', 'Z')

let system: SharedCity
let browser: Browser
beforeAll(async () => {
  system = await sharedCity('quiet')
  browser = await sharedBrowser()
  const stored = async () => (await system.get<{ total: { stored: number } }>('/api/v1/ingest/ledger')).total.stored
  const before = await stored()
  // what an hour measured: 10 and 30 (mean 20), then nothing, then 44
  const values = [
    [hour - 3 * HOUR + 60_000, 10],
    [hour - 3 * HOUR + 120_000, 30],
    [hour - HOUR + 60_000, 44],
  ] as const
  for (const [time, value] of values) {
    const payload = { pm2_5: value, time: iso(time), location: [-10.85, 39.24] }
    await publish(system.mqttPort, 'city/air/played', JSON.stringify(payload))
  }
  await until(
    async () => (await stored()) === before + 3,
    20_000,
    () => 'the three values were not stored',
  )
})
afterAll(() => browser?.close())

const row = (page: Page) => page.getByRole('row', { name: /played/ })

test('the map shows the hour that the address names, plays on from it, and comes back to live', async () => {
  const { page, errors, close } = await openPage(browser, system.url + address(hour - 3 * HOUR))
  await row(page).getByRole('cell', { name: '20', exact: true }).waitFor()
  // it registered itself: shown, and not counted until somebody confirms it
  await page.getByText('0 observations from 0 devices').waitFor()

  // a step, by keyboard: the hour without a value shows none rather than the last one
  await page.getByRole('slider', { name: 'Time shown' }).focus()
  await page.keyboard.press('ArrowRight')
  await row(page).getByText('no value').waitFor()
  expect(page.url()).toContain(`time=${iso(hour - 2 * HOUR).slice(0, 13)}`)
  await page.getByRole('button', { name: 'Next frame' }).click()
  await row(page).getByRole('cell', { name: '44', exact: true }).waitFor()

  // played from there it comes to the last frame again, and stops
  await page.goto(system.url + address(hour - 3 * HOUR))
  await row(page).getByRole('cell', { name: '20', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  await page.getByRole('button', { name: 'Pause' }).waitFor()
  await row(page).getByRole('cell', { name: '44', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Play', exact: true }).waitFor()
  expect(page.url()).toContain(`time=${iso(hour - HOUR).slice(0, 13)}`)

  await page.getByRole('button', { name: 'Back to live' }).click()
  await page.getByRole('button', { name: 'Play back' }).waitFor()
  expect(page.url()).not.toContain('time=')
  expect(errors).toEqual([])
  await close()
})

test.each([
  ['a desktop', DESKTOP],
  ['a phone', PHONE],
])('on %s it has no accessibility violations and fits', async (_, size) => {
  const { page, close } = await openPage(browser, system.url + address(hour - 3 * HOUR), size)
  await page.getByRole('slider', { name: 'Time shown' }).waitFor()
  expect(await violations(page)).toEqual([])
  expect(await fits(page)).toBe(true)
  await close()
})

test('a layer of one period says that it cannot be played', async () => {
  const { page, close } = await openPage(browser, `${system.url}${address(hour - HOUR)}&layer=survey`)
  await page.getByText('This layer shows a single period').waitFor()
  await close()
})
