/**
 * Any payload, in a real browser: a message that nobody knows arrives, a person signs in, opens it as a tree, says what two of its
 * values mean by clicking, and the stored and the new messages are on the map.
 */
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DESKTOP, fits, openPage, PHONE, settled, signInWithKey, violations } from './page.ts'
import { publish } from './publish.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'
import { until } from './system.ts'

let system: SharedCity
let browser: Browser
beforeAll(async () => {
  system = await sharedCity('quiet')
  browser = await sharedBrowser()
})
afterAll(() => browser?.close())

const minutesAgo = (minutes: number): number => Math.floor(Date.now() / 1000) - minutes * 60
const iso = (minutes: number): string => new Date(minutesAgo(minutes) * 1000).toISOString()

type Case = {
  readonly size: typeof DESKTOP | typeof PHONE
  readonly topic: string
  readonly thing: string
  readonly message: (minutes: number, t: number, w: number) => string
  /** the values as the tree writes them */
  readonly air: string
  readonly wind: string
}
const PLACE = { lat: 39.24, lon: -10.85 }
const CASES: Readonly<Record<string, Case>> = {
  'a table, on a desk': {
    size: DESKTOP,
    topic: 'senml/met/desk',
    thing: 'json:senml-desk.met',
    message: (minutes, t, w) => `time;lat;lon;t;w\n${iso(minutes)};${PLACE.lat};${PLACE.lon};${t};${w}\n`,
    air: 't = "20.5"',
    wind: 'w = "3"',
  },
  'a JSON object per line, on a phone': {
    size: PHONE,
    topic: 'tele/met/phone',
    thing: 'json:tele-phone.met',
    message: (minutes, t, w) =>
      `${JSON.stringify({ ts: minutesAgo(minutes), ...PLACE, t, w })}\n${JSON.stringify({ ts: minutesAgo(minutes) + 1, ...PLACE, t, w })}`,
    air: 't = 20.5',
    wind: 'w = 3',
  },
}

/** Says in the dialog what a value means. */
async function assign(page: Page, dialog: Locator, value: string, property: string, unit: string): Promise<void> {
  await dialog.getByRole('button', { name: value, exact: true }).click()
  const choice = dialog.getByRole('button', { name: /Observed property/ })
  // a finger opens the list when it is lifted; a mouse where it is pressed, and the list may cover the place
  if (page.viewportSize()?.width === PHONE.viewport.width) await choice.tap()
  else await choice.click()
  await page.getByRole('option', { name: property, exact: true }).click()
  await dialog.getByLabel('Unit').fill(unit)
  await dialog.getByRole('button', { name: 'Assign' }).click()
}

type Things = {
  features: {
    geometry: { coordinates: [number, number] } | null
    properties: { name: string; datastreams: { property: string; latest: { result: number } | null }[] }
  }[]
}
const latestOf = async (thing: string): Promise<Record<string, number | undefined>> => {
  // not there before the message is read
  const { features = [] } = await system.get<Partial<Things>>(`/api/v1/things?thing=${thing}`)
  return Object.fromEntries((features[0]?.properties.datastreams ?? []).map((d) => [d.property, d.latest?.result]))
}

describe.each(Object.entries(CASES))('%s', (_, { size, topic, thing, message, air, wind }) => {
  test('unknown, described by clicks, on the map', async () => {
    await publish(system.mqttPort, topic, message(10, 20.5, 3))
    const { page, errors, close } = await openPage(browser, `${system.url}/?view=operations`, size)
    await page.getByLabel('Search by topic').fill(topic)
    await page.getByRole('listitem').filter({ hasText: topic }).locator('summary').first().click()
    await signInWithKey(page, system.key())
    await page.getByRole('button', { name: 'Describe these messages' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('list', { name: 'Values of the message' }).waitFor()
    await settled(page)
    expect(await violations(page)).toEqual([])
    expect(await fits(page)).toBe(true)

    await assign(page, dialog, air, 'Air temperature', 'Cel')
    await assign(page, dialog, wind, 'Wind speed', 'km/h')
    await settled(page)
    expect(await violations(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Read these messages' }).click()
    await dialog.getByText(/messages? replayed/).waitFor()
    expect(await fits(page)).toBe(true)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })

    // the stored message first, then one that arrives
    await until(
      async () => (await latestOf(thing))['temperature'] === 20.5,
      60_000,
      () => 'the stored message is not read',
    )
    await publish(system.mqttPort, topic, message(1, 21.5, 36))
    await until(
      async () => {
        const { temperature, wind_speed = 0 } = await latestOf(thing)
        // 36 km/h are 10 m/s
        return temperature === 21.5 && Math.abs(wind_speed - 10) < 1e-9
      },
      60_000,
      () => 'the new message is not read',
    )
    const { features } = await system.get<Things>(`/api/v1/things?thing=${thing}`)
    expect(features[0]?.geometry?.coordinates.slice(0, 2)).toEqual([PLACE.lon, PLACE.lat])
    expect(errors).toEqual([])
    await close()

    const map = await openPage(browser, `${system.url}/?layer=environment&by=temperature&table=open`, size)
    const name = features[0]?.properties.name ?? thing
    await map.page.getByRole('row', { name: new RegExp(name.replaceAll('.', '\\.')) }).waitFor()
    expect(map.errors).toEqual([])
    await map.close()
  })
})
