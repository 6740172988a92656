/** The engine of alerting on a database: what users of other systems report, by the rows of docs/alerting.md. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { selectStatus } from '#api/queries/alert-rules.ts'
import { selectIncidents } from '#api/queries/incidents.ts'
import { close } from '#domain/alerting/actions.ts'
import { changeRule, deleteRule } from '#domain/alerting/rules.ts'
import { SYSTEM } from '#model/access/actor.ts'
import { alertRuleSchema } from '#model/alerting/rule.ts'
import { type AlertCity, at, on, openAlertCity } from './alerting-fixture.ts'
import { addObservations } from './api-fixture.ts'

let city: AlertCity
beforeAll(async () => {
  city = await openAlertCity()
})
beforeEach(() => city.reset())
afterAll(() => city.close())

const minute = (n: number): string =>
  `${String(10 + Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`

describe('restart', () => {
  test('row 1: pending survives: `for` 60 min, another engine from minute 30, fires at 60', async () => {
    await city.things.add('a', { interval: 600 })
    await city.rule({ forSeconds: 3600 })
    let engine = city.openEngine()
    for (let n = 0; n <= 60; n += 10) {
      if (n === 30) {
        await engine.close()
        engine = city.openEngine()
      }
      await city.things.report('a', [at(minute(n)), 90])
      await engine.pass(on(minute(n)))
      expect(await city.open()).toEqual(n < 60 ? [] : ['a warning'])
    }
    expect((await city.incidents())[0]).toMatchObject({
      started_at: on('10:00'),
      value: 90,
      threshold: 80,
      property: 'pm2_5',
    })
  })

  test('row 2: firing stays firing, and nothing is sent again', async () => {
    await city.things.add('a')
    await city.rule()
    await city.things.report('a', [at('10:00'), 90])
    const first = city.openEngine()
    await first.pass(on('10:00'))
    await first.close()
    const second = city.openEngine()
    await city.things.report('a', [at('10:01'), 95])
    for (const n of [1, 2, 3]) await second.pass(on(minute(n)))
    expect([await city.open(), await city.told()]).toEqual([['a warning'], ['opened a']])
  })
})

describe('several engines', () => {
  test('row 4: two evaluate at once, one of them writes', async () => {
    await city.things.add('a')
    await city.rule()
    const [one, other] = [city.openEngine(), city.openEngine()]
    await city.things.report('a', [at('10:00'), 90])
    const results = await Promise.all([one.pass(on('10:00')), other.pass(on('10:00'))])
    expect(results.map(({ evaluated }) => evaluated).sort()).toEqual([false, true])
    expect(await city.told()).toEqual(['opened a'])
  })

  test('row 4: an engine that lost its lease writes nothing; its successor goes on from where it was', async () => {
    await city.things.add('a')
    await city.rule()
    const [one, other] = [city.openEngine(), city.openEngine()]
    await city.things.report('a', [at('10:00'), 70])
    await one.pass(on('10:00'))
    await city.endLease()
    await city.things.report('a', [at('10:01'), 90])
    await other.pass(on('10:02'))
    await city.things.report('a', [at('10:02'), 70])
    expect(await one.pass(on('10:02'))).toEqual({ evaluated: false, written: 0 })
    await other.pass(on('10:03'))
    expect(await city.told()).toEqual(['opened a', 'resolved a'])
  })

  test('row 4: an engine that gets the lease back goes on from what another one wrote meanwhile', async () => {
    await city.things.add('a')
    await city.rule()
    const [one, other] = [city.openEngine(), city.openEngine()]
    await city.things.report('a', [at('10:00'), 70])
    await one.pass(on('10:00'))
    await city.endLease()
    await city.things.report('a', [at('10:01'), 90])
    await other.pass(on('10:01'))
    await other.close()
    await city.things.report('a', [at('10:02'), 91])
    expect(await one.pass(on('10:02'))).toMatchObject({ evaluated: true })
    const { rows } = await city.pool.query(`select kind from incident_event where kind = 'opened'`)
    expect(rows).toHaveLength(1)
  })
})

test('messages in flight of a killed worker are no queue once another worker has started', async () => {
  await city.rule({
    condition: { kind: 'system', measure: 'queue_age_seconds' },
    levels: [{ severity: 'critical', threshold: 300 }],
  })
  const run = (source: string, startedAt: string, updatedAt: string, inFlight: number) =>
    city.pool.query(
      `insert into ingest_ledger (run, source, started_at, updated_at, received, in_flight)
       values (gen_random_uuid(), $1, $2, $3, $4, $4)`,
      [source, at(startedAt), at(updatedAt), inFlight],
    )
  const engine = city.openEngine()
  await run('native', '09:00', '10:00', 4)
  // one that started before it died does not replace it, nor does one of another source
  await run('native', '09:30', '10:06', 0)
  await run('tides', '10:01', '10:06', 0)
  await engine.pass(on('10:04'))
  expect(await city.open()).toEqual([])
  await engine.pass(on('10:06'))
  expect(await city.open()).toEqual(['queue_age_seconds critical'])
  await run('native', '10:06:30', '10:06:30', 0)
  await engine.pass(on('10:07'))
  expect(await city.open()).toEqual([])
  await city.pool.query('truncate ingest_ledger')
})

describe('time', () => {
  test('row 14: an hour that arrives at once opens and closes at the times at which it was measured', async () => {
    await city.things.add('a')
    await city.rule()
    const engine = city.openEngine()
    await city.things.report('a', [at('09:59'), 70])
    await engine.pass(on('10:00'))
    await city.things.report('a', [at('10:10'), 90], [at('10:20'), 95], [at('10:40'), 60], [at('10:55'), 60])
    await engine.pass(on('11:00'))
    expect(await city.incidents()).toMatchObject([
      { started_at: on('10:10'), ended_at: on('10:40'), opened_at: on('11:00'), closed_reason: 'resolved', value: 60 },
    ])
    // it was over before anybody could be notified
    expect(await city.told()).toEqual([])
  })

  test('row 14: what is measured before the last value and arrives after it opens nothing', async () => {
    await city.things.add('a')
    await city.rule()
    const engine = city.openEngine()
    await city.things.report('a', [at('10:30'), 70])
    await engine.pass(on('10:30'))
    await city.things.report('a', [at('10:10'), 90])
    await engine.pass(on('10:31'))
    expect(await city.told()).toEqual([])
  })

  test('row 19: two values a millisecond apart: one incident', async () => {
    await city.things.add('a')
    await city.rule()
    await city.things.report('a', ['2026-06-01T10:00:00.000Z', 90], ['2026-06-01T10:00:00.001Z', 91])
    const engine = city.openEngine()
    await engine.pass(on('10:01'))
    expect(await city.incidents()).toHaveLength(1)
  })

  test('row 20: fires, closed by a person, normal, fires: two incidents', async () => {
    await city.things.add('a')
    await city.rule()
    const engine = city.openEngine()
    const step = async (time: string, value: number): Promise<void> => {
      await city.things.report('a', [at(time), value])
      await engine.pass(on(time))
    }
    await step('10:00', 90)
    const [first] = await city.incidents()
    await close(city.pool, Number(first?.['id']), { by: SYSTEM, who: 'Ana', now: on('10:01') })
    await step('10:02', 95)
    expect(await city.incidents()).toHaveLength(1)
    await step('10:03', 70)
    await step('10:04', 90)
    expect((await city.incidents()).map(({ closed_reason }) => closed_reason)).toEqual(['closed_by_person', null])
    expect(await city.told()).toEqual(['opened a', 'closed a', 'opened a'])
  })
})

describe('evidence', () => {
  test('suspect values page nobody, unless the rule asks for them', async () => {
    await city.things.add('a')
    await city.rule()
    await city.rule({ name: 'with suspect', evidence: { suspect: true } })
    await city.things.report('a', [at('10:00'), 90, 3])
    await city.openEngine().pass(on('10:00'))
    expect((await city.incidents()).map(({ rule_name }) => rule_name)).toEqual(['with suspect'])
  })

  test('unconfirmed devices page nobody, unless the rule asks for them', async () => {
    await city.things.add('a', { verified: false })
    await city.rule()
    await city.rule({ name: 'with unconfirmed', evidence: { unconfirmed: true } })
    await city.things.report('a', [at('10:00'), 90])
    await city.openEngine().pass(on('10:00'))
    expect((await city.incidents()).map(({ rule_name }) => rule_name)).toEqual(['with unconfirmed'])
  })

  test('a legal threshold exceeded at a reference station pages although the values are suspect', async () => {
    for (const [key, grade] of [
      ['ref', 'reference'],
      ['cheap', 'low_cost'],
    ] as const) {
      await city.things.add(key, { property: 'o3', grade, interval: 900 })
      // four of an hour, and the first of the next one: the hour is over
      await city.things.report(key, ...[0, 15, 30, 45].map((n) => [at(minute(n)), 250, 3] as const), [
        at('11:00'),
        250,
        3,
      ])
    }
    await city.rule({
      levels: [],
      condition: { kind: 'legal_threshold', pollutant: 'o3', per: 'hour', standard: 'eu-2008-50' },
    })
    await city.openEngine().pass(on('11:01'))
    // 250 ug/m3 is above the alert threshold of 240 (2008/50/EC, annex XII)
    expect(await city.open()).toEqual(['ref critical'])
    expect((await city.incidents())[0]).toMatchObject({
      value: 250,
      threshold: 240,
      unit: 'ug/m3',
      started_at: on('11:00'),
    })
  })

  test.for([
    ['mean', { kind: 'mean', property: 'pm2_5', windowMinutes: 10 }, 60, 62.5],
    // nearest rank: the 3rd of 4 sorted values 40, 50, 70, 90
    ['percentile', { kind: 'percentile', property: 'pm2_5', windowMinutes: 10, percentile: 75 }, 60, 70],
    // from a mean of 45 to one of 80 within five minutes: 420 an hour
    ['rate', { kind: 'rate', property: 'pm2_5', windowMinutes: 5 }, 400, 420],
  ] as const)('%s of a window', async ([, condition, threshold, value]) => {
    await city.things.add('a')
    await city.rule({ condition, levels: [{ severity: 'warning', threshold }] })
    await city.things.report(
      'a',
      [at('10:01'), 40],
      [at('10:03'), 50],
      [at('10:06'), 70],
      [at('10:09'), 90],
      [at('10:10'), 0],
    )
    await city.openEngine().pass(on('10:11'))
    expect(await city.incidents()).toMatchObject([{ value, started_at: on('10:10') }])
  })
})

describe('no data', () => {
  const NOTIFY = { noData: { policy: 'notify', afterSeconds: 600, severity: 'info' } }
  test('rows 10 and 12: a sensor that stops has no data; its return is said once', async () => {
    await city.things.add('a')
    await city.rule(NOTIFY)
    const engine = city.openEngine()
    await city.things.report('a', [at('10:00'), 70])
    await engine.pass(on('10:00'))
    await engine.pass(on('10:09'))
    expect(await city.told()).toEqual([])
    for (const time of ['10:11', '10:12', '10:30']) await engine.pass(on(time))
    expect([await city.told(), await city.conditions()]).toEqual([['no_data a'], ['no_data']])
    await city.things.report('a', [at('10:31'), 70])
    for (const time of ['10:31', '10:32']) await engine.pass(on(time))
    expect(await city.told()).toEqual(['no_data a', 'back a'])
    expect(await city.open()).toEqual([])
  })

  test('row 10: nobody is notified unless the rule asks for it', async () => {
    await city.things.add('a')
    await city.rule()
    const engine = city.openEngine()
    await city.things.report('a', [at('10:00'), 70])
    for (const time of ['10:00', '11:00', '14:00']) await engine.pass(on(time))
    expect(await city.told()).toEqual([])
  })

  test('row 11: firing, then silence: the incident stays open', async () => {
    await city.things.add('a')
    await city.rule()
    const engine = city.openEngine()
    await city.things.report('a', [at('10:00'), 90])
    for (const time of ['10:00', '11:00', '14:00']) await engine.pass(on(time))
    expect([await city.told(), await city.open(), await city.conditions()]).toEqual([
      ['opened a'],
      ['a warning'],
      ['no_data'],
    ])
  })

  test('row 13: what never reported is expected all the same; what is retired is closed with that reason', async () => {
    await city.things.add('never')
    await city.rule({ ...NOTIFY, scope: { things: ['never'] } })
    const engine = city.openEngine()
    await engine.pass(on('10:00'))
    expect(await city.told()).toEqual(['no_data never'])
    await city.pool.query(`update thing set attributes = '{"validTo": "2026-06-01"}' where key = 'never'`)
    await city.pool.query(`update registry_version set version = version + 1`)
    for (const time of ['10:01', '10:02']) await engine.pass(on(time))
    expect(await city.told()).toEqual(['no_data never', 'closed never'])
    expect((await city.incidents())[0]).toMatchObject({ closed_reason: 'thing_retired' })
  })
})

describe('failures', () => {
  test('row 17: while the database fails the state is kept, and counted; nothing is repeated', async () => {
    await city.things.add('a')
    await city.rule()
    const pool = city.database.poolFor()
    const engine = city.openEngine(pool)
    await city.things.report('a', [at('10:00'), 90])
    await engine.pass(on('10:00'))
    await city.pool.query(`alter table alert_state rename to alert_state_gone`)
    await city.things.report('a', [at('10:01'), 70])
    await expect(engine.pass(on('10:01'))).rejects.toThrow(/alert_state/)
    expect([engine.state, engine.skipped]).toEqual(['failing', 1])
    expect(await city.open()).toEqual(['a warning'])
    await city.pool.query(`alter table alert_state_gone rename to alert_state`)
    await engine.pass(on('10:02'))
    expect([engine.state, await city.told()]).toEqual(['evaluating', ['opened a', 'resolved a']])
    const { rows } = await city.pool.query<{ skipped: number }>('select skipped from alert_engine')
    expect(rows).toEqual([{ skipped: 1 }])
  })

  test('row 16: a pass whose query takes too long changes nothing', async ({ skip }) => {
    if (city.database.kind === 'embedded') skip('the embedded database cannot interrupt a statement')
    await city.things.add('a')
    await city.rule()
    const slow = city.database.poolFor({ statementTimeoutMs: 300 })
    const engine = city.openEngine(slow)
    await city.things.report('a', [at('10:00'), 90])
    await engine.pass(on('10:00'))
    const blocker = await city.pool.connect()
    try {
      await blocker.query('begin; lock table latest_observation in access exclusive mode')
      await expect(engine.pass(on('10:01'))).rejects.toMatchObject({ code: '57014' })
    } finally {
      await blocker.query('rollback')
      blocker.release()
    }
    expect([engine.skipped, await city.open(), await city.told()]).toEqual([1, ['a warning'], ['opened a']])
  })
})

describe('rules that change', () => {
  test('row 18: deleted while firing: one message, and none later', async () => {
    await city.things.add('a')
    const { id } = await city.rule()
    const engine = city.openEngine()
    await city.things.report('a', [at('10:00'), 90])
    await engine.pass(on('10:00'))
    await deleteRule(city.pool, id, { by: SYSTEM, now: on('10:01') })
    await city.things.report('a', [at('10:02'), 70])
    for (const time of ['10:02', '10:03']) await engine.pass(on(time))
    expect(await city.told()).toEqual(['opened a', 'closed a'])
  })

  test('row 18: changed while firing: closed as changed, and opened anew where it still holds', async () => {
    await city.things.add('a')
    await city.things.add('b')
    const { id, definition } = await city.rule()
    const engine = city.openEngine()
    await city.things.report('a', [at('10:00'), 90])
    await city.things.report('b', [at('10:00'), 120])
    await engine.pass(on('10:00'))
    const levels = [{ severity: 'critical' as const, threshold: 100 }]
    await changeRule(city.pool, id, alertRuleSchema.parse({ ...definition, levels }), { by: SYSTEM, now: on('10:01') })
    await engine.pass(on('10:01'))
    expect(await city.told()).toEqual(['opened a', 'opened b', 'closed a', 'closed b', 'opened b'])
    expect(await city.open()).toEqual(['b critical'])
  })
})

test('whether an engine runs is known by the clock of the database, whatever that of this host says', async () => {
  const engine = city.openEngine()
  await engine.pass(on('10:00'))
  expect(await selectStatus(city.pool)).toMatchObject({ engine: 'running', evaluatedAt: on('10:00').toISOString() })
  await engine.close()
  expect(await selectStatus(city.pool)).toMatchObject({ engine: 'idle' })
})

test('row 9: ten changes within an hour: one "flapping"', async () => {
  await city.things.add('a')
  await city.rule()
  const engine = city.openEngine()
  for (let n = 0; n < 24; n += 1) {
    await city.things.report('a', [at(minute(n)), n % 2 ? 70 : 90])
    await engine.pass(on(minute(n)))
  }
  const told = await city.told()
  expect([told.filter((line) => line.startsWith('flapping')), told.at(-1)]).toEqual([['flapping a'], 'flapping a'])
})

test('row 21: severity goes up and down', async () => {
  await city.things.add('a')
  await city.rule({
    levels: [
      { severity: 'warning', threshold: 50, keepFiringSeconds: 300 },
      { severity: 'critical', threshold: 80, forSeconds: 60, keepFiringSeconds: 120 },
    ],
  })
  const engine = city.openEngine()
  for (const [n, value] of [90, 90, 40, 40, 40, 40, 40, 40].entries()) {
    await city.things.report('a', [at(minute(n)), value])
    await engine.pass(on(minute(n)))
  }
  const { rows } = await city.pool.query(
    `select kind, severity, at from incident_event where kind in ('opened', 'severity_changed', 'resolved') order by id`,
  )
  expect(rows).toMatchObject([
    { kind: 'opened', severity: 'warning', at: on('10:00') },
    { kind: 'severity_changed', severity: 'critical', at: on('10:01') },
    { kind: 'severity_changed', severity: 'warning', at: on('10:04') },
    { kind: 'resolved', severity: 'warning', at: on('10:07') },
  ])
})

test('an incident of a district has the name of the district, one of the city a code', async () => {
  await city.things.add('a')
  const { rows } = await city.pool.query<{ id: number }>(
    `update thing set zone_id = (select id from zone where key = 'west') returning zone_id as id`,
  )
  const zone = rows[0]?.id ?? 0
  const levels = [{ severity: 'warning', threshold: 3 }]
  for (const per of ['zone', 'city'])
    await city.rule({ condition: { kind: 'air_index', scheme: 'european' }, per, levels })
  const figures = { airIndex: async () => ({ things: new Map(), zones: new Map([[zone, 5]]), city: 5 }) }
  await city.openEngine(city.pool, figures).pass(on('10:10'))
  const found = await selectIncidents(city.pool, { state: 'open', limit: 10 }, on('10:10'))
  expect(found.map(({ subject }) => subject)).toEqual(
    expect.arrayContaining([
      { kind: 'zone', id: 'west', name: 'West', nameCode: null, nameKey: '' },
      { kind: 'city', id: 'city', name: 'Entire city', nameCode: 'city', nameKey: '' },
    ]),
  )
})

test('a window that opens says of a district and the city what they are called, where they are and how many live there', async () => {
  await city.things.add('a')
  const { rows } = await city.pool.query<{ id: number }>(
    `update thing set zone_id = (select id from zone where key = 'west') returning zone_id as id`,
  )
  const zone = rows[0]?.id ?? 0
  const over = {
    ...{ condition: { kind: 'air_index', scheme: 'european' }, levels: [{ severity: 'warning', threshold: 3 }] },
    schedule: { windows: [{ from: '11:30', to: '12:00' }] },
  }
  for (const per of ['zone', 'city']) await city.rule({ ...over, per })
  const figures = { airIndex: async () => ({ things: new Map(), zones: new Map([[zone, 5]]), city: 5 }) }
  const engine = city.openEngine(city.pool, figures)
  await engine.pass(on('11:10'))
  expect(await city.open()).toEqual([])
  await engine.pass(on('11:31'))
  expect(await city.told()).toEqual(expect.arrayContaining(['opened west', 'opened city']))
  expect(await city.incidents()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ subject: 'west', subject_name: 'West', zone_id: zone, affected_people: 600 }),
      expect.objectContaining({ subject: 'city', subject_name: 'Entire city', affected_people: 600 }),
    ]),
  )
})

test('a rule that names no channel is on the total of a device, whatever its sender calls it', async () => {
  await city.things.add('a')
  const total = city.things.stream('a')
  await city.pool.query(`update datastream set channel = 'total' where id = $1`, [total])
  const { rows } = await city.pool.query<{ id: number }>(
    `insert into datastream (thing_id, property, unit, channel) select thing_id, property, unit, 'a1' from datastream where id = $1 returning id`,
    [total],
  )
  await city.rule()
  const engine = city.openEngine()
  await addObservations(city.pool, rows[0]?.id ?? 0, [[at('10:00'), 90]])
  await city.things.report('a', [at('10:00'), 70])
  await engine.pass(on('10:00'))
  expect(await city.open()).toEqual([])
  await city.things.report('a', [at('10:01'), 95])
  await engine.pass(on('10:01'))
  expect(await city.open()).toEqual(['a warning'])
})
