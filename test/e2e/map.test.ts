/** The map as a page: devices that nobody confirmed, the keyboard, few colours, paper. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DESKTOP, firstVisitor, openAnotherPage, openPage, settled, violations } from './page.ts'
import { publish } from './publish.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

let system: SharedCity
let browser: Browser
beforeAll(async () => {
  system = await sharedCity('simulated')
  browser = await sharedBrowser()
})
afterAll(() => browser?.close())

const open = (path: string, options = {}) => openPage(browser, system.url + path, { ...DESKTOP, ...options })

test('a device that registered itself is listed as not confirmed and can be hidden; the address keeps it', async () => {
  await publish(system.mqttPort, 'city/air/map-stranger', JSON.stringify({ pm2_5: 180, location: [-10.85, 39.243] }))
  const { page, close } = await open('/?by=pm2_5&table=open')
  const legend = page.getByRole('region', { name: /^Legend/ })
  const row = page.getByRole('row', { name: /map-stranger/ })
  await legend.getByText('Not confirmed', { exact: true }).waitFor()
  expect(await row.textContent()).toContain('not confirmed, up to date')
  await page.getByRole('checkbox', { name: /^Show unconfirmed devices/ }).uncheck()
  await row.waitFor({ state: 'detached' })
  expect(new URL(page.url()).searchParams.get('unconfirmed')).toBe('hide')
  expect(await legend.getByText('Not confirmed', { exact: true }).count()).toBe(0)
  await close()
})

test('the map is one tab stop with a name', async () => {
  const { page, close } = await open('/')
  await page.locator('.city-map canvas').nth(1).waitFor({ state: 'attached' })
  await page.waitForFunction(() => document.querySelectorAll('.city-map canvas[tabindex="-1"]').length === 1)
  const canvases = await page
    .locator('.city-map canvas')
    .evaluateAll((all) => all.map((canvas) => [(canvas as HTMLElement).tabIndex, canvas.ariaHidden, canvas.ariaLabel]))
  expect(canvases).toEqual([
    [0, null, 'Map of Selmora'],
    [-1, 'true', null],
  ])
  await close()
})

test('where there are few colours, the legend keeps those of the data', async () => {
  const { page, close } = await open('/?by=pm2_5', { forcedColors: 'active' })
  const shown = await page
    .locator('.swatch')
    .evaluateAll((all) =>
      all.map((one) => [getComputedStyle(one).backgroundColor, (one as HTMLElement).style.backgroundColor]),
    )
  expect(shown.length).toBeGreaterThan(3)
  for (const [painted, meant] of shown) expect(painted).toBe(meant)
  await close()
})

test('on paper the legend stands next to the map, with its colours and without controls', async () => {
  const { page, close } = await open('/?by=pm2_5')
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')))
  await page.emulateMedia({ media: 'print' })
  // A4 at 96 px per inch, without margins
  await page.setViewportSize({ width: 718, height: 1000 })
  await settled(page)
  const legend = await page.getByRole('region', { name: /^Legend/ }).boundingBox()
  const map = await page.locator('.map-view__maps').boundingBox()
  expect(legend && map && legend.x + legend.width <= map.x).toBe(true)
  expect(map && map.x + map.width <= 718).toBe(true)
  expect(await page.getByRole('button', { name: 'Show as table' }).isVisible()).toBe(false)
  expect(
    await page
      .locator('.swatch')
      .first()
      .evaluate((one) => getComputedStyle(one).printColorAdjust),
  ).toBe('exact')
  await close()
})

test('the search is reached by "/", found by keyboard and moves the map to a street, whose district is opened', async () => {
  const { streets } = await system.get<{ streets: { name: string; zones: string[] }[] }>('/api/v1/streets')
  // the only place that begins with its name
  const street = streets.find(({ name }) => streets.filter((other) => other.name.startsWith(name)).length === 1)
  if (!street) throw new Error('the city has no streets')
  const { page, close } = await open('/?by=pm2_5')
  await page.keyboard.press('/')
  const field = page.getByRole('combobox', { name: /^Search/ })
  expect(await field.evaluate((one) => one === document.activeElement)).toBe(true)
  await page.keyboard.type(street.name.toUpperCase())
  await page.getByRole('option', { name: street.name }).first().waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('ArrowDown')
  expect(await field.getAttribute('aria-activedescendant')).toBe(
    await page.getByRole('option').first().getAttribute('id'),
  )
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: street.name }).waitFor()
  const query = new URL(page.url()).searchParams
  expect(query.get('select')).toBe(`street:${street.zones[0]}/${street.name}`)
  expect(query.get('at')).toMatch(/,15\.50$/)
  await close()
})

test('an area is drawn by keyboard alone, and its figures of people are those of entire districts', async () => {
  const { page, errors, close } = await open('/?by=pm2_5')
  await page.getByRole('button', { name: 'Draw an area' }).click()
  const map = page.locator('.maplibregl-canvas')
  const corners = page.getByRole('region', { name: 'Draw an area' }).getByRole('status')
  const camera = (): string | null => new URL(page.url()).searchParams.get('at')
  for (const [k, key] of ['ArrowRight', 'ArrowDown', 'ArrowLeft'].entries()) {
    await map.press('Space')
    await corners.getByText(`${k + 1} corner`).waitFor()
    const before = camera()
    await map.press(key)
    await page.waitForFunction((at) => new URL(location.href).searchParams.get('at') !== at, before)
  }
  await map.press('Enter')
  await page.getByRole('heading', { name: 'Area that you drew' }).waitFor()
  await page.getByText(/^about /).waitFor()
  expect(new URL(page.url()).searchParams.get('select')).toMatch(/^area:polygon:(-?[\d.]+,){5}-?[\d.]+$/)
  expect(await violations(page)).toEqual([])
  expect(errors).toEqual([])
  await close()
})

test('who comes for the first time is shown the tour, once, and never over a link', async () => {
  const visitor = await firstVisitor(browser)
  const { page, close } = await openAnotherPage(visitor, `${system.url}/`)
  const tour = page.getByRole('complementary', { name: 'Tour of the page' })
  for (let step = 1; step < 5; step++) {
    await tour.getByText(`${step} of 5`).waitFor()
    if (step === 3) expect(await violations(page)).toEqual([])
    await tour.getByRole('button', { name: 'Next' }).click()
  }
  await tour.getByRole('button', { name: 'Start' }).click()
  await tour.waitFor({ state: 'detached' })
  await page.goto(system.url)
  await settled(page)
  expect(await tour.count()).toBe(0)
  await page.getByRole('button', { name: 'Show the tour' }).click()
  await tour.waitFor()
  await page.evaluate(() => localStorage.clear())
  await page.goto(`${system.url}/?layer=air`)
  await settled(page)
  expect(await tour.count()).toBe(0)
  await close()
  await visitor.close()
})

test('the ribbon below the map goes to a time, and its table says what it shows', async () => {
  const { page, close } = await open('/?by=pm2_5')
  const ribbon = page.getByRole('region', { name: 'Events and outages over time' })
  await ribbon.locator('.ribbon__strip').click()
  await page.getByRole('slider', { name: 'Time shown' }).waitFor()
  const query = new URL(page.url()).searchParams
  // the middle of a week
  const before = Date.parse(query.get('until') ?? '') - Date.parse(query.get('time') ?? '')
  expect(Math.abs(before - 84 * 3_600_000)).toBeLessThan(3_600_000)
  await ribbon.getByRole('button', { name: /event/ }).click()
  // there is history of one day: the days before are a gap
  await ribbon.getByRole('rowheader', { name: 'Data gap' }).first().waitFor()
  expect(await violations(page)).toEqual([])
  await close()
})
