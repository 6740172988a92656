/** `npm run screenshots`: the pictures of README.md, taken of the demo city with three days of history. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { readCommandLine } from '#infra/runtime/command-line.ts'
import { runMain } from '#infra/runtime/main.ts'
import { startBrowser } from './browser.ts'
import { stillLookOf } from './look.ts'
import { openPage } from './page.ts'
import { newDataDir, ROOT, removeDataDir, startSystem } from './system.ts'

const PICTURES = {
  'map-air': '/?layer=air',
  indicators: '/?view=indicators',
  people: '/?view=people',
} as const
const SIZE = { viewport: { width: 1440, height: 900 } } as const

const HELP = `Takes the pictures of README.md, of the demo city with three days of history.

  npm run screenshots

They are written to docs/images. It needs Chromium.
`

await runMain(async (scope) => {
  if (!readCommandLine(HELP, {})) return 'done'
  const dataDir = await newDataDir()
  scope.defer(() => removeDataDir(dataDir))
  const city = await startSystem({ dataDir, env: { BACKFILL_DAYS: '3' } })
  scope.defer(() => city.stop())
  const loaded = async (): Promise<number | null> =>
    (await city.get<{ backfill: number | null }>('/api/v1/city')).backfill
  while ((await loaded()) !== 1) await sleep(250)
  const server = await startBrowser()
  scope.defer(() => server.close())
  const browser = await chromium.connect(server.wsEndpoint())
  for (const [name, path] of Object.entries(PICTURES)) {
    const { page, close } = await openPage(browser, city.url + path, SIZE)
    await stillLookOf(page)
    const file = join(ROOT, 'docs/images', `${name}.png`)
    await page.screenshot({ path: file })
    process.stdout.write(`${file}\n`)
    await close()
  }
  return 'done'
})
