/** In a real browser, on a desk and on a phone: map a field that nobody knows, replay it, confirm, edit and merge Things. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { DESKTOP, fits, openPage, PHONE, settled, signInWithKey, violations } from './page.ts'
import { publish } from './publish.ts'
import { dataDirWithDatabase, type SharedCity, sharedBrowser, sharedCity } from './shared.ts'
import { removeDataDir, startSystem, until } from './system.ts'

const SIZES = { desk: DESKTOP, phone: PHONE } as const

let system: SharedCity
let browser: Browser
beforeAll(async () => {
  system = await sharedCity('simulated')
  browser = await sharedBrowser()
})
afterAll(() => browser?.close())

describe.each(['desk', 'phone'] as const)('the registry on a %s', (size) => {
  test('map, replay, confirm, edit, merge', async () => {
    const field = `Mystery${size}`
    const [thing, twin] = [`newcomer-${size}`, `twin-${size}`]
    await publish(system.mqttPort, `city/weather/${thing}`, JSON.stringify({ temperature: 20, [field]: 1013 }))
    await publish(system.mqttPort, `city/weather/${twin}`, JSON.stringify({ relative_humidity: 50 }))
    const { page, errors, close } = await openPage(browser, `${system.url}/?view=registry`, SIZES[size])
    await signInWithKey(page, system.key())
    await page.getByText(field).first().waitFor()
    expect(await violations(page)).toEqual([])
    expect(await fits(page)).toBe(true)

    await page.getByRole('button', { name: `Map ${field}` }).click()
    await page.getByRole('dialog').waitFor()
    await settled(page)
    expect(await violations(page)).toEqual([])
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Observed property/ })
      .click()
    await page.getByRole('option', { name: 'Air pressure' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: new RegExp(`Replay 1 messages with ${field}`) }).click()
    await page.getByText('1 message replayed').waitFor()

    await page
      .getByRole('button', { name: `Confirm ${thing}` })
      .first()
      .click()
    await page.getByLabel('Search by name or key').fill(thing)
    await page
      .getByRole('button', { name: `Edit ${thing}` })
      .last()
      .click()
    await page.getByRole('dialog').getByLabel('Name').fill(`School ${size}`)
    expect(await violations(page)).toEqual([])
    expect(await fits(page)).toBe(true)
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByText(`School ${size}`).first().waitFor()

    await page
      .getByRole('button', { name: `Calibrate School ${size}` })
      .last()
      .click()
    const calibrator = page.getByRole('dialog')
    await calibrator.getByLabel('Gain').fill('2')
    await calibrator.getByLabel('Valid from').fill('2020-01-01T00:00:00Z')
    await calibrator.getByRole('button', { name: /Observed property/ }).click()
    await page.getByRole('option', { name: 'Air temperature' }).click()
    await settled(page)
    expect(await violations(page)).toEqual([])
    expect(await fits(page)).toBe(true)
    await calibrator.getByRole('button', { name: 'Save' }).click()
    await calibrator.getByText('1 past observation computed').waitFor()
    await calibrator.getByRole('button', { name: 'Close' }).click()
    await calibrator.waitFor({ state: 'detached' })

    await page.getByLabel('Search by name or key').fill(twin)
    await page.getByText('1 of 1', { exact: true }).first().waitFor()
    await page
      .getByRole('button', { name: `Rename or merge ${twin}` })
      .last()
      .click()
    await page.getByLabel('Key of the device to keep').fill(thing)
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Merge', exact: true }).click()
    await page.getByText(`Merged into ${thing}`).waitFor()
    await page.keyboard.press('Escape')

    // replayed means that the broker has it: it is stored a little later
    type Merged = {
      features?: { properties: { name: string; verified: boolean; datastreams: { property: string }[] } }[]
    }
    let merged: object | undefined
    const expected = {
      name: `School ${size}`,
      verified: true,
      measures: 'pressure relative_humidity temperature temperature',
    }
    await until(
      async () => {
        const properties = (await system.get<Merged>(`/api/v1/things?thing=${twin}`)).features?.[0]?.properties
        const measures = properties?.datastreams.map(({ property }) => property).join(' ')
        merged = { name: properties?.name, verified: properties?.verified, measures }
        return JSON.stringify(merged) === JSON.stringify(expected)
      },
      60_000,
      () => JSON.stringify(merged),
    )
    expect(errors).toEqual([])
    await close()
  })
})

test('the replacement of a meter is recorded and undone; one that the readings suggest is confirmed', async () => {
  // In a city that has run for a while, hours that are over are summed up already: late readings of them show half an hour later.
  const own = await startSystem({ dataDir: await dataDirWithDatabase(), env: { SIMULATE: 'off' } })
  onTestFinished(async () => {
    await own.stop()
    await removeDataDir(own.dataDir)
  })
  const reading = (energy: number, minutesAgo: number) => {
    const time = new Date(Date.now() - minutesAgo * 60_000).toISOString()
    return publish(own.mqttPort, 'city/energy/old-meter', JSON.stringify({ time, energy }))
  }
  // steadily rising, then another meter that starts at 120 and stays on its own line
  for (let i = 0; i < 12; i++) await reading(5000 + i, 60 * (24 - i))
  for (let i = 0; i < 12; i++) await reading(120 + i, 60 * (12 - i))
  type Thing = { features?: { properties: { datastreams: { id: number }[] } }[] }
  await until(
    async () => {
      const id = (await own.get<Thing>('/api/v1/things?thing=old-meter')).features?.[0]?.properties.datastreams[0]?.id
      if (id === undefined) return false
      const from = new Date(Date.now() - 25 * 3_600_000).toISOString()
      const { observations = [] } = await own.get<{ observations?: unknown[] }>(
        `/api/v1/datastreams/${id}/observations?from=${from}`,
      )
      return observations.length === 24
    },
    60_000,
    () => 'the readings are not stored',
  )
  const { page, errors, close } = await openPage(browser, `${own.url}/?view=registry`, PHONE)
  await signInWithKey(page, own.key())
  await page.getByLabel('Search by name or key').fill('old-meter')
  await page.getByText('1 of 1', { exact: true }).first().waitFor()
  await page.getByRole('button', { name: 'Replacements of the meters of old-meter' }).last().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('final reading 5,011, start reading 120').waitFor()
  await dialog.getByText('inferred', { exact: true }).waitFor()
  await settled(page)
  expect(await violations(page)).toEqual([])
  expect(await fits(page)).toBe(true)
  await dialog.getByRole('button', { name: 'Confirm' }).click()
  await dialog.getByText('inferred from the readings and confirmed').waitFor()
  await dialog.getByText('inferred', { exact: true }).waitFor({ state: 'detached' })
  await dialog.getByRole('button', { name: 'Undo' }).click()
  await dialog.getByText('No replacement is recorded.').waitFor()
  await dialog.getByLabel('Final reading of the old meter').fill('5012,5')
  await dialog.getByLabel('Start reading of the new meter').fill('119')
  await dialog.getByRole('button', { name: 'Record', exact: true }).click()
  await dialog.getByText('final reading 5,012.5, start reading 119').waitFor()
  expect(errors).toEqual([])
  await close()
})

test('a rejected message: its bytes, and replayed alone', async () => {
  await publish(system.mqttPort, 'city/air/broken', 'not json at all')
  await publish(system.mqttPort, 'city/air/cracked', 'not json either')
  const { page, close } = await openPage(browser, `${system.url}/?view=operations`, PHONE)
  await page.getByText('city/air/cracked').first().waitFor()
  await page.getByLabel('Search by topic').fill('air/broken')
  await page.getByText('city/air/cracked').first().waitFor({ state: 'detached' })
  await until(
    () => page.getByText('city/air/broken').first().isVisible(),
    20_000,
    () => 'the message is not listed',
  )
  await page.getByText('city/air/broken').first().click()
  // anybody may see that and why a message was refused; what it said, only who has the key
  await page.getByText('Sign in to see the payload').waitFor()
  await signInWithKey(page, system.key())
  await page.getByText('hexadecimal', { exact: true }).first().click()
  // "not json" in ASCII
  await page.getByText('6e 6f 74 20 6a 73 6f 6e').waitFor()
  expect(await violations(page)).toEqual([])
  await page
    .getByLabel(/Select the message received .* city\/air\/broken/)
    .first()
    .check()
  await page.getByRole('button', { name: 'Replay 1 selected' }).click()
  await page.getByText('1 message replayed').waitFor()
  expect(await fits(page)).toBe(true)
  await close()
})

test.each(['desk', 'phone'] as const)('the raw archive on a %s: what is kept, and replayed', async (size) => {
  await publish(system.mqttPort, 'kept/records/a', JSON.stringify({ thing: `kept-${size}`, temperature: 20 }))
  await until(
    async () => {
      const { sources } = await system.get<{ sources: { messages: number }[] }>('/api/v1/ingest/archive/sources')
      return (sources[0]?.messages ?? 0) >= (size === 'desk' ? 1 : 2)
    },
    20_000,
    () => 'nothing is archived',
  )
  const { page, close } = await openPage(browser, `${system.url}/?view=operations`, SIZES[size])
  await page.getByRole('heading', { name: 'Raw archive' }).waitFor()
  await signInWithKey(page, system.key())
  await page.getByRole('button', { name: 'Replay the archive of kept' }).click()
  await page.getByText(/message(s)? replayed/).waitFor()
  expect(await violations(page)).toEqual([])
  expect(await fits(page)).toBe(true)
  await close()
})

test('the invariants hold of the running city', async () => {
  const headers = { authorization: `Bearer ${system.key()}` }
  const answer = await fetch(`${system.url}/api/v1/ingest/check`, { headers })
  const { findings } = (await answer.json()) as { findings: { holds: boolean; name: string; examples: string[] }[] }
  expect(findings.filter(({ holds }) => !holds)).toEqual([])
})
