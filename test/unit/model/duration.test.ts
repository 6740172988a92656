import { expect, test } from 'vitest'
import { longDuration } from '#model/text/duration.ts'

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000]

test.each([
  [0, '0 seconds'],
  [1_999, '1 second'],
  [119 * SECOND, '119 seconds'],
  [120 * SECOND, '2 minutes'],
  [119 * MINUTE, '119 minutes'],
  [47 * HOUR + 59 * MINUTE, '47 hours'],
  [48 * HOUR, '2 days'],
  // two years are 730.485 days
  [730 * DAY, '730 days'],
  [731 * DAY, '2 years'],
  // 4,777,955 minutes are 3,318.02 days, and 9 years are 3,287.2
  [4_777_955 * MINUTE, '9 years'],
] as const)('%d ms: %s', (ms, text) => expect(longDuration(ms)).toBe(text))
