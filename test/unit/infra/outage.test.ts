import { expect, test } from 'vitest'
import { Outage } from '#infra/runtime/outage.ts'

test('an outage is logged when it begins and when it is over, whatever its cause is meanwhile', () => {
  let now = 1_000
  const outage = new Outage(() => now)
  expect(outage.end()).toBeUndefined()
  expect(outage.cause).toBeUndefined()
  expect(outage.note('refused')).toBe(true)
  now += 5_000
  expect(outage.note('refused')).toBe(false)
  expect(outage.note('starting up')).toBe(false)
  expect(outage.cause).toBe('starting up')
  now += 65_600
  expect(outage.note('starting up')).toBe(false)
  expect(outage.seconds).toBe(71)
  expect(outage.end()).toBe(71)
  expect(outage.end()).toBeUndefined()
  // the next one is news again
  expect(outage.note('starting up')).toBe(true)
})
