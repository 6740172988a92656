import { expect, test } from 'vitest'
import { createSampler } from '#infra/runtime/sampled-log.ts'

test('a flood is one line at once, then one a minute that counts the others', () => {
  let now = 0
  const sampler = createSampler(60_000, () => now)
  const logged: number[] = []
  for (; now < 150_000; now += 100) {
    const count = sampler.note()
    if (count !== undefined) logged.push(count)
  }
  expect(logged).toEqual([1, 600, 600])
})

test('what happens seldom is logged each time', () => {
  let now = 0
  const sampler = createSampler(60_000, () => now)
  const counts = [0, 60_000, 200_000].map((at) => {
    now = at
    return sampler.note()
  })
  expect(counts).toEqual([1, 1, 1])
})
