/** A real browser: the system's Chromium, or the one that comes by npm. Without windows it needs half the processor. */
import { existsSync } from 'node:fs'
import { type BrowserServer, chromium } from 'playwright-core'

const INSTALLED = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // pages are put together by the processor itself; a graphics card that is only computed would do it ten times slower
  '--disable-gpu-compositing',
  // WebGL without a graphics card
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
]

/** In a process of its own; tests connect to its address. */
export async function startBrowser(): Promise<BrowserServer> {
  const installed = INSTALLED.find((path) => path !== undefined && existsSync(path))
  if (installed) return chromium.launchServer({ executablePath: installed, args: FLAGS, headless: true })
  const { default: packaged } = await import('@sparticuz/chromium')
  return chromium.launchServer({
    executablePath: await packaged.executablePath(),
    args: [...packaged.args, ...FLAGS],
    headless: true,
  })
}
