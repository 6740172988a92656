import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Wire } from '#api/live/client.ts'
import { createHub, type Read } from '#api/live/hub.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const wire = (): Wire => ({
  ...{ write: () => {}, pendingBytes: () => 0, onDrain: () => {}, onClose: () => {}, end: () => {} },
})

/** A hub on a database that is reachable, refuses, or does not answer. */
function openHub() {
  const said: string[] = []
  const asked = new Map<string, number>()
  let database: 'reachable' | 'refuses' | 'silent' = 'reachable'
  const from = <T>(what: Read, value: T) => {
    return async (): Promise<T> => {
      asked.set(what, (asked.get(what) ?? 0) + 1)
      if (database === 'silent') await new Promise(() => {})
      if (database === 'refuses') throw new Error('away')
      return value
    }
  }
  const hub = createHub({
    source: { listen: () => () => {} },
    latest: from('latest values', []),
    ledger: from('ledger', {} as never),
    incidents: from('incidents', { incidents: [], newest: 0 }),
    shiftRevision: from('shift log', 0),
    clock: () => new Date(0),
    onOutage: (what) => said.push(`${what} fails`),
    onOutageEnd: (what, seconds) => said.push(`${what} again after ${seconds} s`),
  })
  return {
    ...{ hub, said, asked, isAllowed: from('sessions', true) },
    become: (next: typeof database) => {
      database = next
    },
  }
}

test('a database outage is said once when it starts and once when it ends, however many pages are open', async () => {
  const { hub, said, isAllowed, become } = openHub()
  for (let page = 0; page < 5; page += 1) hub.add(wire(), undefined, isAllowed)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(said).toEqual([])
  become('refuses')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(said.toSorted()).toEqual(['incidents fails', 'ledger fails', 'sessions fails', 'shift log fails'])
  said.length = 0
  become('reachable')
  await vi.advanceTimersByTimeAsync(20_000)
  expect(said).toHaveLength(4)
  for (const line of said) expect(line).toMatch(/again after (59|6\d|7\d) s$/)
  hub.close()
})

test('a database that does not answer is not asked again meanwhile', async () => {
  const { hub, asked, become } = openHub()
  hub.add(wire(), undefined)
  await vi.advanceTimersByTimeAsync(2_500)
  const before = new Map(asked)
  become('silent')
  await vi.advanceTimersByTimeAsync(60_000)
  for (const what of ['incidents', 'shift log', 'ledger'])
    expect((asked.get(what) ?? 0) - (before.get(what) ?? 0), what).toBe(1)
  hub.close()
})

test('a page need not wait for the next round to say when data last arrived', async () => {
  const { hub } = openHub()
  const written: string[] = []
  hub.add({ ...wire(), write: (text) => void written.push(text) }, undefined)
  await vi.advanceTimersByTimeAsync(10)
  expect(written.join('')).toMatch(/event: snapshot\n.*\n\nevent: ledger\n/)
  hub.close()
})
