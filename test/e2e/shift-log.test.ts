/** The shift log on the page Now: two operators, one hands over, the other accepts, both see it at once. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DESKTOP, fits, openPage, PHONE, settled, violations, wear } from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

const PASSWORD = 'correct horse battery'
let system: SharedCity
let browser: Browser
beforeAll(async () => {
  system = await sharedCity('quiet')
  browser = await sharedBrowser()
})
afterAll(() => browser?.close())

/** An operator with an account of their own, on the page Now. */
async function operator(name: string, size: typeof DESKTOP | typeof PHONE) {
  const opened = await openPage(browser, `${system.url}/?view=now`, size)
  const api = opened.page.context().request
  const authorization = `Bearer ${system.key()}`
  const send = async (method: 'POST' | 'PUT', path: string, data: object, headers = {}) => {
    const response = await api.fetch(`${system.url}/api/v1${path}`, {
      ...{ method, data },
      headers: { origin: system.url, ...headers },
    })
    expect(response.ok(), await response.text()).toBe(true)
    return response.json() as Promise<{ temporaryPassword: string }>
  }
  const { temporaryPassword: current } = await send('POST', '/accounts', { name, role: 'operator' }, { authorization })
  await send('POST', '/session', { name, password: current })
  await send('PUT', '/account/password', { current, next: PASSWORD })
  await opened.page.reload()
  await log(opened.page).getByRole('form', { name: 'New entry' }).waitFor()
  return opened
}
const log = (page: Page) => page.getByRole('region', { name: 'Shift log' })
const waiting = (page: Page) => page.getByRole('region', { name: 'Hand-over, not accepted yet' })

test('what one operator hands over, the next one sees without a reload, and accepts', async () => {
  const ines = await operator('ines@city.example', DESKTOP)
  const omar = await operator('omar@city.example', PHONE)
  const form = log(ines.page).getByRole('form', { name: 'New entry' })
  expect(await form.getByRole('button', { name: 'Hand over' }).isDisabled()).toBe(true)
  await form.getByLabel('What happened, what to watch').fill('Pump 3 was replaced at noon.')
  await form.getByRole('button', { name: 'Add entry' }).press('Enter')
  const entry = log(omar.page).getByRole('article').filter({ hasText: 'Pump 3 was replaced at noon.' })
  await entry.filter({ hasText: 'ines@city.example' }).waitFor()

  await form.getByLabel('What happened, what to watch').fill('Watch the harbour.')
  await form.getByRole('button', { name: 'Hand over' }).press('Enter')
  await waiting(ines.page).getByText('whoever hands over does not accept').waitFor()
  expect(await waiting(ines.page).getByRole('button', { name: 'Accept hand-over' }).count()).toBe(0)
  await waiting(omar.page).getByText('Watch the harbour.').waitFor()
  for (const { page } of [ines, omar]) {
    await settled(page)
    expect(await violations(page)).toEqual([])
    expect(await fits(page)).toBe(true)
  }
  await wear(ines.page, 'dark')
  expect(await violations(ines.page)).toEqual([])

  await waiting(omar.page).getByRole('button', { name: 'Accept hand-over' }).click()
  await waiting(ines.page).waitFor({ state: 'detached' })
  await log(ines.page)
    .getByText(/^Accepted by omar@city\.example, /)
    .waitFor()
  expect([...ines.errors, ...omar.errors]).toEqual([])
  await ines.close()
  await omar.close()
})

test('whoever has not signed in is offered to, and reads nothing', async () => {
  const { page, close } = await openPage(browser, `${system.url}/?view=now`, DESKTOP)
  await log(page).getByRole('button', { name: 'Sign in' }).waitFor()
  expect(await log(page).getByRole('article').count()).toBe(0)
  await close()
})
