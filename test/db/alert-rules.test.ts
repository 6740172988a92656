/** Alert rules over HTTP: what is accepted, what is refused before it is saved, and what becomes of open incidents. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedRules } from '#domain/alerting/default-rules.ts'
import { recordTransitions } from '#domain/alerting/incidents.ts'
import { inTransaction } from '#infra/db/pool.ts'
import { alertRuleResponse, incidentDetail, incidentsResponse, ruleCheckResponse } from '#model/api/alerts.ts'
import { addObservations, addThing, authorized, NOW, openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
  for (const [key, lon] of [
    ['near', -9.151],
    ['nearer', -9.1501],
    ['a-station', -9.15],
  ] as const) {
    const id = await addThing(api.pool, { key, lon, interval: 600 }, 'pm2_5')
    await addObservations(api.pool, id, [['2026-11-01T11:55:00Z', key === 'near' ? 20 : 90]])
  }
  await addThing(api.pool, { key: 'says-so' }, 'online')
  await api.pool.query(`update thing set expected_interval_s = null where key = 'says-so'`)
})
afterAll(() => api.close())

const RULE = {
  name: 'Particles',
  condition: { kind: 'value', property: 'pm2_5' },
  levels: [{ severity: 'warning', threshold: 50 }],
}
const call = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, payload?: object) =>
  api.app.inject({ method, url: `/api/v1${path}`, headers: authorized, ...(payload && { payload }) })

async function createRule(over: object = {}) {
  const answer = await call('POST', '/alert-rules', { ...RULE, ...over })
  expect(answer.statusCode, answer.body).toBe(201)
  return alertRuleResponse.parse(answer.json())
}

/** An incident as the engine opens it. */
async function openIncident(rule: { id: string; name: string }): Promise<string> {
  const zone = await api.pool.query<{ id: number }>(`select id from zone where key = 'west'`)
  const at = Date.parse('2026-11-01T11:50:00Z')
  const subject = {
    ...({
      kind: 'thing',
      id: 'a-station',
      name: 'a-station',
      thingId: null,
      zoneId: zone.rows[0]?.id ?? null,
    } as const),
    ...{ zoneKey: 'west', owner: null, affectedThings: 1, affectedPeople: 600 },
  }
  const id = await inTransaction(api.pool, (client) =>
    recordTransitions(
      client,
      { rule, subject, measured: { property: 'pm2_5', unit: 'ug/m3', thresholdOf: () => 50 }, now: NOW },
      [
        {
          at,
          from: 'normal',
          to: 'firing',
          event: 'opened',
          severity: 'warning',
          value: 90,
          startedAt: at,
          endedAt: null,
        },
      ],
      null,
    ),
  )
  return String(id)
}
const incident = async (id: string) => incidentDetail.parse((await call('GET', `/incidents/${id}`)).json())

test('a rule that the city began with says what its name is translated by, until somebody renames it', async () => {
  await api.pool.query('update alert_engine set seeded = false')
  await seedRules(api.pool)
  const path = '/alert-rules/default-silence'
  const { definition, nameCode } = (await call('GET', path)).json()
  expect([definition.name, nameCode]).toEqual(['Device silent', 'default-silence'])
  const opened = await openIncident({ id: 'default-silence', name: definition.name })
  expect((await incident(opened)).incident.rule).toMatchObject({ name: 'Device silent', nameCode: 'default-silence' })
  const patient = { ...definition, keepFiringSeconds: 60 }
  expect((await call('PUT', path, patient)).json()).toMatchObject({ nameCode: 'default-silence' })
  expect((await call('PUT', path, { ...patient, name: 'Sensors asleep' })).json()).toMatchObject({ nameCode: null })
  const { rules } = (await call('GET', '/alert-rules')).json()
  const named = rules.filter((each: { nameCode: string | null }) => each.nameCode !== null)
  expect(named).toHaveLength(7)
  // what was said of it keeps the name that it had
  expect((await incident(opened)).incident.rule).toMatchObject({ name: 'Device silent', nameCode: 'default-silence' })
  const own = await openIncident({ id: 'default-disk', name: 'Mine' })
  expect((await incident(own)).incident.rule.nameCode).toBeNull()
  await call('POST', `/incidents/${own}/close`, { who: 'Ana' })
  await api.pool.query(`delete from alert_rule where id like 'default-%'`)
})

test('a rule is created, changed, paused and deleted; reading is open, changing needs the key', async () => {
  expect((await api.app.inject({ method: 'POST', url: '/api/v1/alert-rules', payload: RULE })).statusCode).toBe(401)
  const { id, version, definition } = await createRule()
  expect([version, definition.forSeconds, definition.evidence]).toEqual([1, 0, { suspect: false, unconfirmed: false }])
  const changed = await call('PUT', `/alert-rules/${id}`, { ...RULE, forSeconds: 60 })
  expect(changed.json()).toMatchObject({ version: 2, definition: { forSeconds: 60 } })
  expect((await call('PATCH', `/alert-rules/${id}`, { enabled: false })).json()).toMatchObject({ enabled: false })
  expect((await call('DELETE', `/alert-rules/${id}`)).statusCode).toBe(204)
  expect((await call('GET', `/alert-rules/${id}`)).json()).toMatchObject({ code: 'RULE_UNKNOWN' })
})

describe('a rule that would never or always fire is refused before it is saved', () => {
  test.for([
    // no battery is above 100 %, and none of these Things has one
    [
      { condition: { kind: 'value', property: 'battery_level' }, levels: [{ severity: 'info', threshold: 100 }] },
      'levels.0.threshold',
      '100',
    ],
    [{ condition: { kind: 'value', property: 'no2' } }, 'condition.property', 'no2'],
    [{ direction: 'below', levels: [{ severity: 'info', threshold: 2_000_000 }] }, 'levels.0.threshold', '2000000'],
    [
      { condition: { kind: 'air_index', scheme: 'european' }, levels: [{ severity: 'info', threshold: 6 }] },
      'levels.0.threshold',
      '6',
    ],
    [{ condition: { kind: 'silence' }, levels: [{ severity: 'info', threshold: 0.5 }] }, 'levels.0.threshold', '0.5'],
    [{ scope: { zones: ['nowhere'] } }, 'scope.zones', 'nowhere'],
    [{ scope: { things: ['nothing'] } }, 'scope.things', 'nothing'],
    [{ scope: { kinds: ['spaceship'] } }, 'scope', '{"kinds":["spaceship"]}'],
    [{ forSeconds: 7200, schedule: { windows: [{ from: '10:00', to: '11:00' }] } }, 'forSeconds', '7200'],
    [{ condition: { kind: 'legal_threshold', pollutant: 'nh3', per: 'hour' }, levels: [] }, 'condition.per', 'hour'],
    [{ condition: { kind: 'indicator', code: 'NO:SUCH' }, per: 'city' }, 'condition.code', 'NO:SUCH'],
  ] as const)('%j', async ([over, field, value]) => {
    const answer = await call('POST', '/alert-rules', { ...RULE, ...over })
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'VALUE_INVALID'])
    expect(answer.json().errors).toContainEqual({ field, value, problem: expect.any(String) })
  })
  test.for([
    [{ levels: [] }, 'levels'],
    [{ levels: [{ severity: 'warning', threshold: 50, recovery: 60 }] }, 'levels.0.recovery'],
    [
      {
        levels: [
          { severity: 'critical', threshold: 50 },
          { severity: 'warning', threshold: 60 },
        ],
      },
      'levels.1.severity',
    ],
    [
      {
        levels: [
          { severity: 'warning', threshold: 50 },
          { severity: 'critical', threshold: 40 },
        ],
      },
      'levels.1.threshold',
    ],
    [{ condition: { kind: 'mean', property: 'wind_direction', windowMinutes: 60 } }, 'condition.property'],
    [{ condition: { kind: 'mean', property: 'pm2_5', windowMinutes: 7 } }, 'condition.windowMinutes'],
    [{ condition: { kind: 'value', property: 'pm25' } }, 'condition.property'],
    [{ per: 'zone' }, 'per'],
  ] as const)('%j is not a rule', async ([over, field]) => {
    const answer = await call('POST', '/alert-rules', { ...RULE, ...over })
    expect(answer.statusCode, answer.body).toBe(400)
    expect(answer.json().errors.map((error: { field: string }) => error.field)).toContain(field)
  })
})

describe('a rule is checked before it is saved', () => {
  const check = async (over: object) => {
    const answer = await call('POST', '/alert-rules/check', { ...RULE, ...over })
    expect(answer.statusCode, answer.body).toBe(200)
    return ruleCheckResponse.parse(answer.json()).problems
  }
  test('one that can be saved has no problems, and is not saved', async () => {
    const before = (await call('GET', '/alert-rules')).json().rules.length
    expect(await check({})).toEqual([])
    expect((await call('GET', '/alert-rules')).json().rules).toHaveLength(before)
  })
  test.for([
    [{ levels: [{ severity: 'info', threshold: 1_000_000 }] }, 'never_above', { low: -10, high: 1_000_000 }],
    [{ direction: 'below', levels: [{ severity: 'info', threshold: 2e6 }] }, 'always_below', { low: -10, high: 1e6 }],
    // silence has no end
    [
      { condition: { kind: 'silence' }, direction: 'below', levels: [{ severity: 'info', threshold: 0 }] },
      'never_below',
      { low: 0, high: null },
    ],
    [{ scope: { things: ['a-statoin'] } }, 'unknown_near', { meant: 'a-station' }],
    [{ scope: { things: ['something-else-entirely'] } }, 'unknown', {}],
    [{ condition: { kind: 'value', property: 'no2' } }, 'not_measured', {}],
  ] as const)('%j: %s', async ([over, reason, values]) => {
    expect(await check(over)).toContainEqual(expect.objectContaining({ reason, values }))
    expect((await call('POST', '/alert-rules', { ...RULE, ...over })).statusCode).toBe(422)
  })
  const silence = (threshold: number) => ({
    ...{ condition: { kind: 'silence' }, levels: [{ severity: 'info', threshold }] },
  })
  test.for([
    [
      'a named Thing that never reported what it is expected to',
      {
        ...{ condition: { kind: 'value', property: 'no2' }, scope: { things: ['a-station'] } },
        noData: { policy: 'notify' },
      },
    ],
    [
      'silence that lasts longer than the window in which somebody wants to know',
      { ...silence(4), forSeconds: 7_200, schedule: { windows: [{ from: '08:00', to: '09:00' }] } },
    ],
    [
      'a Thing without an expected interval that says when it is offline',
      { ...silence(4), scope: { things: ['says-so'] } },
    ],
  ] as const)('what can fire is accepted: %s', async ([, over]) => {
    expect(await check(over)).toEqual([])
  })
  test('unknown fields and properties are answered with those that there are', async () => {
    const field = await call('POST', '/alert-rules/check', { ...RULE, levels: [{ severity: 'info', treshold: 5 }] })
    expect(field.statusCode).toBe(400)
    expect(field.json().detail).toContain('has no treshold; its fields are severity, threshold, recovery')
    const property = await call('POST', '/alert-rules/check', {
      ...RULE,
      condition: { kind: 'value', property: 'pm25' },
    })
    expect(property.json().detail).toMatch(/is no observed property; they are .*pm2_5/)
  })
})

describe('incidents', () => {
  test('one incident tells its neighbours, its people and its timeline', async () => {
    const { id: ruleId } = await createRule()
    const id = await openIncident({ id: ruleId, name: 'Particles' })
    const detail = await incident(id)
    expect(detail.incident).toMatchObject({
      severity: 'warning',
      value: 90,
      threshold: 50,
      affectedPeople: 600,
      durationSeconds: 600,
    })
    expect(detail.timeline).toMatchObject([{ kind: 'opened', at: '2026-11-01T11:50:00.000Z', value: 90 }])
    // one of two neighbours is beyond the threshold: not most
    expect(detail.neighbours.things.map(({ thing, agrees }) => [thing, agrees])).toEqual([
      ['nearer', true],
      ['near', false],
    ])
    expect([detail.neighbours.verdict, detail.population.people]).toEqual(['sensor', 600])
    // there is no survey
    expect((await call('GET', `/incidents/${id}/groups`)).json()).toEqual({ vulnerable: null })
    const listed = incidentsResponse.parse((await call('GET', '/incidents?state=open&zone=west')).json())
    expect([listed.incidents.map((each) => each.id), listed.open.warning]).toEqual([[id], 1])
    expect(listed.incidents[0]?.rule).toEqual({ id: ruleId, name: 'Particles', nameCode: null, kind: 'value' })
    await call('DELETE', `/alert-rules/${ruleId}`)
  })

  test('acknowledged with name and note, assigned, annotated and closed; then only notes', async () => {
    const { id: ruleId } = await createRule()
    const id = await openIncident({ id: ruleId, name: 'Particles' })
    const act = async (path: string, body: object) => (await call('POST', `/incidents/${id}/${path}`, body)).json()
    expect(await act('acknowledge', { who: 'Ana', note: 'on my way' })).toMatchObject({
      handling: 'acknowledged',
      acknowledgedBy: 'Ana',
    })
    expect(await act('assign', { who: 'Ana', to: 'Road team' })).toMatchObject({
      handling: 'assigned',
      assignedTo: 'Road team',
    })
    await act('notes', { who: 'Rui', note: 'filter replaced' })
    expect(await act('close', { who: 'Rui' })).toMatchObject({ handling: 'closed', closedReason: 'closed_by_person' })
    expect(await act('acknowledge', { who: 'Rui' })).toMatchObject({ code: 'INCIDENT_CLOSED', status: 409 })
    await act('notes', { who: 'Rui', note: 'it was the pump' })
    const { timeline } = await incident(id)
    const published = incidentDetail.parse((await api.app.inject(`/api/v1/incidents/${id}`)).json())
    expect(JSON.stringify(published)).not.toMatch(/Ana|Rui|Road team|pump/)
    expect(timeline.map(({ kind, who }) => `${kind} ${who}`)).toEqual([
      'opened null',
      'acknowledged Ana',
      'assigned Ana',
      'note Rui',
      'closed Rui',
      'note Rui',
    ])
  })

  test.for([
    ['row 18: deleted', 'DELETE', undefined, 'rule_removed'],
    ['row 18: paused', 'PATCH', { enabled: false }, 'rule_paused'],
    ['row 18: changed', 'PUT', { ...RULE, forSeconds: 120 }, 'rule_changed'],
  ] as const)('%s: the open incident is closed with that reason, once', async ([, method, payload, reason]) => {
    const { id: ruleId } = await createRule()
    const id = await openIncident({ id: ruleId, name: 'Particles' })
    await call(method, `/alert-rules/${ruleId}`, payload)
    const { incident: closed, timeline } = await incident(id)
    expect([closed.handling, closed.closedReason]).toEqual(['closed', reason])
    expect(timeline.map(({ kind }) => kind)).toEqual(['opened', 'closed'])
  })

  test('row 19: two writers open one incident for the same rule and Thing', async () => {
    const { id: ruleId } = await createRule()
    const ids = await Promise.all([1, 2, 3].map(() => openIncident({ id: ruleId, name: 'Particles' })))
    expect(new Set(ids).size).toBe(1)
  })

  test('pages follow each other without gaps', async () => {
    const ids: string[] = []
    let cursor = ''
    for (let page = 0; page < 20; page += 1) {
      const { incidents, next } = incidentsResponse.parse((await call('GET', `/incidents?limit=2${cursor}`)).json())
      ids.push(...incidents.map(({ id }) => id))
      if (next === null) break
      cursor = `&cursor=${next}`
    }
    const { rows } = await api.pool.query<{ n: number }>('select count(*) as n from incident')
    expect([ids.length, new Set(ids).size]).toEqual([rows[0]?.n, rows[0]?.n])
  })
})
