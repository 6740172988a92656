/**
 * The dashboard as a reader meets it: a real browser, an API process, and cities of 460 to 100,000 devices.
 *
 *     node test/bench/browser/main.ts <seconds for which each live page is watched> <devices of each city, by comma> <folder for CPU profiles, or ''>
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Browser, chromium } from 'playwright-core'
import { createScope } from '#infra/runtime/scope.ts'
import { AppError } from '#model/basics/errors.ts'
import { ensureDashboard } from '#start/dashboard.ts'
import { startBrowser } from '../../e2e/browser.ts'
import { type ApiProcess, openCity } from '../alerting/processes.ts'
import { quantilesOf } from '../ingest.ts'
import { registerStations, startFeed } from './many-things.ts'
import { openWatchedPage, SLOW, type Tasks } from './watched-page.ts'

/** Devices of the demo city, which is also opened in a slow network; larger ones are also watched while values arrive. */
const DEMO = 460
/** Of the largest answer of `/things`. */
const LARGEST = 100_000
const REQUESTS = 200
const OPENINGS = 3
/** Values a second on the live feed. */
const FEED_RATE = 2_000
const LONG_TASK_MS = 50
const PROFILE_MS = 10_000

async function benchBrowser(seconds: number, counts: readonly number[], profiles: string): Promise<void> {
  const scope = createScope()
  try {
    const city = await openCity(scope)
    if (!city) {
      console.log('\nbrowser: skipped, processes of their own need a server in DATABASE_URL')
      return
    }
    await ensureDashboard()
    const server = await startBrowser()
    scope.defer(() => server.close())
    const browser = await chromium.connect(server.wsEndpoint())
    const api = await city.startApi()
    const page = `http://127.0.0.1:${api.port}/?layer=air&by=pm2_5`
    console.log(`\nbrowser: database ${city.kind}, ${browser.version()}`)

    await registerStations(city.pool, Math.min(...counts))
    await openOnce(browser, page) // what only the first reader waits for
    for (const count of counts) {
      await registerStations(city.pool, count)
      await printCpuOfThings(api, count)
      await printOpening(browser, page, count, profiles)
      if (count <= DEMO) {
        await printSlowOpening(browser, page)
        continue
      }
      const feed = createScope()
      try {
        await startFeed(feed, city.pool, city.mqttUrl, FEED_RATE)
        await printLive(browser, page, { count, seconds, profiles })
      } finally {
        await feed.close()
      }
    }
  } finally {
    await scope.close()
  }
}

async function openOnce(browser: Browser, url: string): Promise<void> {
  const page = await openWatchedPage(browser, url)
  await page.close()
}

async function printOpening(browser: Browser, url: string, count: number, profiles: string): Promise<void> {
  const [paints, maps, busy]: [number[], number[], number[]] = [[], [], []]
  let bytes = { firstPaint: 0, usefulMap: 0 }
  let tasks: Tasks = { longTasks: [], scripts: [] }
  for (let i = 0; i < OPENINGS; i += 1) {
    const page = await openWatchedPage(browser, url)
    paints.push(page.firstPaintMs)
    maps.push(page.usefulMapMs)
    busy.push(await page.busyMs())
    bytes = page.bytes
    tasks = await page.takeTasks()
    await page.close()
  }
  if (profiles) {
    const page = await openWatchedPage(browser, url, { profiled: true })
    await writeProfile(profiles, `open-${count}`, await page.takeProfile())
    await page.close()
  }
  const median = (values: number[]): string => ms(quantilesOf(values)(0.5))
  console.log(
    `  ${count} devices: first paint, useful map (median of ${OPENINGS})   ${median(paints)}, ${median(maps)}`,
  )
  console.log(`    main thread until the map is useful (median)    ${median(busy)}`)
  console.log(`    bytes as sent before them                       ${kB(bytes.firstPaint)}, ${kB(bytes.usefulMap)}`)
  console.log(`    while it opens: ${describe(tasks)}`)
}

async function printSlowOpening(browser: Browser, url: string): Promise<void> {
  const page = await openWatchedPage(browser, url, { network: SLOW })
  console.log(
    `  the same at 1.6 Mbit/s with 150 ms                ${ms(page.firstPaintMs)}, ${ms(page.usefulMapMs)}; ${kB(page.bytes.usefulMap)}`,
  )
  await page.close()
}

/** CPU of the API process a request, as the kernel counts it. */
async function printCpuOfThings(api: ApiProcess, count: number): Promise<void> {
  const url = `http://127.0.0.1:${api.port}/api/v1/things`
  const requests = count > DEMO ? 5 : REQUESTS
  const ask = async (): Promise<string> => (await fetch(url, { headers: { 'accept-encoding': 'gzip, br' } })).text()
  await ask()
  const before = await cpuMs(api.pid)
  for (let i = 0; i < requests; i += 1) await ask()
  const spent = (await cpuMs(api.pid)) - before
  console.log(`  GET /things of ${count} devices, CPU of the API        ${(spent / requests).toFixed(1)} ms`)
}

type Watch = { readonly count: number; readonly seconds: number; readonly profiles: string }

async function printLive(browser: Browser, url: string, { count, seconds, profiles }: Watch): Promise<void> {
  const page = await openWatchedPage(browser, url)
  await sleep(5_000)
  await page.takeTasks()
  const heapBefore = await page.heapMb()
  const busyBefore = await page.busyMs()
  await sleep(seconds * 1000)
  const tasks = await page.takeTasks()
  const busy = (await page.busyMs()) - busyBefore
  const heapAfter = await page.heapMb()
  console.log(`  ${count} live points, ${FEED_RATE} values a second, ${seconds} s: ${describe(tasks)}`)
  console.log(`    main thread, of each second                     ${ms(busy / seconds)}`)
  console.log(
    `    JavaScript heap                                 ${heapBefore.toFixed(0)} MB, then ${heapAfter.toFixed(0)} MB`,
  )
  if (profiles) {
    await page.startProfile()
    await sleep(PROFILE_MS)
    await writeProfile(profiles, `live-${count}`, await page.takeProfile())
  }
  await page.close()
}

/** For the developer tools of Chromium, which find the source maps of the build next to it. */
const writeProfile = (folder: string, name: string, profile: object): Promise<void> =>
  writeFile(join(folder, `${name}.cpuprofile`), JSON.stringify(profile))

function describe({ longTasks, scripts }: Tasks): string {
  const ours = scripts.filter((script) => script.ms > LONG_TASK_MS).sort((a, b) => b.ms - a.ms)
  const longest = ours[0]
  const byUs = longest
    ? `${ours.length} calls of scripts above 50 ms, longest ${ms(longest.ms)} (${longest.what})`
    : 'no call of a script above 50 ms'
  return `${byUs}; ${longTasks.length} tasks above 50 ms, longest ${ms(Math.max(0, ...longTasks))}`
}

const ms = (value: number): string => `${Math.round(value)} ms`
const kB = (bytes: number): string => `${Math.round(bytes / 1000)} kB`

const TICKS_A_SECOND = 100
/** User and system time of a process. */
async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_A_SECOND
}

const [seconds = '30', things = String(DEMO), profiles = ''] = process.argv.slice(2)
const counts = things.split(',').map(Number)
if (!counts.every((count) => Number.isInteger(count) && count > 0 && count <= LARGEST))
  throw new AppError('CONFIG_INVALID', `--browser-things ${things}: whole numbers from 1 to ${LARGEST}, by comma`)
await benchBrowser(Number(seconds), counts, profiles)
