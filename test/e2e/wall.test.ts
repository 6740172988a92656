/** The wall display: rotates by itself, stands still where little motion is asked for, and its memory does not grow. */
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fits, openPage, settled, violations, wear } from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

let system: SharedCity
let browser: Browser
beforeAll(async () => {
  system = await sharedCity('simulated')
  browser = await sharedBrowser()
})
afterAll(() => browser?.close())

const TITLES = ['The city now', 'Open incidents', 'Key indicators'] as const
const open = (size: { width: number; height: number }, motion: 'reduce' | 'no-preference' = 'reduce') =>
  openPage(browser, `${system.url}/?view=wall`, { viewport: size, reducedMotion: motion })
const title = (page: Page) => page.getByRole('heading', { level: 1 })

test('rotates without anybody at it', async () => {
  const { page, errors, close } = await open({ width: 1920, height: 1080 }, 'no-preference')
  expect(await title(page).textContent()).toBe(TITLES[0])
  for (const next of TITLES.slice(1)) await title(page).filter({ hasText: next }).waitFor()
  await page.getByRole('button', { name: 'Pause rotation' }).click()
  await page.getByRole('status').filter({ hasText: 'Paused.' }).waitFor()
  expect(errors).toEqual([])
  await close()
})

test.for([
  [1920, 1080],
  [3840, 2160],
] as const)(
  'stands still where little motion is asked for, and fits %i x %i, as large as the screen',
  async ([width, height]) => {
    const { page, errors, close } = await open({ width, height })
    await page.getByText('Paused, because this device asks for little motion.').waitFor()
    for (const text of TITLES) {
      expect(await title(page).textContent()).toBe(text)
      await settled(page)
      expect(await violations(page), text).toEqual([])
      expect(await fits(page)).toBe(true)
      // 20 px of running text at 1920, in proportion beyond it
      const sizes = await page.evaluate(() => [
        Number.parseFloat(getComputedStyle(document.querySelector('.wall') as Element).fontSize),
        Number.parseFloat(getComputedStyle(document.querySelector('h1') as Element).fontSize),
      ])
      expect(sizes[0]).toBeGreaterThanOrEqual(width / 97)
      expect(sizes[1]).toBeGreaterThanOrEqual(width / 40)
      await page.getByRole('button', { name: 'Next' }).click()
    }
    await wear(page, 'dark')
    expect(await violations(page)).toEqual([])
    expect(errors).toEqual([])
    await close()
  },
)

/** Bytes in use after everything that nobody holds is gone. */
async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.collectGarbage')
  return (await session.send('Runtime.getHeapUsage')).usedSize
}

async function rotate(page: Page, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    const before = await title(page).textContent()
    await page.evaluate(() => (document.querySelectorAll('.wall__controls button')[1] as HTMLElement).click())
    await page.waitForFunction((text) => document.querySelector('h1')?.textContent !== text, before)
  }
}

test('60 rotations leave nothing behind', async () => {
  const { page, errors, close } = await open({ width: 1920, height: 1080 })
  const session = await page.context().newCDPSession(page)
  await settled(page)
  // what is made once is made: every part was shown, with its data
  await rotate(page, 21)
  await settled(page)
  const before = await heapOf(session)
  const nodes = () => page.evaluate(() => document.querySelectorAll('*').length)
  const [canvases, elements] = [await page.locator('canvas').count(), await nodes()]
  await rotate(page, 60)
  await settled(page)
  const after = await heapOf(session)
  console.info(`heap: ${(before / 1e6).toFixed(1)} MB, after 60 rotations ${(after / 1e6).toFixed(1)} MB`)
  // 20 leaked maps or lists would be far beyond that
  expect(after - before).toBeLessThan(4_000_000)
  expect(await page.locator('canvas').count()).toBe(canvases)
  expect(await nodes()).toBeLessThan(elements + 200)
  expect(errors).toEqual([])
  await close()
})
