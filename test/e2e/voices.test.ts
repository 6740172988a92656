/** The public form in a real browser: four languages, two directions, a phone and a desk, and where a position goes. */
import type { Browser, BrowserContextOptions, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONSENT_VERSION } from '#model/voices/voice.ts'
import { fits, signInWithKey, violations } from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const
/** In the middle of the demo city, with more digits than a person needs; see "an exact position". */
const EXACT = { longitude: -10.853179, latitude: 39.246391, accuracy: 12 }

let system: SharedCity
let browser: Browser
beforeAll(async () => {
  system = await sharedCity('simulated')
  browser = await sharedBrowser()
})
afterAll(() => browser?.close())

async function open(path: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ reducedMotion: 'reduce', viewport: SIZES.phone, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const [requests, errors]: [Request[], string[]] = [[], []]
  context.on('request', (request) => requests.push(request))
  page.on('pageerror', (error) => errors.push(String(error)))
  await page.goto(system.url + path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return { page, requests, errors, close: () => context.close() }
}

describe('the form', () => {
  test.each([
    ['en', 'ltr', 'desk', 'How is it where you live?'],
    ['es', 'ltr', 'phone', '¿Cómo se vive donde usted vive?'],
    ['fr', 'ltr', 'phone', 'Comment vit‑on chez vous ?'],
    ['ar', 'rtl', 'phone', 'كيف هي الحياة حيث تسكن؟'],
    ['ar', 'rtl', 'desk', 'كيف هي الحياة حيث تسكن؟'],
  ] as const)('in %s (%s) on a %s: accessible, nothing over the edge', async (language, direction, size, heading) => {
    const { page, requests, errors, close } = await open(`/voice?lang=${language}`, { viewport: SIZES[size] })
    const root = await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])
    expect(root).toEqual([language, direction])
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(heading)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      expect(await violations(page), colorScheme).toEqual([])
    }
    expect(await fits(page)).toBe(true)
    // with everything wrong there is more to read
    await page.locator('#send').click()
    await page.getByRole('alert').getByRole('link').first().waitFor()
    expect(await violations(page)).toEqual([])
    expect(await fits(page)).toBe(true)
    expect(errors).toEqual([])
    expect(requests.filter((request) => !request.url().startsWith(system.url))).toEqual([])
    await close()
  })

  test('speaks the language of the browser', async () => {
    const { page, close } = await open('/voice', { locale: 'es-AR' })
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('es')
    await close()
  })

  test('by keyboard: answer, send, keep the code, erase with it', async () => {
    const { page, close } = await open('/voice', { viewport: SIZES.desk })
    await page.getByLabel('District').selectOption({ index: 1 })
    await page.getByRole('radio', { name: 'Very bad' }).first().focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowRight')
    await page.getByLabel('In your own words').fill('Call 912 345 678')
    await page.getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('link', { name: /phone number/ }).waitFor()
    await page.getByLabel('In your own words').fill('The connection drops at night')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('heading', { name: /your voice has arrived/ }).waitFor()
    expect(await violations(page)).toEqual([])
    const code = (await page.locator('output').textContent()) ?? ''
    const queue = await waiting()
    expect(queue.comments[0]).toMatchObject({ text: 'The connection drops at night', topics: ['connection'] })
    await page.getByLabel('Code', { exact: true }).fill(code.toLowerCase())
    await page.getByRole('button', { name: 'Erase' }).click()
    await page.getByText('Erased. Nothing of this voice is kept.').waitFor()
    expect((await waiting()).waiting).toBe(0)
    await close()
  })
})

const waiting = async () => {
  const headers = { authorization: `Bearer ${system.key()}` }
  const answer = await fetch(`${system.url}/api/v1/voices/moderation`, { headers })
  return (await answer.json()) as { waiting: number; comments: object[] }
}

/** All that a request carries to the server, as text. */
const carried = (request: Request): string =>
  [request.url(), request.postData() ?? '', JSON.stringify(request.headers())].join('\n')

describe('an exact position', () => {
  test.each([
    ['in a district', EXACT, 'zone'],
    // two kilometres west of the westernmost district: only a wide cell is known of it
    ['outside of all districts', null, 'cell'],
  ] as const)('%s never leaves the page', async (_, position, kind) => {
    const city = await system.get<{ bounds: [number, number, number, number] }>('/api/v1/city')
    const outside = { longitude: city.bounds[0] - 0.003179, latitude: EXACT.latitude, accuracy: 12 }
    const geolocation = position ?? outside
    const { page, requests, close } = await open('/voice', { geolocation, permissions: ['geolocation'] })
    await page.getByRole('button', { name: 'Find my district' }).click()
    await page.getByText(kind === 'zone' ? /^Found:/ : /hexagon of about 5 square kilometres/).waitFor()
    await page.getByRole('radio', { name: 'Good', exact: true }).first().check()
    await page.getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('heading', { name: /your voice has arrived/ }).waitFor()
    const sent = requests.find((request) => request.method() === 'POST')
    const body = sent?.postDataJSON() as { place: { kind: string; key: string } }
    expect(Object.keys(body).sort()).toEqual(['comment', 'consent', 'language', 'place', 'ratings'])
    const { place } = body
    expect(Object.keys(place).sort()).toEqual(['key', 'kind'])
    expect(place.kind).toBe(kind)
    // resolution 7 in the bits of an H3 index: its second hexadecimal digit
    if (kind === 'cell') expect(place.key).toMatch(/^87[0-9a-f]{13}$/)
    // three decimals are 100 m: no request of the whole visit holds that much of the position
    for (const coordinate of [geolocation.longitude, geolocation.latitude]) {
      const digits = coordinate.toFixed(6).slice(0, -3)
      for (const request of requests) expect(carried(request)).not.toContain(digits)
    }
    const kept = await page.evaluate(async () => [
      JSON.stringify(localStorage),
      JSON.stringify(sessionStorage),
      document.cookie,
      (await indexedDB.databases()).length,
    ])
    expect(kept).toEqual(['{}', '{}', '', 0])
    await close()
  })
})

describe('moderation', () => {
  test('the operations view reads, approves and refuses, with the key', async () => {
    const { features } = await system.get<{ features: { properties: { key: string } }[] }>('/api/v1/zones')
    const place = { kind: 'zone', key: features[0]?.properties.key }
    for (const comment of ['Trams squeal at night', 'Something rude']) {
      const body = JSON.stringify({ place, ratings: { noise: 2 }, comment, language: 'en', consent: CONSENT_VERSION })
      const headers = { 'content-type': 'application/json' }
      expect((await fetch(`${system.url}/api/v1/voices`, { method: 'POST', headers, body })).status).toBe(201)
    }
    const context = await browser.newContext({ reducedMotion: 'reduce', viewport: SIZES.phone })
    const page = await context.newPage()
    await page.goto(`${system.url}/?view=operations`)
    await page.getByRole('heading', { name: 'Comments awaiting review' }).waitFor()
    await signInWithKey(page, system.key())
    await page.getByText('Trams squeal at night').waitFor()
    expect(await violations(page)).toEqual([])
    expect(await fits(page)).toBe(true)
    await page.getByRole('button', { name: /^Approve.*Trams/ }).click()
    await page.getByText('Trams squeal at night').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: /^Reject.*rude/ }).click()
    await page.getByText('Something rude').waitFor({ state: 'detached' })
    const { comments } = await system.get<{ comments: { text: string }[] }>('/api/v1/voices/aggregates')
    expect(comments.map(({ text }) => text)).toEqual(['Trams squeal at night'])
    await context.close()
  })
})
