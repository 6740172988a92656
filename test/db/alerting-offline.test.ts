/** Things that are said to be offline are silent at once: last wills, availability topics, Sparkplug deaths. */
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { REASONS } from '#model/observation/quality.ts'
import { type AlertCity, at, on, openAlertCity } from './alerting-fixture.ts'
import { addObservations, addThing } from './api-fixture.ts'

let city: AlertCity
beforeAll(async () => {
  city = await openAlertCity()
})
afterAll(() => city.close())
const online = new Map<string, number>()
beforeEach(() => reset())
async function reset(): Promise<void> {
  await city.reset()
  online.clear()
}

const HOUR_S = 3_600
/** By age alone, nothing here would be silent: four days. */
const SILENCE = { name: 'Silent', condition: { kind: 'silence' }, levels: [{ severity: 'warning', threshold: 96 }] }
const keys = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}-${i}`)

/** Things that say whether they are online, and measured something at 09:50. */
async function add(names: readonly string[], options: Parameters<AlertCity['things']['add']>[1] = {}): Promise<void> {
  for (const key of names) {
    await city.things.add(key, { interval: HOUR_S, ...options })
    online.set(key, await addThing(city.pool, { key }, 'online'))
    await city.things.report(key, [at('09:50'), 9])
  }
}
type How = { readonly retained?: boolean }
async function say(
  names: readonly string[],
  time: string,
  result: 0 | 1,
  { retained = false }: How = {},
): Promise<void> {
  const reasons = REASONS.time_of_arrival | (retained ? REASONS.retained_state : 0)
  for (const key of names)
    await addObservations(city.pool, online.get(key) ?? -1, [[at(time), result, retained ? 3 : 2, reasons]])
}
async function openEngine() {
  const engine = city.openEngine()
  await engine.pass(on('09:55'))
  return engine
}

test('"offline" opens an incident at once, dated by when it was said; "online" ends it', async () => {
  await add(['a', 'b'])
  await city.rule(SILENCE)
  const engine = await openEngine()
  await say(['a'], '10:00', 0)
  await engine.pass(on('10:00:02'))
  expect(await city.told()).toEqual(['opened a'])
  expect(await city.incidents()).toMatchObject([{ subject: 'a', started_at: on('10:00'), severity: 'warning' }])
  await engine.pass(on('10:30'))
  await say(['a'], '10:40', 1)
  await engine.pass(on('10:40:02'))
  expect(await city.told()).toEqual(['opened a', 'resolved a'])
  expect(await city.incidents()).toMatchObject([{ ended_at: on('10:40') }])
})

test('a more severe level still goes by age, and a rule that waits still waits', async () => {
  await add(['a', 'b'], { interval: 60 })
  const levels = [
    { severity: 'warning', threshold: 96, forSeconds: 120 },
    { severity: 'critical', threshold: 100 },
  ]
  await city.rule({ ...SILENCE, levels })
  const engine = await openEngine()
  const pass = async (...times: string[]): Promise<void> => {
    for (const time of times) {
      await city.things.report('b', [at(time), 9])
      await engine.pass(on(time))
    }
  }
  await say(['a'], '10:00', 0)
  await pass('10:00:02', '10:01')
  expect(await city.told()).toEqual([])
  // back within the two minutes
  await say(['a'], '10:01:30', 1)
  await pass('10:01:32')
  await say(['a'], '10:10', 0)
  await pass('10:10:02', '10:12', '10:13')
  expect(await city.told()).toEqual(['opened a'])
  expect(await city.open()).toEqual(['a warning'])
  // 100 minutes after it was heard
  await pass('11:41', '11:43')
  expect(await city.open()).toEqual(['a critical'])
})

test('a Thing without an expected interval is silent when it says so, and only then', async () => {
  await add(['a', 'b'])
  await city.pool.query('update thing set expected_interval_s = null')
  await city.rule(SILENCE)
  const engine = await openEngine()
  await engine.pass(on('10:00'))
  await say(['a'], '10:01', 0)
  await engine.pass(on('10:01:02'))
  await say(['a'], '10:05', 1)
  await engine.pass(on('10:05:02'))
  expect(await city.told()).toEqual(['opened a', 'resolved a'])
})

describe('one incident per cause', () => {
  test('a gateway that dies takes its devices along; when one is back, the others have time to report', async () => {
    const behind = keys('g', 5)
    await add(behind, { gateway: 'roof' })
    await add(['elsewhere'])
    await city.rule(SILENCE)
    const engine = await openEngine()
    await say(behind, '10:00', 0)
    for (const time of ['10:00:02', '10:05', '10:30']) await engine.pass(on(time))
    expect(await city.told()).toEqual(['opened gateway:roof'])
    expect(await city.incidents()).toMatchObject([{ affected_things: 5, started_at: on('10:00') }])
    await say(behind.slice(0, 1), '10:40', 1)
    for (const time of ['10:40:02', '10:42', '10:50']) await engine.pass(on(time))
    expect(await city.told()).toEqual(['opened gateway:roof', 'resolved gateway:roof'])
    // one of them dies by itself
    await say(behind.slice(1, 2), '11:00', 1)
    await engine.pass(on('11:00:02'))
    await say(behind.slice(1, 2), '11:10', 0)
    await engine.pass(on('11:10:02'))
    expect(await city.told()).toEqual(['opened gateway:roof', 'resolved gateway:roof', 'opened g-1'])
  })

  test('wills that arrive one after the other: the first is said, the others wait for their cause', async () => {
    const behind = keys('g', 10)
    await add(behind, { gateway: 'roof' })
    await add(['elsewhere'])
    await city.rule(SILENCE)
    const engine = await openEngine()
    for (const [i, key] of behind.entries()) {
      const time = `10:00:${String(i * 4).padStart(2, '0')}`
      await say([key], time, 0)
      await engine.pass(on(time))
    }
    await engine.pass(on('10:03'))
    expect(await city.told()).toEqual(['opened g-0', 'opened gateway:roof', 'closed g-0'])
    expect(await city.open()).toEqual(['gateway:roof warning'])
  })

  test('two of ten without a common cause are two incidents, the second a minute later', async () => {
    const behind = keys('g', 10)
    await add(behind, { gateway: 'roof' })
    await city.rule(SILENCE)
    const engine = await openEngine()
    await say(['g-0', 'g-1'], '10:00', 0)
    for (const time of ['10:00:02', '10:00:30']) await engine.pass(on(time))
    expect(await city.told()).toEqual([])
    await engine.pass(on('10:01:01'))
    expect(await city.told()).toEqual(['opened g-0', 'opened g-1'])
    expect(await city.incidents()).toMatchObject([{ started_at: on('10:00') }, { started_at: on('10:00') }])
  })
})

test('a device that comes and goes is said to be flapping, once', async () => {
  await add(['a', 'b'])
  await city.rule(SILENCE)
  const engine = await openEngine()
  for (let i = 0; i < 20; i += 1) {
    const time = `10:${String(i * 2).padStart(2, '0')}`
    await say(['a'], time, i % 2 === 0 ? 0 : 1)
    await engine.pass(on(`${time}:02`))
  }
  const told = await city.told()
  expect(told.filter((line) => line.startsWith('flapping'))).toHaveLength(1)
  expect(told.length).toBeLessThanOrEqual(11)
})

test('restarts repeat nothing: what the broker kept neither opens, ends nor dates an incident again', async () => {
  await add(['a', 'b'])
  await city.rule(SILENCE)
  let engine = await openEngine()
  await say(['a'], '10:00', 0)
  await engine.pass(on('10:00:02'))
  for (const time of ['11:00', '12:00', '13:00']) {
    await engine.close()
    engine = city.openEngine()
    await say(['a'], time, 0, { retained: true })
    await engine.pass(on(`${time}:02`))
  }
  // "online", as the broker kept it, is no sign of life
  await say(['a'], '14:00', 1, { retained: true })
  await engine.pass(on('14:00:02'))
  expect(await city.told()).toEqual(['opened a'])
  expect(await city.incidents()).toMatchObject([{ started_at: on('10:00'), ended_at: null }])
  await city.things.report('a', [at('14:10'), 9])
  await engine.pass(on('14:10:02'))
  expect(await city.told()).toEqual(['opened a', 'resolved a'])
})

/** What may happen to a Thing, what is published then, and whether it is offline after that; undefined: as before. */
const EVENTS: Readonly<Record<string, { publish?: (time: string) => Promise<void>; offline?: boolean }>> = {
  offline: { publish: (time) => say(['a'], time, 0), offline: true },
  online: { publish: (time) => say(['a'], time, 1), offline: false },
  measured: { publish: (time) => city.things.report('a', [at(time), 9]), offline: false },
  'kept offline': { publish: (time) => say(['a'], time, 0, { retained: true }), offline: true },
  // as controllers report it: no clients, because it is offline
  'offline with a value': {
    publish: async (time) => {
      await city.things.report('a', [at(time), 0])
      await say(['a'], time, 0)
    },
    offline: true,
  },
  'kept online': { publish: (time) => say(['a'], time, 1, { retained: true }) },
  restart: {},
}

const EXAMPLES: [string[]][] = [[['offline with a value', 'offline with a value', 'offline with a value', 'measured']]]

test('whatever is said, measured or kept, over restarts, an incident is open while the Thing is offline, and said once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...Object.keys(EVENTS)), { minLength: 3, maxLength: 14 }),
      async (events) => {
        await reset()
        await add(['a', 'b'])
        await city.rule({ ...SILENCE, flapping: { changes: 50, windowMinutes: 5 } })
        let engine = await openEngine()
        let [isOffline, episodes] = [false, 0]
        for (const [i, what] of events.entries()) {
          const time = `10:${String(i * 3).padStart(2, '0')}`
          const { publish, offline = isOffline } = EVENTS[what] ?? {}
          episodes += Number(offline && !isOffline)
          isOffline = offline
          if (what === 'restart') {
            await engine.close()
            engine = city.openEngine()
          }
          await publish?.(time)
          await engine.pass(on(`${time}:02`))
          expect(await city.open(), `${events.slice(0, i + 1)}`).toEqual(isOffline ? ['a warning'] : [])
        }
        const told = await city.told()
        expect(told).toEqual(Array.from(told, (_, i) => (i % 2 === 0 ? 'opened a' : 'resolved a')))
        expect(told.filter((line) => line === 'opened a')).toHaveLength(episodes)
        await engine.close()
      },
    ),
    { seed: 14, numRuns: 12, examples: EXAMPLES },
  )
})
