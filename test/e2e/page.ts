/** A page of the dashboard as a test needs it: still, watched, and held against what every page owes to everybody. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** WebGL is drawn by the processor here, and a busy machine draws slowly: what matters is that it comes, not when. */
const PATIENCE_MS = 90_000

/** Half the pixels of each side: layout is the same, and drawing without a graphics card costs a quarter. */
export const DESKTOP = { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 0.5 } as const
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const

export type Opened = {
  readonly page: Page
  /** addresses outside this machine that the page asked for */
  readonly foreign: readonly string[]
  /** exceptions that nobody caught */
  readonly errors: readonly string[]
  close(): Promise<void>
}

/** A visitor who asked for little motion, so that nothing is caught half way through a transition, and who has seen the tour. */
export async function newVisitor(browser: Browser, options: BrowserContextOptions = DESKTOP): Promise<BrowserContext> {
  const visitor = await firstVisitor(browser, options)
  await visitor.addInitScript(() => localStorage.setItem('citywell.tour', 'seen'))
  return visitor
}

/** A visitor who was never here: the tour is shown. */
export const firstVisitor = (browser: Browser, options: BrowserContextOptions = DESKTOP): Promise<BrowserContext> =>
  browser.newContext({ reducedMotion: 'reduce', ...options })

/** Opens `url` for a new visitor, who has nothing stored. */
export async function openPage(browser: Browser, url: string, options?: BrowserContextOptions): Promise<Opened> {
  const visitor = await newVisitor(browser, options)
  return { ...(await openAnotherPage(visitor, url)), close: () => visitor.close() }
}

/** Opens `url` for a visitor who was here before: scripts are in the cache, compiled. */
export async function openAnotherPage(visitor: BrowserContext, url: string): Promise<Opened> {
  const page = await visitor.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  page.setDefaultNavigationTimeout(PATIENCE_MS)
  const [foreign, errors]: [string[], string[]] = [[], []]
  const { origin } = new URL(url)
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && /^(https?|wss?):/.test(request.url())) foreign.push(request.url())
  })
  page.on('pageerror', (error) => errors.push(String(error)))
  await page.goto(url)
  await page.getByRole('main').waitFor()
  await settled(page)
  return { page, foreign, errors, close: () => page.close() }
}

const BUSY = '[aria-busy="true"], .loading, .first-screen'

/** Frames in a row in which nothing says that it is loading. */
const QUIET_FRAMES = 3

/** Waits until what was requested has come and is drawn. The page itself looks, at every frame that it draws. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    ([busy, frames]) => {
      const state = window as unknown as { quietFrames?: number }
      state.quietFrames = document.querySelector(busy) ? 0 : (state.quietFrames ?? 0) + 1
      if (state.quietFrames < frames) return false
      state.quietFrames = 0
      return true
    },
    [BUSY, QUIET_FRAMES] as const,
    { timeout: PATIENCE_MS, polling: 'raf' },
  )
}

/** Goes to another view of the dashboard as a link does, without loading the page again. */
export async function goTo(page: Page, view: string, search: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', to)
    dispatchEvent(new PopStateEvent('popstate'))
  }, search)
  await page.locator(`main.view--${view}`).waitFor()
  await settled(page)
}

/** Light or dark as the system says, and waits until the page has followed. */
export async function wear(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.locator(`html[data-theme="${colorScheme}"]`).waitFor({ state: 'attached' })
  await settled(page)
}

/** Rules of axe-core whose verdict depends on colours alone. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'] as const

/**
 * What axe-core finds against WCAG: one line a rule, with the elements. Empty is right.
 *
 * `colours`: only rules that depend on colours, for a page that was looked at in another colour scheme before.
 *
 * What is found is looked at again when the page is settled: a dialog half mounted for a frame on a busy machine is no
 * barrier to anybody, one that stays is.
 */
export async function violations(page: Page, { colours = false } = {}): Promise<string[]> {
  await page.evaluate(AXE)
  const rules = colours ? COLOUR_RULES : undefined
  let found = await audit(page, rules)
  for (let again = 0; again < 2 && found.length > 0; again++) {
    await settled(page)
    found = await audit(page, rules)
  }
  return found
}

async function audit(page: Page, rules?: readonly string[]): Promise<string[]> {
  const found = await page.evaluate(async (rules) => {
    const { axe } = window as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const options = { resultTypes: ['violations'], preload: false, ...(rules && { runOnly: rules }) }
    return (await axe.run(options)).violations
  }, rules)
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)
}

/** What axe-core finds by day and by night, beginning with the colours that the page wears. */
export async function violationsDayAndNight(page: Page): Promise<Record<'light' | 'dark', string[]>> {
  const isDark = (await page.locator('html').getAttribute('data-theme')) === 'dark'
  const [first, second] = isDark ? (['dark', 'light'] as const) : (['light', 'dark'] as const)
  await wear(page, first)
  const found = await violations(page)
  await wear(page, second)
  const colours = await violations(page, { colours: true })
  return isDark ? { light: colours, dark: found } : { light: found, dark: colours }
}
export const NO_VIOLATIONS = { light: [], dark: [] } as const

/** Whether nothing reaches over the edge: a page that scrolls sideways does not fit. */
export const fits = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)

/** Signs in with the key of the city, from the header. */
export async function signInWithKey(page: Page, key: string): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'Sign in' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Use the city key' }).click()
  await dialog.getByLabel('City key').fill(key)
  await dialog.getByRole('button', { name: 'Sign in' }).click()
  await dialog.waitFor({ state: 'detached' })
}
