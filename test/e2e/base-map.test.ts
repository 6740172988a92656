/** A base map from an OpenStreetMap extract: made by the command, served by the city, drawn in the browser, offline. */
import { execFile } from 'node:child_process'
import { cp, mkdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { square, toPbf, town } from '#test/unit/domain/base-map/extract.ts'
import { DESKTOP, openPage, PHONE, settled, wear } from './page.ts'
import { sharedBrowser } from './shared.ts'
import { newDataDir, ROOT, removeDataDir, type System, startSystem } from './system.ts'

const run = promisify(execFile)
const CITY = {
  name: 'Lakeside',
  timeZone: 'Europe/Lisbon',
  centre: [0.58, 0.55],
  population: 900,
  sources: [{ name: 'native', topic: 'city/#', format: 'native' }],
}
const DISTRICTS = {
  type: 'FeatureCollection',
  features: [
    {
      type: 'Feature',
      properties: { key: 'lakeside', name: 'Lakeside', population: 900 },
      geometry: { type: 'Polygon', coordinates: [square(0.44, 0.44, 0.28)] },
    },
  ],
}

let folder: string
let system: System
let browser: Browser
beforeAll(async () => {
  folder = await newDataDir()
  const pack = join(folder, 'pack')
  await mkdir(pack)
  await writeFile(join(pack, 'city.json'), JSON.stringify(CITY))
  await writeFile(join(pack, 'zones.geojson'), JSON.stringify(DISTRICTS))
  await writeFile(join(folder, 'town.osm.pbf'), toPbf(town({ isAtSea: true })))
  const command = ['start/city-command/main.ts', 'map', join(folder, 'town.osm.pbf'), '--city', pack]
  const { stdout } = await run(process.execPath, command, { cwd: ROOT })
  expect(stdout).toContain('streets: 22, water areas: 1, green areas: 1, buildings: 30')
  system = await startSystem({ dataDir: join(folder, 'data'), env: { CITY: pack, SIMULATE: 'off' } })
  browser = await sharedBrowser()
})
afterAll(async () => {
  await browser?.close()
  await system?.stop()
  await removeDataDir(folder)
})

/** Opens the map; its tiles come in workers, so what is looked at is what is drawn. */
async function open(path: string, options = {}) {
  const opened = await openPage(browser, system.url + path, { ...DESKTOP, ...options })
  await opened.page.getByText('© OpenStreetMap contributors').first().waitFor()
  await settled(opened.page)
  return opened
}

const shoot = async (page: Page, name: string): Promise<void> => {
  if (process.env['SHOTS']) await page.screenshot({ path: join(process.env['SHOTS'], `base-map-${name}.png`) })
}

/** How much of the map has one colour, as [red, green, blue], of what is on the screen. */
async function shareOf(page: Page, colour: readonly number[]): Promise<number> {
  const picture = await page.locator('.city-map__canvas').screenshot()
  return page.evaluate(
    async ([base64, [red, green, blue]]) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.codePointAt(0) ?? 0)
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
      context?.drawImage(bitmap, 0, 0)
      const { data } = context?.getImageData(0, 0, bitmap.width, bitmap.height) ?? { data: [] }
      let same = 0
      for (let at = 0; at < data.length; at += 4)
        if (
          Math.abs((data[at] ?? 0) - (red ?? 0)) < 3 &&
          Math.abs((data[at + 1] ?? 0) - (green ?? 0)) < 3 &&
          Math.abs((data[at + 2] ?? 0) - (blue ?? 0)) < 3
        )
          same += 1
      return same / (data.length / 4)
    },
    [picture.toString('base64'), colour] as const,
  )
}

/** dashboard/src/map/base-map/style.ts */
const WATER = { light: [0xd3, 0xdf, 0xe3], dark: [0x0b, 0x13, 0x18] } as const
const LAND = { light: [0xf5, 0xf3, 0xed], dark: [0x17, 0x1d, 0x21] } as const
/** Longitude, latitude and zoom of the middle of the lake and of the town; a layer without anything that covers them. */
const LAKE = '/?layer=energy&at=0.62,0.62,13.5'
const TOWN = '/?layer=energy&at=0.505,0.495,13.2'

/** Waits until the map looks so. */
async function untilShown(page: Page, colour: readonly number[], least: number): Promise<number> {
  let share = 0
  // a busy machine draws slowly: what matters is that it comes
  const end = Date.now() + 90_000
  while (share < least && Date.now() < end) share = await shareOf(page, colour)
  return share
}

test('streets, the lake and the coast are drawn, in light and dark, and nothing is asked of another host', async () => {
  const { page, foreign, errors, close } = await open(LAKE)
  expect(await untilShown(page, WATER.light, 0.3)).toBeGreaterThan(0.3)
  expect(await untilShown(page, LAND.light, 0.05)).toBeGreaterThan(0.05)
  await shoot(page, 'lake-light')
  await wear(page, 'dark')
  expect(await untilShown(page, WATER.dark, 0.3)).toBeGreaterThan(0.3)
  await shoot(page, 'lake-dark')
  await page.goto(system.url + TOWN)
  await settled(page)
  expect(await untilShown(page, LAND.dark, 0.2)).toBeGreaterThan(0.2)
  await shoot(page, 'town-dark')
  await wear(page, 'light')
  expect(await untilShown(page, LAND.light, 0.2)).toBeGreaterThan(0.2)
  await shoot(page, 'town-light')
  expect([foreign, errors]).toEqual([[], []])
  await close()
})

test('the source is named on a phone, on paper and in the report', async () => {
  const { page, foreign, close } = await open('/', PHONE)
  const link = page.getByRole('link', { name: '© OpenStreetMap contributors' })
  expect(await link.getAttribute('href')).toBe('https://www.openstreetmap.org/copyright')
  await shoot(page, 'phone')
  await page.emulateMedia({ media: 'print' })
  expect(await link.isVisible()).toBe(true)
  await shoot(page, 'print')
  await page.emulateMedia({ media: 'screen' })
  await page.goto(`${system.url}/?view=report`)
  await page.getByRole('heading', { name: 'Map data' }).waitFor()
  expect(await page.getByRole('main').textContent()).toContain('© OpenStreetMap contributors (ODbL 1.0)')
  expect(foreign).toEqual([])
  await close()
})

test('a city whose map is cut short starts without it and says why', async () => {
  const broken = join(folder, 'broken')
  await cp(join(folder, 'pack'), broken, { recursive: true })
  await truncate(join(broken, 'basemap/openstreetmap.mbtiles'), 20_000)
  const city = await startSystem({ dataDir: join(folder, 'other'), env: { CITY: broken, SIMULATE: 'off' } })
  try {
    expect(city.output()).toMatch(
      /base map +not shown: basemap\/openstreetmap\.mbtiles: is cut short: it has 20000 bytes/,
    )
    expect(await city.get('/api/v1/city')).toMatchObject({ baseMap: null, mapAttribution: [] })
    const { page, foreign, errors, close } = await openPage(browser, city.url, DESKTOP)
    await page.locator('.city-map canvas').first().waitFor()
    expect([foreign, errors]).toEqual([[], []])
    await close()
  } finally {
    await city.stop()
  }
})
