/** The map as a page: devices that nobody confirmed, the keyboard, few colours, paper. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { project } from '#dashboard/src/map/canvas/place-labels.ts'
import {
  DESKTOP,
  firstVisitor,
  fits,
  newVisitor,
  openAnotherPage,
  openPage,
  PHONE,
  settled,
  violations,
} from './page.ts'
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

test('where the size of the map is known late, the first frames of the data are not shown stretched', async () => {
  const visitor = await newVisitor(browser)
  await visitor.addInitScript(() => {
    const seen = { stretched: [] as string[], shown: 0 }
    Object.assign(window, { seen })
    const Observer = window.ResizeObserver
    window.ResizeObserver = class extends Observer {
      constructor(callback: ResizeObserverCallback) {
        super((entries, observer) => setTimeout(() => callback(entries, observer), 500))
      }
    }
    const look = (): void => {
      const canvas = document.querySelector<HTMLCanvasElement>('.city-map canvas:not(.maplibregl-canvas)')
      if (canvas && getComputedStyle(canvas).visibility === 'visible') {
        const { width, height, clientWidth, clientHeight } = canvas
        if (Math.abs(width / height - clientWidth / clientHeight) < 0.05) seen.shown += 1
        else seen.stretched.push(`${width} x ${height} on ${clientWidth} x ${clientHeight}`)
      }
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })
  const page = await visitor.newPage()
  await page.goto(`${system.url}/`)
  await page.waitForFunction(() => (window as unknown as { seen: { shown: number } }).seen.shown > 3)
  expect(await page.evaluate(() => (window as unknown as { seen: { stretched: string[] } }).seen.stretched)).toEqual([])
  await visitor.close()
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
  const select = new URL(page.url()).searchParams.get('select') ?? ''
  expect(select).toMatch(/^area:polygon:(-?[\d.]+,){5}-?[\d.]+$/)
  // each corner lies at the centre of the map as it was then: the arrow keys move it by 100 px
  const zoom = Number(camera()?.split(',')[2])
  const [first = [], second = [], third = []] = cornersOf(select).map((corner) => project(corner, zoom))
  const moved = [second, third].map(([x = 0, y = 0], k) => {
    const [fromX = 0, fromY = 0] = [first, second][k] ?? []
    return [Math.round((x - fromX) / 5) * 5, Math.round((y - fromY) / 5) * 5]
  })
  expect(moved).toEqual([
    [100, 0],
    [0, 100],
  ])
  expect(await violations(page)).toEqual([])
  expect(errors).toEqual([])
  await close()
})

/** Of an area in the address. */
const cornersOf = (select: string): [number, number][] =>
  [...select.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, lon, lat]) => [Number(lon), Number(lat)])

test('an area is drawn by finger on a phone: nothing lies over the map meanwhile but its tools', async () => {
  const { page, errors, close } = await open('/?by=pm2_5', PHONE)
  await page.getByRole('button', { name: 'Draw an area' }).click()
  const corners = page.getByRole('region', { name: 'Draw an area' }).getByRole('status')
  const { x = 0, y = 0, width = 0, height = 0 } = (await page.locator('.maplibregl-canvas').boundingBox()) ?? {}
  const places = [
    [0.3, 0.5],
    [0.7, 0.5],
    [0.5, 0.8],
  ] as const
  for (const [k, [right, down]] of places.entries()) {
    await page.touchscreen.tap(x + right * width, y + down * height)
    await corners.getByText(`${k + 1} corner`).waitFor()
  }
  await page.getByRole('button', { name: 'Complete the area' }).click()
  await page.getByRole('heading', { name: 'Area that you drew' }).waitFor()
  const drawn = cornersOf(new URL(page.url()).searchParams.get('select') ?? '').map((corner) => project(corner, 12))
  const [[ax = 0, ay = 0] = [], [bx = 0, by = 0] = [], [cx = 0, cy = 0] = []] = drawn
  // a triangle as wide as 0.4 of the map and as high as 0.3 of it, upright
  expect((cy - ay) / (bx - ax)).toBeCloseTo((0.3 * height) / (0.4 * width), 1)
  expect(Math.abs(by - ay) / (bx - ax)).toBeLessThan(0.05)
  expect((cx - ax) / (bx - ax)).toBeCloseTo(0.5, 1)
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

test('layers are added by keyboard, with opacity and order; the address keeps them, and every legend is there', async () => {
  const { page, errors, close } = await open('/?layer=air&by=pm2_5')
  const more = page.getByRole('region', { name: 'More layers' })
  const legends = page.getByRole('region', { name: /^Legend/ })
  const query = () => {
    const { searchParams } = new URL(page.url())
    return [searchParams.get('under'), searchParams.get('over')]
  }
  for (const name of ['Districts', 'Environment']) {
    await more.getByRole('button', { name: 'Add a layer' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name }).focus()
    await page.keyboard.press('Enter')
    await more.getByRole('heading', { name }).waitFor()
  }
  // areas go below the points of the main layer, other points on top
  expect(query()).toEqual(['districts:us:100', 'environment:sound_level:100'])
  const opacity = more.getByRole('slider', { name: 'Opacity of Districts' })
  await opacity.focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  expect(await opacity.getAttribute('aria-valuetext')).toBe('90%')
  await more.getByRole('button', { name: 'Move Environment down' }).focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await more.getByText('Environment: layer 3 of 3, counted from the top').waitFor()
  expect(query()).toEqual(['environment:sound_level:100,districts:us:90', null])
  // it cannot go further down: the way back has the focus
  expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toBe('Move Environment up')

  await page.reload()
  await settled(page)
  expect(await opacity.inputValue()).toBe('90')
  expect(await more.getByRole('heading', { level: 3 }).allTextContents()).toEqual(['Districts', 'Environment'])
  expect(await legends.getByRole('heading').allTextContents()).toEqual([
    'PM2.5, latest value',
    'Air quality index (US EPA)',
    'Sound level (LAeq), latest value',
  ])
  expect(await violations(page)).toEqual([])

  // the past of the main layer does not stand next to the present of another
  await page.getByRole('button', { name: 'Play back' }).click()
  await page.getByText('Hidden during playback').nth(1).waitFor()
  expect(await legends.count()).toBe(1)
  await page.getByRole('button', { name: 'Back to live' }).click()
  await more.getByRole('button', { name: 'Remove Districts' }).press('Enter')
  await more.getByRole('button', { name: 'Remove Environment' }).press('Enter')
  expect(query()).toEqual([null, null])
  expect(errors).toEqual([])
  await close()
})

test('on a phone every control of a further layer is large enough for a finger and fits', async () => {
  const { page, close } = await open('/?by=pm2_5&over=mobility:bikes:60', PHONE)
  await page.getByRole('tab', { name: 'Layers' }).click()
  const more = page.getByRole('region', { name: 'More layers' })
  for (const control of [...(await more.getByRole('button').all()), more.getByRole('slider')]) {
    const box = await control.boundingBox()
    expect(Math.min(box?.height ?? 0, box?.width ?? 0)).toBeGreaterThanOrEqual(44)
  }
  expect(await fits(page)).toBe(true)
  await close()
})
