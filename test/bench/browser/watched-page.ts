/** A page of the dashboard with what a reader would notice: when it can be used, and how long it does not answer. */
import type { Browser, CDPSession, Page } from 'playwright-core'
import { settled } from '../../e2e/page.ts'

/** A phone in a weak network: 1.6 Mbit/s with 150 ms to the server. */
export const SLOW = { downloadThroughput: 200_000, uploadThroughput: 94_000, latency: 150, offline: false } as const

const PROFILE_INTERVAL_US = 500

export type Tasks = {
  /** tasks of more than 50 ms, whoever caused them, ms */
  readonly longTasks: readonly number[]
  /** of each frame that took more than 50 ms, the longest call into a script of this page, ms */
  readonly scripts: readonly { readonly ms: number; readonly what: string }[]
}

export type WatchedPage = {
  /** since the navigation began, ms */
  readonly firstPaintMs: number
  readonly usefulMapMs: number
  /** as sent, before the first paint and until the map could be used */
  readonly bytes: { readonly firstPaint: number; readonly usefulMap: number }
  /** since the last call */
  takeTasks(): Promise<Tasks>
  /** what the main thread has done so far; the time that it waited for a core is in it */
  busyMs(): Promise<number>
  /** of JavaScript, after garbage has been collected */
  heapMb(): Promise<number>
  startProfile(): Promise<void>
  /** of the main thread since it was started, as `.cpuprofile` */
  takeProfile(): Promise<object>
  close(): Promise<void>
}

type Frame = {
  readonly scripts: readonly { duration: number; invoker: string; sourceURL: string; sourceFunctionName: string }[]
}
type Watched = { longTasks: number[]; scripts: { ms: number; what: string }[] }

const watch = (): void => {
  const seen: Watched = { longTasks: [], scripts: [] }
  Object.assign(window, { watched: seen })
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.longTasks.push(duration)
  }).observe({ type: 'longtask', buffered: true })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const longest = (entry as unknown as Frame).scripts.toSorted((a, b) => b.duration - a.duration)[0]
      if (!longest) continue
      const { duration, invoker, sourceURL, sourceFunctionName } = longest
      seen.scripts.push({ ms: duration, what: `${invoker} ${sourceFunctionName} ${sourceURL.split('/').at(-1)}` })
    }
  }).observe({ type: 'long-animation-frame', buffered: true })
}

type Opening = {
  readonly network?: typeof SLOW
  /** from the start; profiling makes scripts slower */
  readonly profiled?: boolean
}

export async function openWatchedPage(browser: Browser, url: string, opening: Opening = {}): Promise<WatchedPage> {
  const { network, profiled = false } = opening
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  await context.addInitScript(() => localStorage.setItem('citywell.tour', 'seen'))
  await context.addInitScript(watch)
  const page = await context.newPage()
  page.setDefaultNavigationTimeout(300_000)
  const devtools = await context.newCDPSession(page)
  const received = await countBytes(devtools)
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  await devtools.send('Profiler.enable')
  await devtools.send('Profiler.setSamplingInterval', { interval: PROFILE_INTERVAL_US })
  if (network) await devtools.send('Network.emulateNetworkConditions', network)
  if (profiled) await devtools.send('Profiler.start')
  await page.goto(url, { waitUntil: 'commit' })
  await page.getByRole('main').waitFor({ timeout: 300_000 })
  await settled(page)
  const usefulMapMs = await page.evaluate(() => performance.now())
  const origin = await timeOrigin(page)
  const firstPaintMs = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
  )
  return {
    ...{ firstPaintMs, usefulMapMs },
    bytes: { firstPaint: received(origin + firstPaintMs), usefulMap: received(Number.POSITIVE_INFINITY) },
    takeTasks: () =>
      page.evaluate(() => {
        const { watched } = window as unknown as { watched: Watched }
        return { longTasks: watched.longTasks.splice(0), scripts: watched.scripts.splice(0) }
      }),
    busyMs: async () => {
      const { metrics } = await devtools.send('Performance.getMetrics')
      return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN)
    },
    startProfile: async () => void (await devtools.send('Profiler.start')),
    takeProfile: async () => (await devtools.send('Profiler.stop')).profile,
    heapMb: async () => {
      await devtools.send('HeapProfiler.collectGarbage')
      return (await devtools.send('Runtime.getHeapUsage')).usedSize / 1e6
    },
    close: () => context.close(),
  }
}

const timeOrigin = (page: Page): Promise<number> => page.evaluate(() => performance.timeOrigin)

/** Bytes that had arrived by a time, ms since 1970. */
async function countBytes(devtools: CDPSession): Promise<(until: number) => number> {
  const arrivals: { at: number; bytes: number }[] = []
  devtools.on('Network.dataReceived', ({ encodedDataLength }) =>
    arrivals.push({ at: Date.now(), bytes: encodedDataLength }),
  )
  await devtools.send('Network.enable')
  return (until) => arrivals.reduce((sum, { at, bytes }) => (at <= until ? sum + bytes : sum), 0)
}
