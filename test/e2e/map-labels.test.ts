/** What is on the map lies in the open: names of districts wherever it is moved, and at first the whole city. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { project } from '#dashboard/src/map/canvas/place-labels.ts'
import { DESKTOP, openPage, PHONE, settled } from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

let system: SharedCity
let browser: Browser
beforeAll(async () => {
  ;[system, browser] = await Promise.all([sharedCity('simulated'), sharedBrowser()])
})
afterAll(() => browser?.close())

/** Names that are shown, and those of which a part lies below something that lies on the map, or over the edge of the map. */
const namesOn = (page: Page): Promise<{ shown: string[]; covered: string[] }> =>
  page.evaluate(() => {
    const names = [...document.querySelectorAll<HTMLElement>('.map-label')].filter((name) =>
      name.checkVisibility({ visibilityProperty: true, opacityProperty: true }),
    )
    const coverOf = (name: HTMLElement): Element | undefined => {
      const { left, right, top, bottom } = name.getBoundingClientRect()
      const places = [0, 0.25, 0.5, 0.75, 1].flatMap((part) =>
        [top, (top + bottom) / 2, bottom].map((y) => [left + part * (right - left), y] as const),
      )
      const onTop = places.map(([x, y]) => document.elementFromPoint(x, y) ?? document.documentElement)
      return onTop.find((element) => !element.closest('.city-map__canvas canvas'))
    }
    const covered = names.flatMap((name) => {
      const cover = coverOf(name)
      return cover ? [`${name.textContent} below ${cover.localName}.${cover.className}`] : []
    })
    return { shown: names.map(({ textContent }) => textContent ?? ''), covered }
  })

test.each<[string, BrowserContextOptions]>([
  ['a phone', PHONE],
  ['a desk', DESKTOP],
])('%s: no name lies below a button, the legend or the attribution', async (_, options) => {
  const { page, errors, close } = await openPage(browser, `${system.url}/?layer=districts`, options)
  try {
    const found: Record<string, string[]> = {}
    let shown = 0
    const look = async (moment: string) => {
      await settled(page)
      const names = await namesOn(page)
      shown += names.shown.length
      if (names.covered.length > 0) found[moment] = names.covered
    }
    await look('as it opens')
    await page.locator('.maplibregl-canvas').focus()
    for (const key of ['ArrowDown', 'ArrowRight', '-']) {
      await page.keyboard.press(key)
      await look(`after ${key}`)
    }
    await page.getByRole('button', { name: 'Draw an area' }).click()
    await look('while an area is drawn')
    expect(found).toEqual({})
    // hiding all of them would be no answer
    expect(shown).toBeGreaterThan(3)
    expect(errors).toEqual([])
  } finally {
    await close()
  }
})

test.each([
  ['a phone', PHONE, { width: 844, height: 390 }],
  ['a desk', DESKTOP, { width: 1024, height: 700 }],
])(
  '%s shows the whole city beside its tools, also when it is turned or resized, until somebody moves the map',
  async (_, options, turned) => {
    const [west, south, east, north] = (await system.get<{ bounds: number[] }>('/api/v1/city')).bounds as [
      number,
      number,
      number,
      number,
    ]
    for (const size of [options.viewport, turned]) {
      const { page, close } = await openPage(browser, `${system.url}/?layer=districts`, options)
      await settled(page)
      await page.setViewportSize(size)
      await settled(page)
      // a link that somebody copies shows the whole city on any device
      expect(page.url()).not.toContain('at=')
      const canvas = page.locator('.maplibregl-canvas')
      const box = await canvas.boundingBox()
      const tools = await page.locator('.map-view__tools').boundingBox()
      await canvas.focus()
      await page.keyboard.press('ArrowRight')
      await page.waitForURL(/[?&]at=/)
      const [lon = 0, lat = 0, zoom = 0] = (new URL(page.url()).searchParams.get('at') ?? '').split(',').map(Number)
      // the key moved the map by 100 px
      const [x, y] = project([lon, lat], zoom)
      const [left, top] = project([west, north], zoom)
      const [right, bottom] = project([east, south], zoom)
      const { width = 0, height = 0, y: at = 0 } = box ?? {}
      const space = {
        left: left - (x - 100 - width / 2),
        top: top - (y - height / 2),
        right: x - 100 + width / 2 - right,
        bottom: y + height / 2 - bottom,
      }
      expect(Math.min(space.left, space.right, space.bottom), JSON.stringify(space)).toBeGreaterThan(10)
      expect(space.top).toBeGreaterThan((tools?.y ?? 0) + (tools?.height ?? 0) - at)
      await close()
    }
  },
)

test.each([
  ['a phone', PHONE, '/?layer=districts'],
  ['a phone, mirrored', PHONE, '/?layer=air&lang=ar'],
  ['a phone on its side', { ...PHONE, viewport: { width: 844, height: 390 } }, '/?layer=air'],
  ['a desk', DESKTOP, '/?layer=air'],
  ['a desk, mirrored', DESKTOP, '/?layer=air&lang=ar'],
  ['Now on a phone', PHONE, '/?view=now'],
])('%s: colours and marks lie where their districts and streets are', async (_, options, path) => {
  const { page, close } = await openPage(browser, system.url + path, options)
  await settled(page)
  await page.locator('.city-map canvas').nth(1).waitFor({ state: 'attached' })
  const edges = await page.locator('.city-map canvas').evaluateAll((all) =>
    all.map((canvas) => {
      const { left, top, right, bottom } = canvas.getBoundingClientRect()
      return [left, top, right, bottom]
    }),
  )
  const [map = [], marks = []] = edges
  expect(marks).toHaveLength(4)
  // MapLibre and deck.gl round differently
  expect(
    Math.max(...marks.map((edge, k) => Math.abs(edge - (map[k] ?? 0)))),
    JSON.stringify(edges),
  ).toBeLessThanOrEqual(1)
  await close()
})
