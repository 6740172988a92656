/** What each reader must be able to do, with the clicks that it takes. */
import { setTimeout } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createNumberFormat } from '#model/text/number-format.ts'
import {
  DESKTOP,
  firstVisitor,
  fits,
  NO_VIOLATIONS,
  newVisitor,
  openAnotherPage,
  openPage,
  PHONE,
  settled,
  violations,
  violationsDayAndNight,
} from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

let city: SharedCity
let browser: Browser
/** Somebody at a desk, and somebody with a phone, who have been here before: what they store is not what is tested. */
let desk: BrowserContext
let phone: BrowserContext
beforeAll(async () => {
  city = await sharedCity('simulated')
  browser = await sharedBrowser()
  desk = await newVisitor(browser, DESKTOP)
  phone = await newVisitor(browser, PHONE)
})
afterAll(() => browser?.close())

/** Counts the clicks of a walk. */
function walk(page: Page) {
  let clicks = 0
  return {
    click: async (role: 'link' | 'button' | 'option', name: string | RegExp) => {
      clicks += 1
      await page.getByRole(role, { name }).first().click()
      await settled(page)
    },
    clicks: () => clicks,
  }
}

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor()

describe('the mayor', () => {
  test.each(['map', 'now', 'indicators', 'report', 'people', 'operations', 'registry'])(
    'one click from %s: what changed, who is worst off, what would help',
    async (view) => {
      const { page, errors, close } = await openAnotherPage(desk, `${city.url}/?view=${view}`)
      const { click, clicks } = walk(page)
      await click('link', 'Brief')
      for (const name of ['Findings', 'Improvements', 'Declines', 'Most burdened districts', 'Peer cities'])
        await heading(page, name)
      await heading(page, 'What would change the score')
      await heading(page, 'City targets')
      expect(clicks()).toBe(1)
      expect(errors).toEqual([])
      await close()
    },
  )

  test('every finding leads to its evidence', async () => {
    const { page, close } = await openAnotherPage(desk, `${city.url}/?view=brief`)
    const sentence = page.getByRole('listitem').filter({ hasText: 'Household Internet access' }).first()
    await sentence.getByRole('link').click()
    await page.getByRole('complementary').getByText('Household Internet access').first().waitFor()
    expect(new URL(page.url()).searchParams.get('view')).toBe('indicators')
    await close()
  })

  test('has no barrier by day or by night, on a desk or a phone', async () => {
    for (const visitor of [desk, phone]) {
      const { page, close } = await openAnotherPage(visitor, `${city.url}/?view=brief`)
      expect(await violationsDayAndNight(page)).toEqual(NO_VIOLATIONS)
      expect(await fits(page)).toBe(true)
      await close()
    }
  })

  test('prints on one page of A4, with the long words of Russian too', async () => {
    for (const lang of ['en', 'ru', 'ar']) {
      const { page, close } = await openPage(browser, `${city.url}/?view=brief&lang=${lang}`)
      const pdf = await page.pdf({ preferCSSPageSize: true })
      expect(pdf.toString('latin1').match(/\/Type \/Page\b/g), lang).toHaveLength(1)
      await close()
    }
  })
})

describe('the statistician', () => {
  test('four clicks from the map to two groups with significance, and the same figure in R', async () => {
    const { page, errors, close } = await openPage(browser, city.url)
    const { click, clicks } = walk(page)
    await click('link', 'Indicators')
    await click('link', 'Compare two periods, districts or groups')
    await page.getByText('Two groups', { exact: true }).click()
    await settled(page)
    await page.getByRole('row').filter({ hasText: 'access to the Internet at home' }).getByRole('button').click()
    expect(clicks() + 2).toBeLessThanOrEqual(4)
    await page.getByText('Two groups of one sample').waitFor()
    await page.getByText('Reproduce and cite').click()
    await page.getByText('p.adjust').waitFor()
    expect(errors).toEqual([])
    await close()
  })

  test.each(['periods:2025:2026', 'zones:ferry-slip:ropewalk', 'groups:female:male:sex'])(
    '%s has no barrier and fits a phone',
    async (pair) => {
      for (const visitor of [desk, phone]) {
        const { page, close } = await openAnotherPage(visitor, `${city.url}/?view=compare&pair=${pair}`)
        await page.getByRole('table').waitFor()
        expect(await violations(page)).toEqual([])
        expect(await fits(page)).toBe(true)
        await close()
      }
    },
  )

  test('a table gives its data with metadata, a chart its picture', async () => {
    const { page, close } = await openAnotherPage(desk, `${city.url}/?view=people`)
    const files = []
    for (const name of [/Metadata/, 'Picture (SVG)', 'Picture (PNG)']) {
      const started = page.waitForEvent('download')
      await page.getByRole('button', { name }).first().click()
      files.push((await started).suggestedFilename())
    }
    expect(files.map((file) => file.replace(/^.*?\./, ''))).toEqual(['csv-metadata.json', 'svg', 'png'])
    await close()
  })
})

type Named = { readonly key: string; readonly name: string }
/** Two devices that measure PM2.5 and one that measures temperature, once the city has hours of values of them. */
async function measuring(): Promise<readonly [Named, Named, Named]> {
  type Thing = { properties: Named & { datastreams: { id: number; property: string }[] } }
  const having = (features: readonly Thing[], name: string) =>
    features.flatMap(({ properties: { datastreams, ...thing } }) => {
      const stream = datastreams.find(({ property }) => property === name)
      return stream ? [{ ...thing, id: stream.id }] : []
    })
  const hasValues = async ({ id }: { id: number }): Promise<boolean> => {
    type Answer = { observations: unknown[] }
    return (await city.get<Answer>(`/api/v1/datastreams/${id}/observations`)).observations.length > 40
  }
  for (const end = Date.now() + 60_000; Date.now() < end; await setTimeout(500)) {
    const { features } = await city.get<{ features: Thing[] }>('/api/v1/things')
    const [first, second] = having(features, 'pm2_5')
    const [third] = having(features, 'temperature')
    if (first && second && third && (await Promise.all([first, second, third].map(hasValues))).every(Boolean))
      return [first, second, third]
  }
  throw new Error('the city measures too little')
}

const readDownload = async (page: Page, button: string | RegExp): Promise<string> => {
  const started = page.waitForEvent('download')
  await page.getByRole('button', { name: button }).first().click()
  const chunks: Buffer[] = []
  for await (const chunk of await (await started).createReadStream()) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

describe('the statistician, with a chart', () => {
  test('compares series of two devices by keyboard alone: legend, readout, a period, files', async () => {
    const [first, second, third] = await measuring()
    const { page, errors, close } = await openAnotherPage(desk, `${city.url}/?by=pm2_5&select=thing:${first.key}`)
    const parameter = (name: string) => new URL(page.url()).searchParams.get(name)
    const legend = page.getByRole('list', { name: 'Series and their values' }).getByRole('listitem')
    const add = async (text: string): Promise<void> => {
      const count = await legend.count()
      await page.getByRole('combobox', { name: 'Add a series' }).focus()
      await page.keyboard.type(text)
      await page.getByRole('option').first().waitFor()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await legend.nth(count).waitFor()
      await settled(page)
    }
    await add(`${second.key} pm2.5`)
    await add(`${third.key} temperature`)
    expect(parameter('series')).toBe(`${first.key}/pm2_5,${second.key}/pm2_5,${third.key}/temperature`)
    await page.getByText('µg/m³ (A, B)').waitFor()
    await page.getByText('°C (C)').waitFor()
    expect(await legend.nth(2).textContent()).toContain('right axis · simulated')
    expect(await violationsDayAndNight(page)).toEqual(NO_VIOLATIONS)

    // a third unit has no axis: none is offered
    const field = page.getByRole('combobox', { name: 'Add a series' })
    await field.fill('humidity')
    await page.getByText('No other series of this name with a unit of this chart').waitFor()
    await field.press('Escape')
    await field.press('Escape')

    // the readout
    const plot = page.getByRole('slider', { name: 'Instant in the chart' })
    const status = page.getByRole('status').filter({ hasText: 'Pinned' })
    await plot.focus()
    await page.keyboard.press('End')
    await page.keyboard.press('PageDown')
    await page.keyboard.press('Enter')
    const said = (await status.textContent()) ?? ''
    for (const part of [first.name, second.name, 'µg/m³, passed', '°C', 'Europe/Lisbon']) expect(said).toContain(part)
    expect(await plot.getAttribute('aria-valuetext')).toBe(said.replace('Pinned. ', ''))
    await page.keyboard.press('Escape')
    await status.waitFor({ state: 'detached' })

    // a period, and back
    await page.keyboard.press('End')
    await page.keyboard.press('Shift+PageDown')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => new URL(location.href).searchParams.has('within'))
    await settled(page)
    const [from = 0, to = 0] = (parameter('within') ?? '').split('/').map((text) => Date.parse(text))
    expect(to - from).toBeLessThan(4 * 3_600_000)
    await page.getByRole('button', { name: 'Show values' }).click()
    const shown = await page
      .getByRole('region', { name: 'Values in the chart' })
      .locator('tbody tr')
      .evaluateAll((rows) => rows.map((row) => [...row.children].slice(1, 3).map((cell) => cell.textContent ?? '')))
    const lines = (await readDownload(page, 'CSV file: Values in the chart')).trim().split('\r\n')
    const rows = lines.slice(1).map((line) => line.split(','))
    for (const row of rows) {
      const time = Date.parse(row[8] ?? '')
      expect(time >= from && time < to).toBe(true)
    }
    // every value of the file is on the page, rounded, and no other
    const { number } = createNumberFormat('en')
    const filed = rows.map((row) => [row[0], row[9] === '' ? '–' : number(Number(row[9]))].join(' '))
    const read = shown.map(([letter, value = '']) => [letter, value.split(/[\u202f ]/)[0]].join(' '))
    expect(read.sort()).toEqual(filed.sort())
    expect(new Set(rows.map((row) => row[0]))).toEqual(new Set(['A', 'B', 'C']))
    const { notes } = JSON.parse(await readDownload(page, 'Metadata of the CSV file: Values in the chart'))
    expect(notes.map(({ series }: { series?: string }) => series)).toEqual([undefined, 'A', 'B', 'C'])
    await page.getByRole('button', { name: 'Show the whole period' }).press('Enter')
    await page.waitForFunction(() => !new URL(location.href).searchParams.has('within'))

    await page.getByRole('button', { name: `Remove from the chart: ${second.name}` }).press('Enter')
    await legend.nth(2).waitFor({ state: 'detached' })
    // the other one keeps its place, and with it its letter and colour
    expect(parameter('series')).toBe(`${first.key}/pm2_5,,${third.key}/temperature`)
    expect(errors).toEqual([])
    await close()
  })

  test('on a phone a finger selects a period, a tap pins; the chart is not mirrored in Arabic', async () => {
    const [first, second] = await measuring()
    const path = `/?by=pm2_5&select=thing:${first.key}&series=${first.key}/pm2_5,${second.key}/pm2_5&lang=ar`
    const { page, errors, close } = await openAnotherPage(phone, `${city.url}${path}`)
    const plot = page.getByRole('slider')
    await plot.scrollIntoViewIfNeeded()
    expect(await violations(page)).toEqual([])
    expect(await fits(page)).toBe(true)
    await plot.tap()
    await page.locator('.chart__instant--pinned').waitFor()
    await plot.tap()
    await page.locator('.chart__instant').waitFor({ state: 'detached' })
    const [least, most] = [await plot.getAttribute('aria-valuemin'), await plot.getAttribute('aria-valuemax')].map(
      Number,
    )
    const box = await plot.boundingBox()
    if (!box || least === undefined || most === undefined) throw new Error('no chart')
    const touch = await page.context().newCDPSession(page)
    const y = box.y + box.height / 2
    const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', share?: number) =>
      touch.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: share === undefined ? [] : [{ x: box.x + share * box.width, y }],
      })
    await send('touchStart', 0.25)
    for (const share of [0.35, 0.5, 0.65, 0.75]) await send('touchMove', share)
    await send('touchEnd')
    await page.waitForFunction(() => new URL(location.href).searchParams.has('within'))
    const [from = 0, to = 0] = (new URL(page.url()).searchParams.get('within') ?? '')
      .split('/')
      .map((text) => Date.parse(text))
    // from a quarter to three quarters of the time, read from left to right, to 3 % of it
    const of = (share: number) => (least + share * (most - least)) * 1000
    for (const [at, share] of [
      [from, 0.25],
      [to, 0.75],
    ] as const)
      expect(Math.abs(at - of(share))).toBeLessThan(0.03 * (most - least) * 1000)
    expect(errors).toEqual([])
    await close()
  })
})

describe('the resident', () => {
  test('three clicks from the map to the street, one more to the voice of that district', async () => {
    const { page, errors, foreign, close } = await openPage(browser, city.url, PHONE)
    const { click, clicks } = walk(page)
    await click('link', 'People')
    await click('link', 'My street: what a resident sees')
    await page.getByRole('textbox', { name: 'Street or district' }).fill('ropew')
    await click('button', 'Ropewalk')
    expect(clicks()).toBeLessThanOrEqual(3)
    for (const name of ['Air', 'Noise', 'Connection', 'Services']) await heading(page, name)
    await page.getByText('European Environment Agency').waitFor()
    await click('link', 'Tell the city how it is here')
    expect(await page.getByLabel('District').inputValue()).toBe('ropewalk')
    expect([errors, foreign]).toEqual([[], []])
    await close()
  })

  test('the location is asked for, stays on the device and is not stored', async () => {
    // the device of a visitor who has seen the tour of the dashboard remembers it
    const context = await firstVisitor(browser, {
      ...PHONE,
      geolocation: { longitude: -10.85, latitude: 39.24 },
      permissions: ['geolocation'],
    })
    const { page } = await openAnotherPage(context, `${city.url}/street`)
    const requested: string[] = []
    page.on('request', (request) => requested.push(request.url() + (request.postData() ?? '')))
    await page.getByRole('button', { name: 'Use my location' }).click()
    await heading(page, 'Air')
    expect(requested.filter((text) => /10\.85|39\.24/.test(text))).toEqual([])
    expect(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie])).toEqual([0, 0, ''])
    await context.close()
  })

  test.each(['en', 'ar', 'ru'])('in %s it has no barrier and fits a phone, before and after', async (lang) => {
    const { page, close } = await openAnotherPage(phone, `${city.url}/street?lang=${lang}`)
    expect(await violations(page)).toEqual([])
    await page.locator('#street').fill('ropew')
    await page.getByRole('button', { name: 'Ropewalk' }).click()
    await page.locator('#service').waitFor()
    expect(await violationsDayAndNight(page)).toEqual(NO_VIOLATIONS)
    expect(await fits(page)).toBe(true)
    await close()
  })
})
