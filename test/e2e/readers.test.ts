/** What each reader must be able to do, with the clicks that it takes. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DESKTOP, fits, openPage, PHONE, settled, violations, wear } from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

let city: SharedCity
let browser: Browser
beforeAll(async () => {
  city = await sharedCity('simulated')
  browser = await sharedBrowser()
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
      const { page, errors, close } = await openPage(browser, `${city.url}/?view=${view}`)
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
    const { page, close } = await openPage(browser, `${city.url}/?view=brief`)
    const sentence = page.getByRole('listitem').filter({ hasText: 'Household Internet access' }).first()
    await sentence.getByRole('link').click()
    await page.getByRole('complementary').getByText('Household Internet access').first().waitFor()
    expect(new URL(page.url()).searchParams.get('view')).toBe('indicators')
    await close()
  })

  test('has no barrier by day or by night, on a desk or a phone', async () => {
    for (const device of [DESKTOP, PHONE]) {
      const { page, close } = await openPage(browser, `${city.url}/?view=brief`, device)
      for (const scheme of ['light', 'dark'] as const) {
        await wear(page, scheme)
        expect(await violations(page)).toEqual([])
      }
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
    await page.getByText('Two groups').click()
    await settled(page)
    await page.getByRole('row').filter({ hasText: 'access to the Internet at home' }).getByRole('button').click()
    expect(clicks() + 2).toBeLessThanOrEqual(4)
    await page.getByText('Two groups of one sample').waitFor()
    await page.getByText('Reproduce and cite').click()
    await page.getByText('p.adjust').waitFor()
    expect(errors).toEqual([])
    await close()
  })

  test.each(['periods:2025:2026', 'zones:old-harbour:ropewalk', 'groups:female:male:sex'])(
    '%s has no barrier and fits a phone',
    async (pair) => {
      for (const device of [DESKTOP, PHONE]) {
        const { page, close } = await openPage(browser, `${city.url}/?view=compare&pair=${pair}`, device)
        await page.getByRole('table').waitFor()
        expect(await violations(page)).toEqual([])
        expect(await fits(page)).toBe(true)
        await close()
      }
    },
  )

  test('a table gives its data with metadata, a chart its picture', async () => {
    const { page, close } = await openPage(browser, `${city.url}/?view=people`)
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
