/** What each reader must be able to do, with the clicks that it takes. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
