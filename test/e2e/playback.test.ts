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

test('two moments are compared: maps, values and their difference, by keyboard; the address keeps it', async () => {
  const { page, errors, close } = await openPage(browser, system.url + address(hour - 3 * HOUR))
  await page.getByRole('button', { name: 'Compare with another moment' }).press('Enter')
  // the farthest frame with a value: of the three hours with data those are the first and the last
  const other = page.getByRole('slider', { name: 'Moment compared with' })
  await other.waitFor()
  const cell = (text: string) => row(page).getByRole('cell', { name: text, exact: true })
  await cell('44').waitFor()
  await cell('20').waitFor()
  // 44 - 20
  await cell('+24').waitFor()
  expect(page.url()).toContain(`other=${iso(hour - HOUR).slice(0, 13)}`)
  await page.locator('.map-view__one').nth(1).locator('.city-map canvas').nth(1).waitFor({ state: 'attached' })
  const captions = await page.locator('.map-view__one figcaption').allTextContents()
  expect(new Set(captions).size).toBe(2)
  expect(await page.getByRole('region', { name: /^Legend/ }).count()).toBe(2)

  // the hour without a value has no difference
  await other.focus()
  await page.keyboard.press('ArrowLeft')
  await cell('44').waitFor({ state: 'detached' })
  await cell('20').waitFor()
  expect(await cell('−20').count()).toBe(0)
  await page.keyboard.press('ArrowRight')
  await cell('+24').waitFor()

  // the divider moves by keyboard: what is right of it is the second map
  const divider = page.getByRole('slider', { name: 'Divider between the two moments' })
  const clip = () =>
    page
      .locator('.map-view__one')
      .nth(1)
      .evaluate((one) => getComputedStyle(one).clipPath)
  const before = await clip()
  await divider.focus()
  await page.keyboard.press('ArrowRight')
  expect(await divider.getAttribute('aria-valuetext')).toBe('52%')
  expect(await clip()).not.toBe(before)
  expect(await violations(page)).toEqual([])

  // both cameras are one
  const zoom = page.locator('.map-view__one').nth(1).getByRole('button', { name: 'Zoom in' })
  await zoom.click()
  await page.waitForFunction(() => new URL(location.href).searchParams.has('at'))

  await page.reload()
  await cell('+24').waitFor()
  await page.getByRole('button', { name: 'Hide table' }).press('Enter')
  await page.getByRole('table').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'End comparison' }).press('Enter')
  await other.waitFor({ state: 'detached' })
  expect(page.url()).not.toContain('other=')
  expect(await page.locator('.map-view__one').count()).toBe(1)
  expect(errors).toEqual([])
  await close()
})

test('on a phone the divider is dragged by a finger, and mirrored in Arabic', async () => {
  const path = `${address(hour - 3 * HOUR)}&other=${iso(hour - HOUR)}`.replace('&table=open', '')
  for (const [lang, sign] of [
    ['en', 1],
    ['ar', -1],
  ] as const) {
    const { page, close } = await openPage(browser, `${system.url}${path}&lang=${lang}`, PHONE)
    // both maps have their data
    for (const map of [0, 1]) {
      const data = page.locator('.map-view__one').nth(map).locator('.city-map canvas').nth(1)
      await data.waitFor({ state: 'attached' })
      await until(
        async () => ((await data.boundingBox())?.width ?? 0) > 300,
        30_000,
        () => 'a map without its data',
      )
    }
    const divider = page.locator('.swipe-handle')
    const box = await divider.boundingBox()
    if (!box) throw new Error('no divider')
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const touch = await page.context().newCDPSession(page)
    const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: number) =>
      touch.send('Input.dispatchTouchEvent', { type, touchPoints: at === undefined ? [] : [{ x: at, y }] })
    await send('touchStart', x)
    for (let step = 1; step <= 5; step++) await send('touchMove', x + sign * step * 20)
    await send('touchEnd')
    // 100 px of a track that is 44 px, the handle, shorter than the page: to 79 %, in the direction of reading
    const expected = 50 + (100 * 100) / (box.width - 44)
    expect(Math.abs(Number(await divider.inputValue()) - expected)).toBeLessThan(4)
    const clip = await page
      .locator('.map-view__one')
      .nth(1)
      .evaluate((one) => getComputedStyle(one).clipPath)
    expect(clip).toMatch(lang === 'ar' ? /^inset\(0px calc\(.*\) 0px 0px\)$/ : /^inset\(0px 0px 0px calc\(.*\)\)$/)
    expect(await violations(page)).toEqual([])
    expect(await fits(page)).toBe(true)
    await close()
  }
})

test('a layer of one period offers no comparison', async () => {
  const { page, close } = await openPage(browser, `${system.url}${address(hour - HOUR)}&layer=survey`)
  await page.getByText('This layer shows a single period').waitFor()
  expect(await page.getByRole('button', { name: 'Compare with another moment' }).count()).toBe(0)
  await close()
})
