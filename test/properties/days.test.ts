import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { expect, test } from 'vitest'
import { bucketEdges } from '#api/measurements/buckets.ts'
import { localMidnight, offsetsBetween, parsePeriod } from '#model/basics/period.ts'

/** ECMAScript Temporal is the independent calculation: its start of a day is the first instant of it. */
const startOfDay = (date: Temporal.PlainDate, timeZone: string): number =>
  date.toZonedDateTime({ timeZone }).epochMilliseconds

const ZONES = Intl.supportedValuesOf('timeZone')
const LATER = new Date('2100-01-01T00:00:00Z')

/** Days around every change of a clock, 2000 to 2037, and the first of each year: where a day can go wrong. */
function hardDays(timeZone: string): Temporal.PlainDate[] {
  const days: Temporal.PlainDate[] = []
  const end = Temporal.ZonedDateTime.from(`2037-12-31T00:00:00Z[${timeZone}]`)
  let at: Temporal.ZonedDateTime | null = Temporal.ZonedDateTime.from(`2000-01-01T00:00:00Z[${timeZone}]`)
  for (; at && Temporal.ZonedDateTime.compare(at, end) < 0; at = at.getTimeZoneTransition('next'))
    for (const ahead of [-1, 0, 1, 2]) days.push(at.toPlainDate().add({ days: ahead }))
  return days
}

test('every day of every zone begins at its first instant', () => {
  const wrong: string[] = []
  for (const timeZone of ZONES) {
    for (const day of hardDays(timeZone)) {
      const from = localMidnight([day.year, day.month, day.day], timeZone).getTime()
      if (from !== startOfDay(day, timeZone)) wrong.push(`${timeZone} ${day} ${new Date(from).toISOString()}`)
    }
  }
  expect(wrong).toEqual([])
})

test('the offsets of a year are those that Temporal finds, each from its change on, in every zone', () => {
  for (const timeZone of ZONES) {
    const [from, to] = [new Date('2023-12-31T12:34:56Z'), new Date('2025-01-01T00:00:00Z')]
    const expected = [{ at: from.getTime(), offsetMs: 0 }]
    for (let at = Temporal.Instant.fromEpochMilliseconds(from.getTime()).toZonedDateTimeISO(timeZone); ; ) {
      ;(expected.at(-1) ?? { offsetMs: 0 }).offsetMs = at.offsetNanoseconds / 1e6
      const next: Temporal.ZonedDateTime | null = at.getTimeZoneTransition('next')
      if (!next || next.epochMilliseconds >= to.getTime()) break
      expected.push({ at: next.epochMilliseconds, offsetMs: 0 })
      at = next
    }
    // a change of the rules alone, at which the clock shows the same, is none
    const changes = expected.filter(({ offsetMs }, i) => offsetMs !== expected[i - 1]?.offsetMs)
    expect(offsetsBetween(from, to, timeZone), timeZone).toEqual(changes)
  }
})

const zone = fc.constantFrom(...ZONES)
const dayFrom2000 = fc
  .integer({ min: 0, max: 13_000 })
  .map((days) => Temporal.PlainDate.from('2000-01-01').add({ days }))

test('additivity: months and days of a year join without a gap or an overlap, in every zone', () => {
  const period = fc.record({ timeZone: zone, year: fc.integer({ min: 2000, max: 2035 }) })
  fc.assert(
    fc.property(period, ({ timeZone, year }) => {
      const parts = (labels: readonly string[]) => labels.map((label) => parsePeriod(label, timeZone, LATER))
      const two = (n: number): string => String(n).padStart(2, '0')
      const months = Array.from({ length: 12 }, (_, index) => `${year}-${two(index + 1)}`)
      const days = Array.from({ length: Temporal.PlainDate.from(`${year}-12-31`).dayOfYear }, (_, index) =>
        Temporal.PlainDate.from(`${year}-01-01`).add({ days: index }).toString(),
      )
      const whole = parsePeriod(String(year), timeZone, LATER)
      for (const all of [parts(months), parts(days)]) {
        expect(all[0]?.from).toEqual(whole.from)
        expect(all.at(-1)?.to).toEqual(whole.to)
        for (const [index, part] of all.slice(1).entries()) expect(part.from).toEqual(all[index]?.to)
      }
    }),
    { seed: 10, numRuns: 60 },
  )
})

test('the edges of daily buckets are the midnights of the window, each once, in every zone', () => {
  const window = fc.record({ timeZone: zone, first: dayFrom2000, days: fc.integer({ min: 1, max: 40 }) })
  fc.assert(
    fc.property(window, ({ timeZone, first, days }) => {
      const midnights = Array.from({ length: days + 1 }, (_, ahead) => startOfDay(first.add({ days: ahead }), timeZone))
      const [from = 0, to = 0] = [midnights[0], midnights.at(-1)]
      fc.pre(from < to)
      const edges = bucketEdges('1d', new Date(from), new Date(to), timeZone)
      expect(edges).toEqual([...new Set(midnights)])
    }),
    { seed: 11, numRuns: 400 },
  )
})
