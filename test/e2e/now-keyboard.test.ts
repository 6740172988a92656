/** Now with the keyboard only: open, note, acknowledge, assign, close; the focus is never lost, and what happened is said. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPage, settled, violations } from './page.ts'
import { type SharedCity, sharedBrowser, sharedCity } from './shared.ts'

/** A machine that is busy answers later. */
const SOON = { timeout: 30_000 }
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

/** A page of an operator, and an incident that is there without any device: no disk is 99 % free. */
async function openIncident(name: string, title: string) {
  const { page, errors, close } = await openPage(browser, `${system.url}/?view=now&lang=en`)
  const api = page.context().request
  const call = async (method: string, path: string, data?: object) => {
    const headers = { authorization: `Bearer ${system.key()}`, origin: system.url }
    const response = await api.fetch(`${system.url}/api/v1${path}`, { method, headers, ...(data && { data }) })
    expect(response.ok(), await response.text()).toBe(true)
    return response.status() === 204 ? null : response.json()
  }
  const { temporaryPassword: current } = await call('POST', '/accounts', { name, role: 'operator' })
  await api.post(`${system.url}/api/v1/session`, {
    data: { name, password: current },
    headers: { origin: system.url },
  })
  await api.put(`${system.url}/api/v1/account/password`, {
    data: { current, next: 'correct horse battery' },
    headers: { origin: system.url },
  })
  // it fires with the next pass
  const rule = await call('POST', '/alert-rules', {
    ...{ name: title, condition: { kind: 'system', measure: 'disk_used_percent' } },
    levels: [{ severity: 'info', threshold: 1 }],
  })
  await page.reload()
  const option = page.getByRole('option', { name: new RegExp(title) })
  await option.waitFor()
  await settled(page)
  await option.focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => focused(page), SOON).toBe(title)
  return {
    ...{ page, errors, call, rule },
    close: async () => {
      await call('DELETE', `/alert-rules/${rule.id}`)
      await close()
    },
  }
}

test('an incident is opened, acknowledged, assigned and closed without a mouse', async () => {
  const { page, errors, close } = await openIncident('keyboard@city.example', 'Keyboard: disk')
  try {
    expect(await violations(page)).toEqual([])
    await tabTo(page, 'Acknowledge')
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page), SOON).toBe('Acknowledged')
    await page.keyboard.press('Shift+Tab')
    const input = page.getByLabel('Assign to')
    await input.focus()
    await page.keyboard.type('Ana')
    await tabTo(page, 'Assign')
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page), SOON).toBe('Assigned')
    // and back to the list, where it was left
    await page.keyboard.press('Escape')
    await expect.poll(() => focused(page), SOON).toContain('Keyboard: disk')
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page), SOON).toBe('Keyboard: disk')
    await tabTo(page, 'Close incident')
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page), SOON).toBe('Closed')
    expect(errors).toEqual([])
  } finally {
    await close()
  }
})

test('notifications about an incident are silenced without a mouse: what and until when is said before, who did it is kept', async () => {
  const { page, errors, call, rule, close } = await openIncident('silence@city.example', 'Silence: disk')
  try {
    await tabTo(page, 'Silence notifications')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Silence notifications' })
    await dialog.waitFor()
    expect(await violations(page)).toEqual([])
    const confirm = dialog.getByText(/^Until .* nobody is notified of:/)
    expect(await confirm.textContent()).toMatch(/nobody is notified of: Silence: disk, Disk of the server\.$/)
    await dialog.getByLabel('Reason').focus()
    await page.keyboard.type('Disk is being replaced')
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page), SOON).toBe('Notifications silenced')
    const { silences } = await call('GET', '/silences')
    const [made] = silences.filter(({ comment }: { comment: string }) => comment === 'Disk is being replaced')
    expect(made).toMatchObject({ author: 'silence@city.example', state: 'active' })
    expect(made.matchers).toEqual({ rule: [rule.id], subject: ['disk_used_percent'] })
    expect(Date.parse(made.endsAt) - Date.parse(made.startsAt)).toBeGreaterThan(3.9 * 3_600_000)
    const { entries } = await call('GET', '/audit?action=silence.create')
    expect(JSON.stringify(entries)).toContain(`silence:${made.id}`)
    await page.getByText(/silence@city\.example: Disk is being replaced/).waitFor()
    await page.getByRole('button', { name: 'End now: Disk is being replaced' }).focus()
    await page.keyboard.press('Enter')
    await expect
      .poll(
        async () => (await call('GET', '/silences')).silences.find(({ id }: { id: string }) => id === made.id)?.state,
        SOON,
      )
      .toBe('ended')
    await page.getByText(/silence@city\.example: Disk is being replaced/).waitFor({ state: 'detached' })
    expect(errors).toEqual([])
  } finally {
    await close()
  }
})
