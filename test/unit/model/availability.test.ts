/** Whether a Thing is offline, by what is newest of it: whatever arrived twice, late or again after a restart. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lastHeard, type Newest, offlineAt } from '#model/things/availability.ts'

type Message = { readonly kind: 'offline' | 'online' | 'measured'; readonly retained: boolean; readonly time: number }
const SECOND = 1000

/** Retained states are what the broker has at that time: the newest state that the device or its broker published. */
const history = fc
  .array(fc.constantFrom('offline', 'online', 'measured', 'restart'), { minLength: 1, maxLength: 30 })
  .map((events) => {
    const messages: Message[] = []
    let kept: 'offline' | 'online' | undefined
    events.forEach((event, i) => {
      const time = (i + 1) * SECOND
      if (event === 'restart') {
        if (kept) messages.push({ kind: kept, retained: true, time })
        return
      }
      if (event !== 'measured') kept = event
      messages.push({ kind: event, retained: false, time })
    })
    return messages
  })

/** As the database keeps it: the newest of each Datastream, in whatever order it came. */
function newestOf(messages: readonly Message[]): Newest[] {
  const newest = new Map<string, Newest>()
  for (const { kind, retained, time } of messages) {
    const property = kind === 'measured' ? 'pm2_5' : 'online'
    const before = newest.get(property)
    if (before && before.time >= time) continue
    newest.set(property, { property, channel: '', time, result: kind === 'online' ? 1 : 0, isRetained: retained })
  }
  return [...newest.values()]
}

/** The same from the beginning, one message after the other. */
function expectedOf(messages: readonly Message[]): boolean {
  let offline = false
  for (const { kind } of messages) offline = kind === 'offline'
  return offline
}

test('the newest message decides, in whatever order and however often the messages arrive', () => {
  const arrival = history.chain((messages) =>
    fc.record({
      messages: fc.constant(messages),
      arrived: fc
        .tuple(fc.subarray(messages), fc.constant(messages))
        .chain(([again, all]) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length })),
    }),
  )
  fc.assert(
    fc.property(arrival, ({ messages, arrived }) => {
      const newest = newestOf(arrived)
      expect(newest).toEqual(expect.arrayContaining(newestOf(messages)))
      expect(offlineAt(newest) !== null).toBe(expectedOf(messages))
    }),
    { seed: 14, numRuns: 500 },
  )
})

test('what a broker kept is no sign of life, and neither is a last will: restarts alone never make a Thing heard', () => {
  fc.assert(
    fc.property(history, (messages) => {
      const last = lastHeard(newestOf(messages))
      const alive = messages.filter(({ kind, retained }) => kind !== 'offline' && !retained)
      // the newest of a Datastream hides what was before it, so a sign of life may be forgotten, but none is invented
      if (last !== undefined) expect(alive.map(({ time }) => time)).toContain(last)
      const measured = alive.filter(({ kind }) => kind === 'measured').at(-1)
      if (measured) expect(last).toBeGreaterThanOrEqual(measured.time)
    }),
    { seed: 14, numRuns: 500 },
  )
})

describe('a Thing', () => {
  const said = (result: number, time: number, isRetained = false): Newest => ({
    ...{ property: 'online', channel: '', time, result, isRetained },
  })
  const measured = (time: number): Newest => ({ ...said(9, time), property: 'pm2_5' })

  test('that measured before it was said to be offline is offline since then', () => {
    expect(offlineAt([measured(10), said(0, 20)])).toBe(20)
  })
  test('that measured after it, or is online again, is not', () => {
    expect(offlineAt([measured(30), said(0, 20)])).toBeNull()
    expect(offlineAt([measured(10), said(1, 30)])).toBeNull()
    expect(offlineAt([measured(10), said(1, 30, true)])).toBeNull()
  })
  test('that says nothing of itself is never offline', () => {
    expect(offlineAt([measured(10)])).toBeNull()
    expect(offlineAt([{ ...said(0, 20), channel: 'wifi' }])).toBeNull()
  })
})
