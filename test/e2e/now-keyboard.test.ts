/** Now with the keyboard only: open, note, acknowledge, assign, close; the focus is never lost, and what happened is said. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPage, settled, violations } from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

let system: SharedCity
let browser: Browser
beforeAll(async () => {
  system = await sharedCity('quiet')
  browser = await sharedBrowser()
})
afterAll(() => browser?.close())

/** What a screen reader would say of the element that has the focus. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement
    return element === null || element === document.body ? 'nothing' : (element.textContent ?? '').trim()
  })

async function tabTo(page: Page, name: string): Promise<void> {
  for (let i = 0; i < 12; i++) {
    if ((await focused(page)) === name) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`"${name}" is not reached; the focus is on "${await focused(page)}"`)
}

test('an incident is opened, acknowledged, assigned and closed without a mouse', async () => {
  const { page, errors, close } = await openPage(browser, `${system.url}/?view=now&lang=en`)
  const api = page.context().request
  const call = async (method: string, path: string, data?: object) => {
    const headers = { authorization: `Bearer ${system.key()}`, origin: system.url }
    const response = await api.fetch(`${system.url}/api/v1${path}`, { method, headers, ...(data && { data }) })
    expect(response.ok(), await response.text()).toBe(true)
    return response.status() === 204 ? null : response.json()
  }
  const name = 'keyboard@city.example'
  const { temporaryPassword: current } = await call('POST', '/accounts', { name, role: 'operator' })
  await api.post(`${system.url}/api/v1/session`, {
    data: { name, password: current },
    headers: { origin: system.url },
  })
  await api.put(`${system.url}/api/v1/account/password`, {
    data: { current, next: 'correct horse battery' },
    headers: { origin: system.url },
  })
  // no disk is 99 % free: it fires with the next pass, without any device
  const rule = await call('POST', '/alert-rules', {
    ...{ name: 'Keyboard: disk', condition: { kind: 'system', measure: 'disk_used_percent' } },
    levels: [{ severity: 'info', threshold: 1 }],
  })
  try {
    await page.reload()
    const option = page.getByRole('option', { name: /Keyboard: disk/ })
    await option.waitFor()
    await settled(page)
    await option.focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toBe('Keyboard: disk')
    expect(await violations(page)).toEqual([])
    await tabTo(page, 'Acknowledge')
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toBe('Acknowledged')
    await page.keyboard.press('Shift+Tab')
    const input = page.getByLabel('Assign to')
    await input.focus()
    await page.keyboard.type('Ana')
    await tabTo(page, 'Assign')
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toBe('Assigned')
    // and back to the list, where it was left
    await page.keyboard.press('Escape')
    await expect.poll(() => focused(page)).toContain('Keyboard: disk')
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toBe('Keyboard: disk')
    await tabTo(page, 'Close incident')
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toBe('Closed')
    expect(errors).toEqual([])
  } finally {
    await call('DELETE', `/alert-rules/${rule.id}`)
    await close()
  }
})
