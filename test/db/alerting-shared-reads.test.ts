/** What rules that look at the same Datastreams read together gives each of them what it would read by itself. */
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { evidenceOf, evidenceOfAll, type Feature, type Request } from '#domain/alerting/evidence/measured.ts'
import { standardFor, standardsWith } from '#model/air-quality/standards/built-in.ts'
import { HOUR_MS, MINUTE_MS } from '#model/basics/durations.ts'
import { type AlertCity, openAlertCity } from './alerting-fixture.ts'

let city: AlertCity
beforeAll(async () => {
  city = await openAlertCity()
})
beforeEach(() => city.reset())
afterAll(() => city.close())

const START = Date.parse('2026-06-01T00:00:00Z')
const KEYS = ['a', 'b', 'c'] as const
const standard = standardFor(standardsWith([]), 0, 2026)

const windowMinutes = fc.constantFrom(5, 10, 30, 60, 180, 480)
const condition = fc.oneof(
  fc.constant({ kind: 'value', property: 'no2' } as const),
  fc.record({ kind: fc.constantFrom('mean', 'rate'), property: fc.constant('no2'), windowMinutes }),
  fc.record({
    kind: fc.constant('percentile'),
    property: fc.constant('no2'),
    windowMinutes,
    percentile: fc.constant(90),
  }),
  fc.record({
    kind: fc.constant('legal_threshold'),
    pollutant: fc.constant('no2'),
    per: fc.constantFrom('hour', 'day'),
  }),
)
/** Minutes from the start; a fraction of them as well, because spans begin at any time. */
const minute = fc.oneof(fc.integer({ min: 0, max: 1_500 }), fc.double({ min: 0, max: 1_500, noNaN: true }))
const span = fc.record({ key: fc.constantFrom(...KEYS), from: minute, lasts: minute })
const request = fc.record({
  condition,
  suspect: fc.boolean(),
  spans: fc.uniqueArray(span, { selector: ({ key }) => key }),
})
/** Minutes since the reading before, value, QARTOD flag; also several within a window, and gaps of hours. */
const readings = fc.array(
  fc.tuple(fc.constantFrom(1, 2, 5, 7, 30, 200), fc.integer({ min: 0, max: 100 }), fc.constantFrom(1, 1, 2, 3, 4)),
  { minLength: 1, maxLength: 60 },
)

test('evidence does not depend on what else is read', async () => {
  let compared = 0
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(readings, readings, readings),
      fc.array(request, { minLength: 2, maxLength: 6 }),
      async (series, wanted) => {
        await city.reset()
        for (const [i, key] of KEYS.entries()) {
          await city.things.add(key, { property: 'no2', grade: i === 0 ? 'reference' : 'unknown' })
          let at = START
          const own = (series[i] ?? []).map(([gap, value, quality]) => {
            at += gap * MINUTE_MS
            return [new Date(at).toISOString(), value, quality] as const
          })
          await city.things.report(key, ...own)
        }
        const requests = wanted.map(
          ({ condition, suspect, spans }): Request => ({
            feature: { condition, suspect, standard } as Feature,
            spans: spans.map(({ key, from, lasts }) => ({
              stream: { id: city.things.stream(key), grade: key === 'a' ? 'reference' : 'unknown' },
              after: START + Math.floor(from * MINUTE_MS),
              until: START + Math.floor((from + lasts) * MINUTE_MS),
            })),
          }),
        )
        const together = await evidenceOfAll(city.pool, requests)
        expect(together.length).toBe(requests.length)
        for (const [i, { feature, spans }] of requests.entries()) {
          const alone = await evidenceOf(city.pool, feature, spans)
          const of = (found: typeof alone) => [...found].toSorted(([a], [b]) => a - b)
          expect(of(together[i] ?? new Map())).toEqual(of(alone))
          compared += alone.size
        }
      },
    ),
    { seed: 14, numRuns: 60 },
  )
  // most of them have something to compare
  expect(compared).toBeGreaterThan(100)
})

test('a window ends where its span does, whatever the others read', async () => {
  await city.things.add('a', { property: 'no2' })
  const stream = { id: city.things.stream('a'), grade: 'unknown' } as const
  const time = (minutes: number): string => new Date(START + minutes * MINUTE_MS).toISOString()
  await city.things.report('a', [time(1), 10], [time(6), 20], [time(11), 60], [time(70), 90])
  const mean = { kind: 'mean', property: 'no2', windowMinutes: 10 } as const
  const value = { kind: 'value', property: 'no2' } as const
  const [means, values] = await evidenceOfAll(city.pool, [
    {
      feature: { condition: mean, suspect: false },
      spans: [{ stream, after: START + 10 * MINUTE_MS, until: START + 15 * MINUTE_MS }],
    },
    {
      feature: { condition: value, suspect: false },
      spans: [{ stream, after: START + HOUR_MS, until: START + 2 * HOUR_MS }],
    },
  ])
  // of the 10 minutes before 00:15: 20 and 60
  expect(means?.get(stream.id)).toEqual([{ at: START + 15 * MINUTE_MS, value: 40 }])
  expect(values?.get(stream.id)).toEqual([{ at: START + 70 * MINUTE_MS, value: 90 }])
})
