/** Every view on screens of all sizes, zoomed, on paper, in forced colours and mirrored: nothing is cut off or lies on another. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { layoutFaults } from './layout.ts'
import { DESKTOP, goTo, type Opened, openPage, settled, violations } from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

const VIEWS = [
  'map',
  'now',
  'brief',
  'compare',
  'indicators',
  'people',
  'report',
  'operations',
  'registry',
  'access',
  'design',
] as const
type View = (typeof VIEWS)[number]

type Condition = {
  readonly size: readonly [width: number, height: number]
  readonly print?: true
  readonly forced?: true
}
const CONDITIONS: Readonly<Record<string, Condition>> = {
  'a desk': { size: [1440, 900] },
  'a phone': { size: [390, 844] },
  'a small screen': { size: [1024, 768] },
  '200 % zoom of 1440 px': { size: [720, 450] },
  // A4 less its margins
  paper: { size: [718, 1000], print: true },
  'forced colours': { size: [1440, 900], forced: true },
}
/** Drawn by the processor, a map of this size takes seconds; that of the wall display is in wall.test.ts. */
const LARGE: Condition = { size: [3840, 2160] }
const WITH_MAP: readonly View[] = ['map', 'now']

let system: SharedCity
let browser: Browser
let opened: Opened
beforeAll(async () => {
  system = await sharedCity('simulated')
  browser = await sharedBrowser()
  opened = await openPage(browser, system.url, DESKTOP)
})
afterAll(async () => {
  await opened?.close()
  await browser?.close()
})

async function put(page: Page, { size: [width, height], print, forced }: Condition): Promise<void> {
  await page.emulateMedia({
    media: print ? 'print' : 'screen',
    forcedColors: forced ? 'active' : 'none',
    reducedMotion: 'reduce',
  })
  await page.setViewportSize({ width, height })
  await settled(page)
}

test.each(VIEWS)('%s: nothing is cut off, no control lies on another', async (view) => {
  const { page, errors } = opened
  await goTo(page, view, `?view=${view}`)
  const faults: Record<string, string[]> = {}
  for (const [name, condition] of Object.entries(CONDITIONS)) {
    await put(page, condition)
    faults[name] = await layoutFaults(page)
    // shows every component in every state
    if (condition.forced && view === 'design') faults[`${name}: contrast`] = await violations(page, { colours: true })
  }
  if (!WITH_MAP.includes(view)) {
    await put(page, LARGE)
    faults['3840 px'] = await layoutFaults(page)
  }
  await put(page, { size: [1024, 768] })
  await goTo(page, view, `?view=${view}&lang=ar`)
  await page.locator('html[dir="rtl"]').waitFor()
  await settled(page)
  faults['Arabic'] = await layoutFaults(page)
  expect(Object.fromEntries(Object.entries(faults).filter(([, found]) => found.length > 0))).toEqual({})
  expect(errors).toEqual([])
})
