import { describe, expect, test } from 'vitest'
import { QualityEvaluator } from '#ingest/commit/evaluate-quality.ts'
import type { IngestMessage } from '#ingest/message/ingest-message.ts'
import type { NormalSample } from '#ingest/observe/normalise.ts'
import type { PropertyName } from '#model/observation/properties.ts'
import { REASONS } from '#model/observation/quality.ts'
import type { Grade } from '#model/things/grade.ts'

const START = Date.UTC(2026, 9, 1)
const HOUR = 3_600_000

/** One value an hour from one device; returns the flags it gets, with those that a later value gives an earlier one. */
function judged(property: PropertyName, results: readonly number[], grade: Grade, reasons = 0): number[] {
  const evaluator = new QualityEvaluator()
  const samples = results.map((result, hour): NormalSample => {
    const phenomenonTime = new Date(START + hour * HOUR)
    const rest = { device: 'key/a', channel: '', unit: 'ug/m3', quality: 1, domain: 'air' } as const
    return { ...rest, property, phenomenonTime, result, reasons }
  })
  for (const sample of samples) {
    const message = { samples: [sample], receivedAt: sample.phenomenonTime, dup: false } as unknown as IngestMessage
    evaluator.evaluate([message], [{ id: 1, thingId: 1, thing: 'a', verified: true, grade }])
    for (const { timeMs, quality } of message.amendments ?? []) {
      const earlier = samples.find(({ phenomenonTime }) => phenomenonTime.getTime() === timeMs)
      if (earlier) earlier.quality = quality
    }
  }
  return samples.map(({ quality }) => quality)
}

describe('the measuring range of the grade', () => {
  // Sensirion SPS30: 0 to 1,000 ug/m3; Met One BAM 1020: up to 10 mg/m3; SGX MiCS-2614: 1 ppm of ozone, 1995 ug/m3.
  test.each<[PropertyName, number, Grade, number]>([
    ['pm2_5', 886, 'low_cost', 1],
    ['pm2_5', 1000, 'unknown', 1],
    ['pm2_5', 1001, 'unknown', 3],
    ['pm2_5', 1001, 'reference', 1],
    ['pm2_5', 10_000, 'reference', 1],
    ['pm2_5', 10_001, 'reference', 3],
    ['pm10', 999_999, 'low_cost', 3],
    ['o3', 1995, 'low_cost', 1],
    ['o3', 1996, 'low_cost', 3],
    ['o3', 1996, 'reference', 1],
    ['no2', 2000, 'low_cost', 1],
    ['so2', 5000, 'unknown', 1],
  ])('%s of %d from an instrument of grade %s is %i', (property, result, grade, flag) => {
    expect(judged(property, [result], grade)).toEqual([flag])
  })
})

describe('an hour of fireworks in quiet nights', () => {
  const nights = Array.from({ length: 30 }, (_, hour) => (hour === 20 ? 600 : 12 + (hour % 4)))
  test('is suspect and never fails, also when imported', () => {
    expect(judged('pm2_5', nights, 'low_cost')[20]).toBe(3)
    expect(judged('pm2_5', nights, 'reference')[20]).toBe(3)
    expect(judged('pm2_5', nights, 'reference', REASONS.imported)).toEqual(nights.map(() => 1))
    expect(judged('pm2_5', nights, 'low_cost', REASONS.imported)).toEqual(nights.map(() => 1))
  })
})
