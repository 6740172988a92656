import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { disagrees } from '#ingest/quality/neighbours.ts'
import type { Rules } from '#ingest/quality/rules.ts'
import { Series } from '#ingest/quality/series.ts'
import { inCircle, meanDirection, turn, vectorSum } from '#model/observation/directions.ts'
import { QUALITY, REASONS } from '#model/observation/quality.ts'
import { addObservations, addThing, openTestApi, type TestApi } from '#test/db/api-fixture.ts'

const meanOf = (directions: readonly number[]) => meanDirection(vectorSum(directions))

// K. V. Mardia and P. E. Jupp, Directional Statistics (2000), example 2.1: where a roulette wheel stopped, in degrees.
test('the roulette of Mardia and Jupp has the mean 51 degrees and the mean resultant length 0.711', () => {
  const { mean, resultantLength } = meanOf([43, 45, 52, 61, 75, 88, 88, 279, 357]) ?? {}
  expect(mean).toBeCloseTo(51, 0)
  expect(resultantLength).toBeCloseTo(0.711, 3)
})

describe('the circle', () => {
  test.each([
    [[350, 10], 0],
    [[359, 1, 2], 0.6666],
    [[90], 90],
    [[360, 360], 0],
    [[170, 190], 180],
  ])('the mean of %s is %s', (directions, expected) => {
    expect(turn(expected, meanOf(directions)?.mean ?? Number.NaN)).toBeCloseTo(0, 3)
  })

  test('directions that cancel out have none', () => {
    expect(meanOf([0, 180])).toMatchObject({ mean: null, undefinedFor: 'opposed' })
    expect(meanOf([0, 120, 240])).toMatchObject({ mean: null, undefinedFor: 'opposed' })
    expect(meanOf([])).toBeUndefined()
  })

  test.each([
    [350, 10, 20],
    [10, 350, -20],
    [0, 180, 180],
    [0, 360, 0],
    [90, 80, -10],
  ])('from %s to %s it is %s degrees', (from, to, expected) => {
    expect(turn(from, to)).toBe(expected)
  })

  test('any angle is one of the circle', () => {
    expect([-10, 0, 360, 725].map(inCircle)).toEqual([350, 0, 0, 5])
  })
})

describe('quality tests take angles', () => {
  const MINUTE = 60_000
  const judged = (rules: Rules, directions: readonly number[]) => {
    const series = new Series(rules)
    return directions.map((direction, i) => series.evaluate(i * 10 * MINUTE, direction))
  }

  test('the north is no spike and no jump; a turn by 120 degrees is as large on either side of it', () => {
    const rules: Rules = {
      ...{ circular: true, spike: { low: 60, high: 100 } },
      rate: { deviations: 3, minimum: 60, count: 4 },
    }
    const calm = judged(rules, [350, 10, 355, 5, 358, 2, 0, 359, 1])
    expect(calm.map(({ earlier }) => earlier).every((quality) => quality < QUALITY.suspect)).toBe(true)
    expect(calm.at(-1)?.quality).toBe(QUALITY.pass)
    for (const offset of [0, 90, 230]) {
      const turned = judged(
        rules,
        [300, 300, 300, 300, 60, 300].map((direction) => inCircle(direction + offset)),
      )
      expect(turned.at(-1)?.earlier).toBe(QUALITY.fail)
      expect(turned.at(-2)?.reasons).toBe(REASONS.rate_of_change)
    }
  })

  test('a vane that rests at north is flat, whichever side of it it reads', () => {
    const flat = { epsilon: 0.5, suspect: 3, fail: 5, suspectSeconds: 0, failSeconds: 0 }
    const verdicts = judged({ circular: true, flat }, [0, 359.8, 0.1, 359.9, 0, 359.7])
    expect(verdicts.at(-1)?.quality).toBe(QUALITY.fail)
  })

  test('neighbours are compared by angle', () => {
    const rule = { kilometres: 5, deviations: 3, minimum: 30, minimumShare: 0 }
    expect(disagrees(358, [2, 4, 356, 1], rule, true)).toBe(false)
    expect(disagrees(90, [2, 4, 356, 1], rule, true)).toBe(true)
  })
})

/** The vector mean by hand: sums of speed x sine and speed x cosine (WMO-No. 8, volume I, chapter 5). */
function byHand(winds: readonly (readonly [direction: number, speed: number])[]): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const east = winds.reduce((sum, [direction, speed]) => sum + speed * Math.sin(radians(direction)), 0)
  const north = winds.reduce((sum, [direction, speed]) => sum + speed * Math.cos(radians(direction)), 0)
  return ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360
}

describe('through the database', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await openTestApi()
  })
  afterAll(() => api?.close())

  const DAY = { from: '2026-10-10T00:00:00Z', to: '2026-10-11T00:00:00Z' }
  async function bucketsOf(id: number, every: string, { from, to } = DAY) {
    const url = `/api/v1/datastreams/${id}/observations?from=${from}&to=${to}&every=${every}`
    const { buckets } = (await api.app.inject(url)).json()
    return buckets.filter(({ n }: { n: number }) => n > 0)
  }
  async function framesOf(id: number, every: string) {
    const url = `/api/v1/history?property=wind_direction&from=${DAY.from}&to=${DAY.to}&every=${every}`
    const { streams } = (await api.app.inject(url)).json()
    const own = streams.find(({ datastream }: { datastream: number }) => datastream === id)
    return own.mean.filter((mean: number | null) => mean !== null)
  }
  const refresh = async () => {
    for (const view of ['observation_hourly', 'direction_second', 'direction_quarter'])
      await api.pool.query(`call refresh_continuous_aggregate('${view}', null, null)`)
  }
  let vanes = 0
  async function addWind(winds: readonly (readonly [time: string, direction: number, speed?: number])[]) {
    vanes += 1
    const thing = { key: `vane-${vanes}`, domain: 'weather' }
    const id = await addThing(api.pool, thing, 'wind_direction')
    const speed = await addThing(api.pool, thing, 'wind_speed')
    await addObservations(
      api.pool,
      id,
      winds.map(([time, direction]) => [time, direction]),
    )
    const speeds = winds.flatMap(([time, , value]) => (value === undefined ? [] : [[time, value] as const]))
    if (speeds.length > 0) await addObservations(api.pool, speed, speeds)
    return id
  }

  test('350 and 10 degrees are north, in series and playback, before and after the rollup', async () => {
    const id = await addWind([
      ['2026-10-10T08:10:00Z', 350],
      ['2026-10-10T08:20:00Z', 10],
    ])
    for (const again of [false, true]) {
      if (again) await refresh()
      for (const every of ['1h', '6h', '1d']) {
        const [bucket] = await bucketsOf(id, every)
        expect(bucket).toMatchObject({ n: 2, good: 2, min: null, max: null, total: null })
        expect(turn(0, bucket.mean)).toBeCloseTo(0, 9)
        expect(bucket.direction).toMatchObject({ weighting: 'equal', undefinedFor: null })
        expect(bucket.direction.resultantLength).toBeCloseTo(Math.cos(Math.PI / 18), 9)
        const [frame] = await framesOf(id, every)
        expect(turn(0, frame)).toBeCloseTo(0, 4)
      }
    }
  })

  test('each counts with the speed of the same Thing at the same time', async () => {
    const winds = [
      ['2026-10-10T08:10:00Z', 350, 10],
      ['2026-10-10T08:20:00Z', 10, 1],
      ['2026-10-10T15:00:00Z', 90, 3],
    ] as const
    const id = await addWind(winds)
    const morning = byHand([
      [350, 10],
      [10, 1],
    ])
    const day = byHand(winds.map(([, direction, speed]) => [direction, speed]))
    await refresh()
    const hours = await bucketsOf(id, '1h')
    expect(hours.map(({ mean }: { mean: number }) => mean)).toEqual([expect.closeTo(morning, 9), expect.closeTo(90, 9)])
    const [whole] = await bucketsOf(id, '1d')
    expect(whole.mean).toBeCloseTo(day, 9)
    expect(whole.direction.weighting).toBe('wind_speed')
    expect(await framesOf(id, '1d')).toEqual([expect.closeTo(day, 3)])
  })

  test('a late reading changes what was rolled up', async () => {
    const id = await addWind([['2026-10-10T08:10:00Z', 350]])
    await refresh()
    await addObservations(api.pool, id, [['2026-10-10T08:20:00Z', 30]])
    await refresh()
    const [hour] = await bucketsOf(id, '1h')
    expect(hour.mean).toBeCloseTo(10, 9)
  })

  test('in a calm, and where directions cancel out, there is no mean, and it says why', async () => {
    const calm = await addWind([
      ['2026-10-10T08:10:00Z', 120, 0],
      ['2026-10-10T08:20:00Z', 130, 0],
    ])
    const opposed = await addWind([
      ['2026-10-10T08:10:00Z', 20],
      ['2026-10-10T08:20:00Z', 200],
    ])
    await refresh()
    const [still] = await bucketsOf(calm, '1h')
    expect(still).toMatchObject({ mean: null, good: 2, direction: { weighting: 'wind_speed', undefinedFor: 'calm' } })
    const [both] = await bucketsOf(opposed, '1h')
    expect(both).toMatchObject({ mean: null, good: 2, direction: { resultantLength: 0, undefinedFor: 'opposed' } })
  })

  test('playback of ten minutes pairs as the hour does', async () => {
    const id = await addWind([
      ['2026-10-10T08:11:00Z', 350, 10],
      ['2026-10-10T08:12:00Z', 10, 1],
    ])
    await refresh()
    expect(await framesOf(id, '10m')).toEqual([
      expect.closeTo(
        byHand([
          [350, 10],
          [10, 1],
        ]),
        3,
      ),
    ])
  })

  test('suspect directions have a mean of their own', async () => {
    const id = await addThing(api.pool, { key: 'doubted', domain: 'weather' }, 'wind_direction')
    await addObservations(api.pool, id, [
      ['2026-10-10T08:10:00Z', 90],
      ['2026-10-10T08:20:00Z', 340, 3],
      ['2026-10-10T08:30:00Z', 30, 3],
    ])
    await refresh()
    const [hour] = await bucketsOf(id, '1h')
    expect(hour.mean).toBeCloseTo(90, 9)
    expect(hour.suspect).toEqual({ n: 2, mean: expect.closeTo(5, 9), counted: 0 })
  })
})
