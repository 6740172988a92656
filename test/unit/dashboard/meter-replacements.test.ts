import { expect, test } from 'vitest'
import type { ObservationsResponse } from '#model/api/city.ts'
import { inferredIn } from '../../../dashboard/src/registry/meter-replacements.tsx'

test('only replacements that nobody recorded, with the readings around them', () => {
  const event = { time: '2026-05-01T00:00:00.000Z', from: 5011, to: 120, counted: 0 }
  const series = {
    datastream: { property: 'energy', channel: 'l1' },
    meter: {
      events: [
        { ...event, kind: 'replacement', inferred: true },
        { ...event, kind: 'replacement', inferred: false },
        { ...event, kind: 'reset', inferred: true },
      ],
    },
  } as unknown as ObservationsResponse
  expect(inferredIn(series)).toEqual([
    { property: 'energy', channel: 'l1', replacedAt: event.time, finalReading: 5011, startReading: 120 },
  ])
})
