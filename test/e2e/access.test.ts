/** One sign-in for all views; accounts, second factor and audit log on the page. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hotp, stepAt } from '#domain/access/totp.ts'
import { DESKTOP, fits, openPage, PHONE, settled, signInWithKey, violations } from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

const NAME = 'anna@city.example'
const PASSWORD = 'correct horse battery'
let system: SharedCity
let browser: Browser
beforeAll(async () => {
  system = await sharedCity('simulated')
  browser = await sharedBrowser()
})
afterAll(() => browser?.close())

/** RFC 4648. */
function fromBase32(text: string): Buffer {
  const digits = [...text.replace(/\s/g, '')].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter))
  const bits = digits.map((digit) => digit.toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

async function open(path: string, size: typeof DESKTOP | typeof PHONE): Promise<Awaited<ReturnType<typeof openPage>>> {
  return openPage(browser, `${system.url}${path}`, size)
}

async function signIn(page: Page, password: string): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'Sign in' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill(NAME)
  await dialog.getByLabel('Password').fill(password)
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click()
}

test('an administrator creates an account, and its owner takes it over on a phone', async () => {
  const admin = await open('/?view=operations', DESKTOP)
  await admin.page.getByText('Sign in to make changes here.').first().waitFor()
  await signInWithKey(admin.page, system.key())
  await admin.page.getByText('Sign in to make changes here.').first().waitFor({ state: 'detached' })
  await admin.page.getByRole('button', { name: 'Signed in as City key' }).click()
  await admin.page.getByRole('menuitem', { name: 'Account and access' }).click()
  const form = admin.page.getByRole('form', { name: 'New account' })
  await form.getByLabel('Name').fill(NAME)
  await form.getByRole('button', { name: 'Create account' }).click()
  const shown = await admin.page.getByText(`Temporary password of ${NAME}`).innerText()
  const temporary = shown.split(' ').at(-1) ?? ''
  await settled(admin.page)
  expect(await violations(admin.page)).toEqual([])

  const { page, errors, close } = await open('/', PHONE)
  await signIn(page, temporary)
  const first = page.getByRole('dialog', { name: 'Choose a password of your own' })
  await first.getByLabel('Current password').fill(temporary)
  await first.getByLabel('New password').fill(PASSWORD)
  await first.getByRole('button', { name: 'Change password' }).click()
  await first.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: `Signed in as ${NAME}` }).click()
  await page.getByRole('menuitem', { name: 'Account and access' }).click()
  await page.getByRole('heading', { name: 'Second factor' }).waitFor()
  const entry = page.getByLabel('Password', { exact: true })
  await entry.fill(PASSWORD)
  await page.getByRole('button', { name: 'Set up' }).click()
  await page.getByRole('img', { name: 'QR code for an authenticator app' }).waitFor()
  expect(await violations(page)).toEqual([])
  expect(await fits(page)).toBe(true)
  const secret = (await page.getByText('Or enter this secret:').innerText()).replace('Or enter this secret:', '')
  await page.getByRole('textbox', { name: 'Code' }).fill(hotp(fromBase32(secret), stepAt(new Date())))
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page.getByText('Each works once').waitFor()
  const recovery = await page.locator('.access__codes li').first().innerText()
  // what a viewer may not do is not offered
  expect(await page.getByRole('heading', { name: 'Accounts' }).count()).toBe(0)
  await page.getByRole('button', { name: `Signed in as ${NAME}` }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await signIn(page, PASSWORD)
  await page.getByRole('dialog').getByLabel('Code').fill(recovery)
  await page.getByRole('dialog').getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByText('9 recovery codes left').waitFor()
  expect(errors).toEqual([])
  await close()

  await admin.page.reload()
  await admin.page.getByRole('button', { name: 'Verify' }).click()
  await admin.page.getByText(/^Intact: \d/).waitFor()
  await admin.page.getByLabel('Action').fill('account')
  await admin.page.getByRole('cell', { name: 'account.totp_on' }).waitFor()
  expect(await violations(admin.page)).toEqual([])
  await admin.close()
})
