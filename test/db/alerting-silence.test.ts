/** Silence of Things and its causes, by the rows of docs/alerting.md: one incident per cause, in whichever order they arrive. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AlertCity, at, on, openAlertCity } from './alerting-fixture.ts'

let city: AlertCity
beforeAll(async () => {
  city = await openAlertCity()
})
beforeEach(() => city.reset())
afterAll(() => city.close())

const SILENCE = { name: 'Silent', condition: { kind: 'silence' }, levels: [{ severity: 'warning', threshold: 3 }] }
const keys = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}-${i}`)

/** All of them report at once. */
async function reportAll(things: readonly string[], time: string): Promise<void> {
  const { rows } = await city.pool.query<{ id: number }>(
    `select d.id from datastream d join thing t on t.id = d.thing_id where t.key = any($1)`,
    [things],
  )
  await city.pool.query(
    `insert into latest_observation (datastream_id, phenomenon_time, result, quality) select unnest($1::int[]), $2, 1, 1
     on conflict (datastream_id) do update set phenomenon_time = excluded.phenomenon_time`,
    [rows.map(({ id }) => id), at(time)],
  )
}

test('row 13: a Thing is silent after three intervals, counted from what was measured, and closed when it is heard', async () => {
  await city.things.add('a')
  await city.things.add('b')
  await city.rule(SILENCE)
  const engine = city.openEngine()
  await engine.pass(on('09:55'))
  await reportAll(['a', 'b'], '10:00')
  for (const time of ['10:00', '10:02']) {
    await reportAll(['b'], time)
    await engine.pass(on(time))
  }
  expect(await city.told()).toEqual([])
  await reportAll(['b'], '10:04')
  await engine.pass(on('10:04'))
  expect(await city.incidents()).toMatchObject([{ subject: 'a', started_at: new Date('2026-06-01T10:03:00.001Z') }])
  await reportAll(['a', 'b'], '10:15')
  await engine.pass(on('10:15'))
  expect(await city.told()).toEqual(['opened a', 'resolved a'])
  expect((await city.incidents())[0]).toMatchObject({ ended_at: on('10:15') })
})

describe('row 22', () => {
  test('60 devices behind one gateway are one incident with a count', async () => {
    const behind = keys('g', 60)
    for (const key of behind) await city.things.add(key, { gateway: 'roof' })
    await city.things.add('alone')
    await city.rule(SILENCE)
    const engine = city.openEngine()
    await engine.pass(on('09:55'))
    await reportAll([...behind, 'alone'], '10:00')
    for (const time of ['10:01', '10:02', '10:03', '10:04', '10:05', '10:10']) {
      await reportAll(['alone'], time)
      await engine.pass(on(time))
    }
    expect(await city.told()).toEqual(['opened gateway:roof'])
    expect(await city.incidents()).toMatchObject([
      { affected_things: 60, subject_kind: 'source', subject_name: 'Gateway roof' },
    ])
  })

  test('a broker outage of 450 Things is one incident; its end is one message; a restart none', async () => {
    const things = [...keys('n', 300), ...keys('t', 150)]
    for (const key of things)
      await city.things.add(key, key.startsWith('t') ? { device: `tasmota/${key}` } : { device: `native/${key}` })
    await city.rule(SILENCE)
    let engine = city.openEngine()
    await engine.pass(on('09:55'))
    await reportAll(things, '10:00')
    for (const time of ['10:01', '10:03', '10:04', '10:05']) await engine.pass(on(time))
    expect(await city.told()).toEqual(['opened broker'])
    expect(await city.incidents()).toMatchObject([{ affected_things: 450, subject_kind: 'system' }])
    // restart in the outage, then an hour without Citywell: nothing is repeated, and nothing is resolved
    await engine.close()
    engine = city.openEngine()
    for (const time of ['10:06', '11:30', '11:31', '11:40']) await engine.pass(on(time))
    expect(await city.told()).toEqual(['opened broker'])
    // the broker is back; the devices report one after the other
    await reportAll(things.slice(0, 10), '11:41')
    await engine.pass(on('11:41'))
    await reportAll(things, '11:43')
    for (const time of ['11:42', '11:43', '11:44']) await engine.pass(on(time))
    expect(await city.told()).toEqual(['opened broker', 'resolved broker'])
  })

  test('grace at the start: what was silent while Citywell did not run has a whole threshold of time to report', async () => {
    for (const key of keys('a', 3)) await city.things.add(key)
    await city.rule(SILENCE)
    await reportAll(keys('a', 3), '08:00')
    const engine = city.openEngine()
    for (const time of ['10:00', '10:01', '10:02', '10:03']) await engine.pass(on(time))
    expect(await city.told()).toEqual([])
    await reportAll(['a-1', 'a-2'], '10:03')
    await engine.pass(on('10:04'))
    expect(await city.told()).toEqual(['opened a-0'])
  })
})

describe('row 23', () => {
  /** One fast Thing and nine slow ones behind a gateway. */
  async function openGateway() {
    const slow = keys('slow', 9)
    await city.things.add('fast', { gateway: 'roof', interval: 60 })
    for (const key of slow) await city.things.add(key, { gateway: 'roof', interval: 600 })
    await city.things.add('elsewhere')
    await city.rule(SILENCE)
    const engine = city.openEngine()
    await engine.pass(on('09:55'))
    await reportAll(['fast', ...slow, 'elsewhere'], '10:00')
    const pass = async (time: string): Promise<void> => {
      await reportAll(['elsewhere'], time)
      await engine.pass(on(time))
    }
    return { slow, pass }
  }

  test('child sent, parent fires: the child is merged into its cause and said to be closed', async () => {
    const { pass } = await openGateway()
    // nothing yet tells that the gateway is silent: the slow ones have not missed anything
    await pass('10:05')
    expect(await city.told()).toEqual(['opened fast'])
    for (const time of ['10:10', '10:15', '10:16', '10:20']) await pass(time)
    expect(await city.told()).toEqual(['opened fast', 'opened gateway:roof', 'closed fast'])
    const [child, parent] = await city.incidents()
    expect(child).toMatchObject({ closed_reason: 'merged_into_cause', cause_id: parent?.['id'] })
  })

  test('child sent, parent fires, child clears: nothing stays open', async () => {
    const { slow, pass } = await openGateway()
    for (const time of ['10:05', '10:16']) await pass(time)
    await reportAll(['fast', ...slow], '10:17')
    for (const time of ['10:17', '10:18']) await pass(time)
    expect(await city.told()).toEqual(['opened fast', 'opened gateway:roof', 'closed fast', 'resolved gateway:roof'])
    expect(await city.open()).toEqual([])
  })

  test('parent first: its children open nothing; one that stays silent after it opens its own', async () => {
    const { slow, pass } = await openGateway()
    for (const time of ['10:16', '10:20']) await pass(time)
    expect((await city.told()).filter((line) => line.startsWith('opened'))).toEqual(['opened gateway:roof'])
    await reportAll(slow, '10:30')
    await pass('10:30')
    expect(await city.told()).toEqual(['opened gateway:roof', 'resolved gateway:roof'])
    // three intervals of its own after its gateway came back
    for (const time of ['10:31', '10:32', '10:34']) await pass(time)
    expect(await city.told()).toEqual(['opened gateway:roof', 'resolved gateway:roof', 'opened fast'])
  })
})

test('a gateway rule of its own speaks for gateways', async () => {
  for (const key of keys('g', 5)) await city.things.add(key, { gateway: 'roof' })
  await city.things.add('elsewhere')
  await city.rule({
    ...SILENCE,
    name: 'Gateway',
    condition: { kind: 'silence', of: 'gateway' },
    levels: [{ severity: 'critical', threshold: 3 }],
  })
  await city.rule(SILENCE)
  const engine = city.openEngine()
  await engine.pass(on('09:55'))
  await reportAll([...keys('g', 5), 'elsewhere'], '10:00')
  for (const time of ['10:04', '10:05']) {
    await reportAll(['elsewhere'], time)
    await engine.pass(on(time))
  }
  expect(await city.open()).toEqual(['gateway:roof critical'])
})

describe('row 24', () => {
  test('an opening window evaluates: the old value is still over, and the end of the window ends the incident', async () => {
    await city.things.add('a', { interval: 86_400 })
    await city.rule({ schedule: { windows: [{ from: '22:00', to: '06:00' }] } })
    const engine = city.openEngine()
    await city.things.report('a', [at('20:00'), 90])
    await engine.pass(on('20:00'))
    await engine.pass(on('21:59'))
    expect(await city.told()).toEqual([])
    await engine.pass(on('22:01'))
    expect(await city.incidents()).toMatchObject([{ started_at: on('22:00') }])
    await engine.pass(new Date('2026-06-02T06:01:00Z'))
    expect(await city.told()).toEqual(['opened a', 'resolved a'])
  })
})
