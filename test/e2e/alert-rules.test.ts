/** Alert rules and notifications in the dashboard, signed in: what is wrong with a rule, what it would have sent, saving it. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { alertRulesResponse } from '#model/api/alerts.ts'
import { DESKTOP, fits, openPage, PHONE, settled, signInWithKey, violations, wear } from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'
import { until } from './system.ts'

let system: SharedCity
let browser: Browser
beforeAll(async () => {
  system = await sharedCity('simulated')
  browser = await sharedBrowser()
  // a day of history, so that a backtest has something to read
  await until(
    async () => (await system.get<{ backfill: number | null }>('/api/v1/city')).backfill === 1,
    240_000,
    () => 'the history does not end',
  )
})
afterAll(() => browser?.close())

const NAME = 'Loud in the tests'
const rules = (page: Page) => page.getByRole('region', { name: 'Alert rules' })
const row = (page: Page) => rules(page).getByRole('row').filter({ hasText: NAME })
const stored = async () => {
  const { rules: all } = alertRulesResponse.parse(await system.get('/api/v1/alert-rules'))
  return all.find(({ definition }) => definition.name === NAME)
}

test('an administrator tests a rule on the past, saves it, finds it again and turns it off', async () => {
  const { page, errors, close } = await openPage(browser, `${system.url}/?view=operations`, DESKTOP)
  // signed out, the rules can be read and nothing else
  await rules(page).getByRole('rowheader').first().waitFor()
  expect(await rules(page).getByRole('button', { name: 'Add rule' }).count()).toBe(0)
  await rules(page).getByRole('button', { name: 'Sign in' }).waitFor()
  await signInWithKey(page, system.key())

  await rules(page).getByRole('button', { name: 'Add rule' }).press('Enter')
  const form = page.getByRole('form', { name: 'New alert rule' })
  await form.waitFor()
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('New alert rule')
  expect(await form.getByRole('button', { name: 'Save rule' }).isDisabled()).toBe(true)

  // nothing filled in: the first wrong field has the focus and says what is wrong
  await form.getByRole('button', { name: 'Test the rule' }).click()
  await form.getByText('2 fields need attention.').waitFor()
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-invalid') === 'true')
  expect(await form.getByLabel('Name of the rule').getAttribute('aria-invalid')).toBe('true')
  await form.getByLabel('Name of the rule').fill(NAME)
  await form.getByLabel('Property', { exact: true }).selectOption('sound_level')
  // what could never happen is said while it is typed
  await form.getByLabel('Threshold (dB(A))').fill('900')
  await form.getByText(/^Would never fire: values lie within .* none is above 900\.$/).waitFor()
  await form.getByLabel('Threshold (dB(A))').fill('35')
  await form.getByText(/^Would never fire/).waitFor({ state: 'detached' })
  await form.getByRole('textbox', { name: 'Devices', exact: true }).fill('no-such-device')
  await form.getByText('no-such-device is unknown.').waitFor()
  await form.getByRole('textbox', { name: 'Devices', exact: true }).fill('')
  await form.getByText('no-such-device is unknown.').waitFor({ state: 'detached' })
  // the registry suggests kinds; a line that is there already is not added again
  await form.getByRole('combobox', { name: 'Add a kind' }).fill('noise_meter')
  await form.getByRole('button', { name: 'Add: Add a kind' }).click()
  await form.getByRole('combobox', { name: 'Add a kind' }).fill('noise_meter')
  expect(await form.getByRole('button', { name: 'Add: Add a kind' }).isDisabled()).toBe(true)
  await form.getByRole('combobox', { name: 'Add a kind' }).fill('')
  await form.getByLabel('Kinds of devices').fill('')
  await form.getByLabel('Ends at (dB(A))').fill('34,5')
  await settled(page)
  expect(await violations(page)).toEqual([])

  await form.getByRole('button', { name: 'Test the rule' }).click()
  await form.getByText(/^Would have sent \d+ messages? in the last 30 days$/).waitFor()
  await form.getByRole('img', { name: /^Timeline of \d+ incidents?/ }).waitFor()
  const link = form.getByRole('group', { name: 'Incidents that would have been opened' }).getByRole('link').first()
  expect(await link.getAttribute('href')).toMatch(/select=thing:.+&time=/)
  await settled(page)
  expect(await violations(page)).toEqual([])
  await wear(page, 'dark')
  expect(await violations(page)).toEqual([])
  await wear(page, 'light')

  // a change after the test has to be tested again
  await form.getByLabel('Ends at (dB(A))').fill('34')
  expect(await form.getByRole('button', { name: 'Save rule' }).isDisabled()).toBe(true)
  await form.getByRole('button', { name: 'Test the rule' }).click()
  await form.getByText(/^Would have sent/).waitFor()
  await form.getByRole('button', { name: 'Save rule' }).press('Enter')
  await form.waitFor({ state: 'detached' })
  expect((await stored())?.definition).toMatchObject({
    condition: { kind: 'value', property: 'sound_level' },
    levels: [{ severity: 'warning', threshold: 35, recovery: 34 }],
  })

  await page.reload()
  await row(page).waitFor()
  await settled(page)
  expect(await violations(page)).toEqual([])
  await rules(page)
    .getByRole('button', { name: `Turn off ${NAME}` })
    .click()
  await rules(page)
    .getByRole('button', { name: `Turn on ${NAME}` })
    .waitFor()
  await row(page).getByText('Off', { exact: true }).waitFor()
  expect((await stored())?.enabled).toBe(false)

  await rules(page)
    .getByRole('button', { name: `Copy ${NAME}` })
    .click()
  await page.getByRole('form', { name: 'New alert rule' }).waitFor()
  expect(await page.getByLabel('Name of the rule').inputValue()).toBe(`${NAME} (copy)`)
  await page.getByRole('button', { name: 'Cancel' }).click()
  // the focus is where it was
  await page.waitForFunction((name) => document.activeElement?.getAttribute('aria-label') === name, `Copy ${NAME}`)
  await rules(page)
    .getByRole('button', { name: `Delete ${NAME}` })
    .click()
  await rules(page)
    .getByRole('button', { name: `Delete ${NAME} for good` })
    .click()
  await row(page).waitFor({ state: 'detached' })
  expect(await stored()).toBeUndefined()
  expect(errors).toEqual([])
  await close()
})

/** One row in each of the tables, which are not there without. */
async function fillNotifications(): Promise<void> {
  const author = 'Test'
  const matchers = { rule: ['nothing-of-the-kind'] }
  const endsAt = new Date(Date.now() + 3_600_000).toISOString()
  const windows = [{ days: [7], from: '01:00', to: '03:00' }]
  for (const [path, body] of [
    ['receivers', { channel: 'feed', name: 'Feed of the tests', severities: ['critical'] }],
    ['silences', { matchers, endsAt, author, comment: 'none' }],
    ['maintenance-windows', { name: 'Window of the tests', matchers, windows, author }],
  ] as const) {
    const headers = { authorization: `Bearer ${system.key()}`, 'content-type': 'application/json' }
    const response = await fetch(`${system.url}/api/v1/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    expect(response.status, await response.text()).toBe(201)
  }
}

test('notifications and their forms hold against axe, signed in, on a desk and on a phone', async () => {
  await fillNotifications()
  for (const size of [DESKTOP, PHONE]) {
    const { page, errors, close } = await openPage(browser, `${system.url}/?view=operations`, size)
    await signInWithKey(page, system.key())
    const section = page.getByRole('region', { name: 'Notifications' })
    for (const name of ['Feed of the tests', 'rule: nothing-of-the-kind', 'Window of the tests'])
      await section.getByRole('rowheader', { name }).waitFor()
    await settled(page)
    expect(await violations(page)).toEqual([])
    for (const name of ['Add receiver', 'Add silence', 'Add maintenance window']) {
      await section.getByRole('button', { name }).click()
      await page.getByRole('dialog', { name }).waitFor()
      await settled(page)
      expect(await violations(page), name).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    await rules(page).getByRole('button', { name: 'Add rule' }).click()
    await page.getByRole('form', { name: 'New alert rule' }).waitFor()
    for (const kind of ['mean', 'air_index', 'legal_threshold', 'indicator', 'silence', 'system']) {
      await page.getByLabel('What is evaluated').selectOption(kind)
      await settled(page)
      expect(await violations(page), kind).toEqual([])
    }
    expect(await fits(page)).toBe(true)
    expect(errors).toEqual([])
    await close()
  }
})
