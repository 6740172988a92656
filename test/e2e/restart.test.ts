/** A page stays open while its server restarts. In a city of its own, because the others share theirs. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { openPage } from './page.ts'
import { dataDirWithDatabase, sharedBrowser } from './shared.ts'
import { removeDataDir, type System, startSystem } from './system.ts'

let system: System
let browser: Browser
beforeAll(async () => {
  system = await startSystem({ dataDir: await dataDirWithDatabase(), env: { BACKFILL_DAYS: '1' } })
  browser = await sharedBrowser()
})
afterAll(async () => {
  await browser?.close()
  await system?.stop()
  if (system) await removeDataDir(system.dataDir)
})

test('a restart of the server is survived without a reload', async () => {
  const { page, close } = await openPage(browser, system.url)
  await page.getByText('Live', { exact: true }).waitFor({ timeout: 60_000 })
  // The map comes in a chunk of its own: it has to be there before its server goes.
  await page.locator('canvas').first().waitFor({ timeout: 60_000 })
  await system.stop()
  await page.getByText('Reconnecting').waitFor({ timeout: 60_000 })
  system = await startSystem({
    dataDir: system.dataDir,
    env: { BACKFILL_DAYS: '1', PORT: `${system.port}`, MQTT_PORT: `${system.mqttPort}` },
  })
  await page.getByText('Live', { exact: true }).waitFor({ timeout: 60_000 })
  await close()
}, 240_000)
