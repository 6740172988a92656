import { expect, test } from 'vitest'
import { Outage } from '#infra/runtime/outage.ts'

test('an outage is said when it begins, when its cause changes, once a minute, and when it is over', () => {
  let now = 1_000
  const outage = new Outage(() => now)
  expect(outage.end()).toBeUndefined()
  expect(outage.note('refused')).toBe(true)
  now += 5_000
  expect(outage.note('refused')).toBe(false)
  expect(outage.note('starting up')).toBe(true)
  now += 59_999
  expect(outage.note('starting up')).toBe(false)
  now += 1
  expect(outage.note('starting up')).toBe(true)
  now += 5_000
  expect(outage.note('starting up')).toBe(false)
  now += 600
  expect(outage.end()).toBe(71)
  expect(outage.end()).toBeUndefined()
  // the next one is news again, whatever its cause
  expect(outage.note('starting up')).toBe(true)
})
