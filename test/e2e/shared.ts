/** What the test files of this project share (setup.ts): one browser, one simulated city, one quiet city. */
import { cp } from 'node:fs/promises'
import { type Browser, chromium } from 'playwright-core'
import { inject } from 'vitest'
import { newDataDir, type System } from './system.ts'

export type SharedCityName = 'simulated' | 'quiet'
declare module 'vitest' {
  interface ProvidedContext {
    /** answers /browser, /simulated and /quiet with the address of what it starts at the first request, /database with a path */
    shared: string
  }
}

/** A city that other files use too: publish under names of your own, and do not stop it. */
export type SharedCity = Pick<System, 'url' | 'mqttPort' | 'get' | 'key'>

export async function sharedCity(name: SharedCityName): Promise<SharedCity> {
  const { url, mqttPort, key } = JSON.parse(await ask(name)) as { url: string; mqttPort: number; key: string }
  return { url, mqttPort, key: () => key, get: async (path) => (await fetch(url + path)).json() as never }
}

/** The folder of a city that was not started yet, whose database exists: five seconds less than the very first start. */
export async function dataDirWithDatabase(): Promise<string> {
  const dataDir = await newDataDir()
  await cp(await ask('database'), dataDir, { recursive: true })
  return dataDir
}

/** A connection to the one browser; closing it closes the pages that it opened. */
export const sharedBrowser = async (): Promise<Browser> => chromium.connect(await ask('browser'))

async function ask(name: string): Promise<string> {
  const response = await fetch(`${inject('shared')}/${name}`)
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  return text
}
