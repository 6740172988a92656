/** Names of districts on the map: in the open, whatever lies on the map and wherever it is moved. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
