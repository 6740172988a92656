/** The short form of `npm run hostile`. */
import { expect, test } from 'vitest'
import { withOwnCity } from '../hostile/main.ts'

test('what strangers and broken devices send does not stop a city', { timeout: 300_000 }, async () => {
  const outcome = await withOwnCity({
    ...{ packets: 3_000, requests: 1_500, seed: 2 },
    // a machine of a continuous integration is slow; `npm run hostile` asks for 2 s
    limits: { everyMs: 3_000, visibleMs: 10_000, memoryMb: 1_500, diskMb: 1_000 },
  })
  expect(outcome.problems).toEqual([])
  expect(outcome.mqtt.packets).toBeGreaterThanOrEqual(3_000)
  expect(outcome.watched.visibleAfterMs.length).toBeGreaterThan(0)
})
