import { expect, test } from 'vitest'
import { restAfter } from '#domain/alerting/engine/run.ts'

test.for([
  ['a short pass: a second', 60, 60, 1_000],
  ['a pass that computes: four times as long', 2_000, 2_000, 8_000],
  ['a pass that waits for the database: as long again', 3_700, 500, 3_700],
  [
    'the rest of the process computes meanwhile, on other cores: no longer than for the pass itself',
    1_000,
    9_000,
    4_000,
  ],
] as const)('%s', ([, tookMs, cpuMs, expected]) => {
  expect(restAfter({ tookMs, cpuMs })).toBe(expected)
})
