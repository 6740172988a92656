import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { createPace } from '#simulators/pace.ts'

/** A city as the pace sees it: a feed that is heard or not. */
function city() {
  const feed = Object.assign(new EventEmitter(), { subscribe: () => {} })
  const hear = (...agesMs: number[]) => {
    const observations = agesMs.map((age) => ({ phenomenonTime: new Date(Date.now() - age).toISOString() }))
    feed.emit('message', 'citywell/observations/air', Buffer.from(JSON.stringify({ domain: 'air', observations })))
  }
  return { feed, hear }
}

/** Turns that were given within a second. */
async function turnsInASecond(pace: { turn(): Promise<void> }, limit: number): Promise<number> {
  const end = Date.now() + 1_000
  let turns = 0
  while (Date.now() < end && turns < limit) {
    await pace.turn()
    turns++
  }
  return turns
}

test('a city that publishes nothing gets history at the rate that was asked for', async () => {
  const { feed } = city()
  const turns = await turnsInASecond(createPace(feed, 50, Date.now), 1_000)
  expect(turns).toBeGreaterThan(20)
  expect(turns).toBeLessThanOrEqual(52)
})

test('while live values come back late, history all but stops; when they are fresh again it goes on', async () => {
  const { feed, hear } = city()
  const pace = createPace(feed, 50, Date.now)
  hear(9_000, 12_000)
  expect(await turnsInASecond(pace, 1_000)).toBeLessThanOrEqual(3)
  hear(9_000, 800)
  expect(await turnsInASecond(pace, 1_000)).toBeGreaterThan(20)
})

test('a device whose clock runs ahead does not make late values fresh', async () => {
  const { feed, hear } = city()
  const pace = createPace(feed, 50, Date.now)
  hear(-30_000, 9_000)
  expect(await turnsInASecond(pace, 1_000)).toBeLessThanOrEqual(3)
})
