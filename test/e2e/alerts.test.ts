/**
 * The contract of alerting (docs/alerting.md, "Contract") in a running city: meters publish over MQTT, an operator uses the HTTP
 * API, receivers are real servers. Meters date what they measure, so that minutes of the contract take none.
 *
 * Not here: 16 and 17 (the embedded database cannot be stopped or slowed by itself), two engines of 4 (it has one session), the
 * clock changes of 24, and what takes longer than a test should: all attempts of 6, the late data of 14, the reminders of 25.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AlertingStatus, AlertRuleResponse, BacktestResponse } from '#model/api/alerts.ts'
import type { Silence } from '#model/api/notifications.ts'
import type { RegistryThing } from '#model/api/registry.ts'
import { until } from '../delivery/until.ts'
import { type AlertCity, eventsOf, type Meters, OPERATOR, startAlertCity, TIME_ZONE, webhook } from './alert-city.ts'

const PUMP = { kind: 'pump', interval: 3_600 } as const
const PROBE = { kind: 'probe', interval: 2 } as const
const warning = (threshold: number, more: object = {}) => ({ levels: [{ severity: 'warning', threshold, ...more }] })
const NOTIFY = { noData: { policy: 'notify' } }

/** A rule for each meter, over the default: a warning above 80 W. */
const RULES: Readonly<Record<string, object>> = {
  marker: { flapping: { changes: 50 } },
  pending: { forSeconds: 120 },
  firing: {},
  unsent: { levels: [{ severity: 'info', threshold: 80 }] },
  hysteresis: warning(80, { recovery: 75 }),
  hold: { forSeconds: 5, keepFiringSeconds: 5 },
  flaps: {},
  silenced: {},
  buffered: {},
  brief: { forSeconds: 2 },
  deleted: {},
  edited: {},
  paused: {},
  twice: {},
  recurs: {},
  ladder: {
    levels: [
      { severity: 'warning', threshold: 50, keepFiringSeconds: 100 },
      { severity: 'critical', threshold: 80, forSeconds: 20, keepFiringSeconds: 40 },
    ],
  },
  again: {},
  handled: { levels: [{ severity: 'critical', threshold: 80 }] },
  mailed: { levels: [{ severity: 'info', threshold: 80 }] },
  refused: { levels: [{ severity: 'info', threshold: 80 }] },
  many: { levels: [{ severity: 'info', threshold: 80 }] },
  stops: NOTIFY,
  never: NOTIFY,
  retires: NOTIFY,
  still: {},
  vanishes: {},
}
const PROBES = ['stops', 'never', 'retires', 'still', 'vanishes']
const STORM = Array.from({ length: 30 }, (_, i) => `storm-${i}`)
const HILL = Array.from({ length: 5 }, (_, i) => `hill-${i}`)
const METERS: Meters = {
  ...Object.fromEntries(Object.keys(RULES).map((key) => [key, PROBES.includes(key) ? PROBE : PUMP])),
  window: PUMP,
  pulse: PUMP,
  ...Object.fromEntries(STORM.map((key) => [key, { ...PUMP, interval: 10, gateway: 'harbour' }])),
  ...Object.fromEntries(HILL.map((key) => [key, { ...PUMP, gateway: 'hill' }])),
}

const SOON = { timeout: 60_000, interval: 100 }
let city: AlertCity
const rules = new Map<string, AlertRuleResponse>()
beforeAll(async () => {
  city = await startAlertCity(METERS)
  // A rule on what nobody measures would be refused, and devices that are silent before there is a rule are no storm.
  const measured = [...Object.keys(RULES).filter((meter) => meter !== 'never'), 'window', ...STORM]
  await Promise.all([
    ...measured.map((meter) => city.publish(meter, [-1, 1])),
    ...HILL.map((meter) => city.send(meter, { online: 1 })),
  ])
  await until(measuring, (count) => count === measured.length)
  await city.call('DELETE', '/alert-rules/default-silence')
  const silent = { name: 'Silent', condition: { kind: 'silence' }, scope: { kinds: ['pump'] } }
  await city.call('POST', '/alert-rules', { ...silent, levels: [{ severity: 'warning', threshold: 2 }] })
  for (const [meter, over] of Object.entries(RULES)) rules.set(meter, await addRule(meter, over))
  await evaluated()
  await city.publish('vanishes', [0, 90])
})
afterAll(() => city?.close())

/** Meters of which a value is stored. */
const measuring = async (): Promise<number> => {
  const { things } = await city.call<{ things: RegistryThing[] }>('GET', '/registry/things?limit=100')
  return things.filter(({ properties }) => properties.includes('active_power')).length
}
const addRule = (meter: string, over: object) =>
  city.call<AlertRuleResponse>('POST', '/alert-rules', {
    ...{
      name: `Power of ${meter}`,
      condition: { kind: 'value', property: 'active_power' },
      scope: { things: [meter] },
    },
    ...warning(80),
    ...over,
  })
const kinds = (subject: string): string[] => city.told(subject).map(({ kind }) => kind)
const expectTold = (subject: string, ...wanted: string[]) => expect.poll(() => kinds(subject), SOON).toEqual(wanted)

/** Every rule that was saved is known to the engine: a whole pass has begun since then, and ended. */
async function evaluated(): Promise<void> {
  const count = async () => (await city.call<AlertingStatus>('GET', '/alerting/status')).evaluations
  for (const before of [await count(), (await count()) + 1]) {
    await city.send('pulse', { active_power: 1 })
    await until(count, (now) => now > before)
  }
}

let marks = 0
/** All that was published before was evaluated, and what there was to say about it was sent: a later incident of the same receiver was. */
async function settled(): Promise<void> {
  await city.publish('marker', [marks, marks % 2 ? 1 : 90])
  marks += 1
  await expect.poll(() => kinds('marker').length, SOON).toBe(marks)
}
async function fires(meter: string, seconds = 0): Promise<void> {
  await city.publish(meter, [seconds, 90])
  await expectTold(meter, 'opened')
}

let failing: Awaited<ReturnType<AlertCity['receiver']>>
/** The message to the receiver that fails. */
const failed = async () =>
  (await city.notifications()).messages.find(
    ({ receiver, title }) => receiver.name === 'Failing' && title.includes('mailed'),
  )

test('row 5: while one receiver fails, the others get their message once', async () => {
  // the test of the new receiver, then a failure
  failing = await city.receiver((n) => ({ status: n === 1 ? 500 : 200 }))
  const info = { severities: ['info'] }
  await city.call('POST', '/receivers', webhook('Failing', failing.url, info))
  const mail = { channel: 'email', name: 'Office', config: { address: 'office@city.example' }, groupSeconds: 0 }
  await city.call('POST', '/receivers', { ...mail, ...info })
  await city.publish('mailed', [0, 90])
  await expectTold('mailed', 'opened')
  await expect.poll(() => city.mails.filter(({ text }) => text.includes('Meter mailed')), SOON).toHaveLength(1)
  await expect.poll(() => failing.received.length, SOON).toBeGreaterThan(1)
})

test('row 7: an incident ends at the recovery threshold: 81, 79, 81, 76 are one', async () => {
  await city.publish('hysteresis', [0, 81])
  await expectTold('hysteresis', 'opened')
  await city.publish('hysteresis', [1, 79], [2, 81], [3, 76])
  await settled()
  expect(kinds('hysteresis')).toEqual(['opened'])
  await city.publish('hysteresis', [4, 74])
  await expectTold('hysteresis', 'opened', 'resolved')
  expect(await city.incidents('hysteresis')).toHaveLength(1)
})

test('row 8: one good value begins `for` anew, one bad value the recovery hold', async () => {
  await city.publish('hold', ...Array.from({ length: 20 }, (_, i) => [4 * i, i % 2 ? 60 : 90] as const))
  await settled()
  expect(await city.incidents('hold')).toEqual([])
  await city.publish('hold', [80, 90], [86, 90])
  await expectTold('hold', 'opened')
  await city.publish('hold', [90, 60], [92, 90], [100, 60], [104, 60])
  await settled()
  expect(kinds('hold')).toEqual(['opened'])
  await city.publish('hold', [106, 60])
  await expectTold('hold', 'opened', 'resolved')
  expect(await city.incidents('hold')).toMatchObject([
    { startedAt: city.at('hold', 80), endedAt: city.at('hold', 100), durationSeconds: 20 },
  ])
})

test('row 9: ten changes within an hour are said once', async () => {
  await city.publish('flaps', ...Array.from({ length: 10 }, (_, i) => [i, i % 2 ? 60 : 90] as const))
  await expectTold('flaps', 'flapping')
  await city.publish('flaps', ...Array.from({ length: 6 }, (_, i) => [10 + i, i % 2 ? 60 : 90] as const))
  await settled()
  expect(kinds('flaps')).toEqual(['flapping'])
  expect((await city.incidents('flaps'))[0]).toMatchObject({ flapping: true, closedAt: null })
})

const silenced = (subject: string) =>
  city.call<Silence>('POST', '/silences', {
    ...{ matchers: { subject: [subject] }, author: 'nobody', comment: 'works in the street' },
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
  })

test('row 11: a silence of what is firing is not its end', async () => {
  await fires('silenced')
  expect(await silenced('silenced')).toMatchObject({ state: 'active', author: OPERATOR })
  await city.publish('silenced', [1, 95])
  await settled()
  expect(kinds('silenced')).toEqual(['opened'])
  expect(await city.incidents('silenced')).toMatchObject([{ condition: 'firing', handling: 'open' }])
})

test('row 14: what was buffered begins and ends when it was measured; what is late notifies nobody', async () => {
  await city.publish('buffered', [0, 70], [60, 90], [120, 95], [180, 60], [240, 60])
  await expect
    .poll(() => city.incidents('buffered'), SOON)
    .toMatchObject([
      { startedAt: city.at('buffered', 60), endedAt: city.at('buffered', 180), closedReason: 'resolved' },
    ])
  await city.publish('buffered', [210, 99])
  await settled()
  expect([kinds('buffered'), (await city.incidents('buffered')).length]).toEqual([[], 1])
})

test('row 15: a second is not two; four minutes read four minutes', async () => {
  await city.publish('brief', [0, 90], [1, 60])
  await settled()
  expect(await city.incidents('brief')).toEqual([])
  await city.publish('brief', [10, 90], [12, 90])
  await expectTold('brief', 'opened')
  await city.publish('brief', [250, 60])
  await expectTold('brief', 'opened', 'resolved')
  expect(await city.incidents('brief')).toMatchObject([{ durationSeconds: 240 }])
  const [resolved] = (await city.notifications()).messages.filter(({ title }) => /Resolved.*brief/.test(title))
  expect(resolved?.body).toMatch(/Lasted 4 min/)
})

test('row 18: deleting, changing and pausing a rule close its incident with that reason, and nothing is said later', async () => {
  const meters = ['deleted', 'edited', 'paused']
  for (const meter of meters) await city.publish(meter, [0, 90])
  for (const meter of meters) await expectTold(meter, 'opened')
  const [deleted, edited, paused] = meters.map((meter) => rules.get(meter))
  await city.call('DELETE', `/alert-rules/${deleted?.id}`)
  await city.call('PUT', `/alert-rules/${edited?.id}`, { ...edited?.definition, ...warning(200) })
  await city.call('PATCH', `/alert-rules/${paused?.id}`, { enabled: false })
  for (const meter of meters) await expectTold(meter, 'opened', 'closed')
  for (const meter of meters) await city.publish(meter, [1, 60], [2, 90])
  await settled()
  for (const meter of meters) expect(kinds(meter)).toEqual(['opened', 'closed'])
  const reasons = meters.map((meter) => city.told(meter)[1]?.closedReason)
  expect(reasons).toEqual(['rule_removed', 'rule_changed', 'rule_paused'])
})

test('row 19: two messages a millisecond apart are one incident', async () => {
  await Promise.all([city.publish('twice', [0, 90]), city.publish('twice', [0.001, 91])])
  await expectTold('twice', 'opened')
  await settled()
  expect([kinds('twice'), (await city.incidents('twice')).length]).toEqual([['opened'], 1])
})

test('row 20: what recurs after a person closed it and it was normal is another incident', async () => {
  await fires('recurs')
  const [first] = await city.incidents('recurs')
  await city.call('POST', `/incidents/${first?.id}/close`, { note: 'known' })
  await expectTold('recurs', 'opened', 'closed')
  await city.publish('recurs', [1, 95])
  await settled()
  expect(kinds('recurs')).toEqual(['opened', 'closed'])
  await city.publish('recurs', [2, 60], [3, 90])
  await expectTold('recurs', 'opened', 'closed', 'opened')
  const ids = city.told('recurs').map(({ incidentId }) => incidentId)
  expect(ids).toEqual([first?.id, first?.id, expect.not.stringMatching(`^${first?.id}$`)])
})

test('row 21: severity goes up and down, each with its own patience', async () => {
  const steps = [
    [[[0, 90]], 'opened warning'],
    [[[20, 90]], 'severity_changed critical'],
    [
      [
        [40, 40],
        [60, 40],
        [80, 40],
      ],
      'severity_changed warning',
    ],
    [
      [
        [100, 40],
        [120, 40],
        [140, 40],
      ],
      'resolved warning',
    ],
  ] as const
  for (const [i, [readings]] of steps.entries()) {
    await city.publish('ladder', ...readings)
    const told = () => city.told('ladder').map(({ kind, severity }) => `${kind} ${severity}`)
    await expect.poll(told, SOON).toEqual(steps.slice(0, i + 1).map(([, event]) => event))
  }
  const [incident] = await city.incidents('ladder')
  const { timeline } = await city.incident(incident?.id ?? '')
  const times = timeline.filter(({ notified }) => notified > 0).map(({ at }) => at)
  expect(times).toEqual([0, 20, 80, 140].map((seconds) => city.at('ladder', seconds)))
})

test('row 24: what ends during a silence is said; what fires again is held back, and said when the silence ends', async () => {
  await fires('again')
  const { id } = await silenced('again')
  await city.publish('again', [1, 60])
  await expectTold('again', 'opened', 'resolved')
  await city.publish('again', [2, 90])
  await expect.poll(async () => (await city.notifications()).waiting.silence, SOON).toBe(1)
  expect(kinds('again')).toEqual(['opened', 'resolved'])
  await city.call('DELETE', `/silences/${id}`)
  await expectTold('again', 'opened', 'resolved', 'opened')
  expect(new Set(city.told('again').map(({ incidentId }) => incidentId)).size).toBe(2)
})

test('row 24: a window in the time of the city evaluates the value that it finds', async () => {
  const opensAt = Math.ceil((Date.now() + 20_000) / 60_000) * 60_000
  const local = (ms: number) =>
    new Date(ms).toLocaleTimeString('en-GB', { timeZone: TIME_ZONE, hour: '2-digit', minute: '2-digit' })
  await addRule('window', { schedule: { windows: [{ from: local(opensAt), to: local(opensAt + 3_600_000) }] } })
  await evaluated()
  const measured = (ms: number) => city.send('window', { time: new Date(ms).toISOString(), active_power: 90 })
  await measured(Date.now())
  await settled()
  expect(kinds('window')).toEqual([])
  await measured(opensAt + 5_000)
  await expectTold('window', 'opened')
  expect(city.told('window')[0]?.startedAt).toBe(new Date(opensAt).toISOString())
})

test('row 25: acknowledged with name and note, no later step; the end has the new value; a backtest finds the same', async () => {
  const later = await city.receiver()
  const critical = { severities: ['critical'] }
  await city.call('POST', '/receivers', webhook('On call', later.url, { ...critical, escalateAfterMinutes: 1 }))
  const mail = { channel: 'email', name: 'Chief', config: { address: 'chief@city.example' }, groupSeconds: 0 }
  await city.call('POST', '/receivers', { ...mail, ...critical })
  await city.call('POST', '/receivers', { channel: 'feed', name: 'Public', groupSeconds: 0, ...critical })
  const waiting = async () => (await city.notifications()).waiting.total
  const before = await waiting()
  await fires('handled')
  const [incident] = await city.incidents('handled')
  const path = `/incidents/${incident?.id}`
  await expect.poll(waiting, SOON).toBe(before + 1)
  await city.call('POST', `${path}/acknowledge`, { note: 'On my way' })
  await expect.poll(waiting, SOON).toBe(before)
  await expectTold('handled', 'opened', 'acknowledged')
  await city.publish('handled', [1, 61])
  await expectTold('handled', 'opened', 'acknowledged', 'resolved')
  expect(city.told('handled').at(-1)).toMatchObject({ value: 61, unit: 'W' })

  const { timeline } = await city.incident(incident?.id ?? '')
  expect(timeline.map(({ kind, value, who, note }) => ({ kind, value, who, note }))).toEqual([
    { kind: 'opened', value: 90, who: null, note: null },
    { kind: 'acknowledged', value: null, who: OPERATOR, note: 'On my way' },
    { kind: 'resolved', value: 61, who: null, note: null },
  ])
  const mails = () =>
    city.mails.filter(({ text }) => text.includes('Meter handled')).map(({ secure, text }) => ({ secure, text }))
  await expect.poll(() => mails().length, SOON).toBe(3)
  expect(mails().at(-1)).toEqual({ secure: true, text: expect.stringContaining('61 W') })
  const { messages } = await city.notifications(`?incident=${incident?.id}`)
  expect(new Set(messages.map(({ receiver }) => receiver.name))).toEqual(new Set(['Control room', 'Chief', 'Public']))
  expect(eventsOf(later.received)).toEqual([])
  const feed = await city.call<string>('GET', '/alerts/cap.xml')
  expect(feed.match(/<msgType>\w+/g)).toEqual(expect.arrayContaining(['<msgType>Alert', '<msgType>Cancel']))

  const found = await city.call<BacktestResponse>('POST', '/alert-rules/backtest', {
    ...{ rule: rules.get('handled')?.definition, from: city.at('handled', -60), to: new Date().toISOString() },
  })
  const { startedAt, endedAt } = (await city.incidents('handled'))[0] ?? {}
  expect(found.incidents).toMatchObject([{ subject: 'handled', severity: 'critical', startedAt, endedAt }])
  expect(found.messages.byKind).toEqual({ opened: 1, resolved: 1 })
  expect(city.heartbeat.received.length).toBeGreaterThan(0)
})

test('row 4: what could not be sent is sent again, as the same message and once', async () => {
  await expect.poll(failed, SOON).toMatchObject({ state: 'sent' })
  const ids = failing.received.slice(1).map(({ headers }) => headers['webhook-id'])
  expect([ids.length, new Set(ids).size]).toEqual([2, 1])
  expect(city.mails.filter(({ text }) => text.includes('Meter mailed'))).toHaveLength(1)
  expect(kinds('mailed')).toEqual(['opened'])
})

test('row 6: what cannot be delivered is one entry with its reason, and can be sent again', async () => {
  const gone = await city.receiver((n) => ({ status: n === 1 ? 410 : 200 }))
  await city.call('POST', '/receivers', webhook('Gone', gone.url, { severities: ['info'] }))
  await city.publish('refused', [0, 90])
  const undeliverable = async () => (await city.notifications('?state=undeliverable')).messages
  await expect.poll(undeliverable, SOON).toHaveLength(1)
  const [message] = await undeliverable()
  expect(message).toMatchObject({ receiver: { name: 'Gone' }, error: 'HTTP 410', attempts: 1 })
  await city.call('POST', `/notifications/${message?.id}/retry`)
  await expect.poll(() => eventsOf(gone.received).length, SOON).toBe(2)
  expect(await undeliverable()).toEqual([])
})

test('row 22: silent devices behind one gateway are one incident with their number', async () => {
  await expectTold('gateway:harbour', 'opened')
  expect(city.told('gateway:harbour')[0]).toMatchObject({ affectedThings: STORM.length })
  expect(STORM.flatMap(kinds)).toEqual([])
})

test('row 22: a receiver gets as many messages an hour as it wants', async () => {
  const limited = await city.receiver()
  const settings = { severities: ['info'], maxPerHour: 1 }
  await city.call('POST', '/receivers', webhook('Limited', limited.url, settings))
  await fires('many')
  await expect.poll(() => eventsOf(limited.received).length, SOON).toBe(1)
  await city.publish('many', [1, 60])
  await expect.poll(async () => (await city.notifications()).waiting.limit, SOON).toBe(1)
  expect(eventsOf(limited.received)).toHaveLength(1)
})

test('row 23: what was sent before its cause showed is said to be over when the cause takes its place', async () => {
  const [child = '', ...others] = HILL
  await city.send(child, { online: 0 })
  await expectTold(child, 'opened')
  for (const meter of others) await city.send(meter, { online: 0 })
  await expectTold('gateway:hill', 'opened')
  await expectTold(child, 'opened', 'closed')
  expect(city.told(child)[1]?.closedReason).toBe('merged_into_cause')
  await city.send(child, { online: 1 })
  await expectTold('gateway:hill', 'opened', 'resolved')
  await settled()
  expect(others.flatMap(kinds)).toEqual([])
})

test('rows 10 and 13: missing data is a condition of its own, also of what never reported; who did not ask is not notified', async () => {
  for (const meter of ['stops', 'never', 'retires']) await expectTold(meter, 'no_data')
  expect(await city.incidents('stops')).toMatchObject([{ condition: 'no_data', closedAt: null }])
  expect(kinds('still')).toEqual([])
  // what was firing stays open
  await expect.poll(() => city.incidents('vanishes'), SOON).toMatchObject([{ condition: 'no_data', closedAt: null }])
  expect(kinds('vanishes')).toEqual(['opened'])
})

test('row 12: the return of data is said once', async () => {
  await city.send('stops', { time: new Date().toISOString(), active_power: 1 })
  await expectTold('stops', 'no_data', 'back')
  await settled()
  expect(kinds('stops')).toEqual(['no_data', 'back'])
  expect((await city.incidents('stops'))[0]?.closedReason).toBe('resolved')
})

test('rows 1, 2, 3, 13 and 22: killed and started again: what is pending goes on, what was said is not repeated, what was not is', async () => {
  const slow = await city.receiver()
  const settings = { severities: ['info'], groupSeconds: 10 }
  await city.call('POST', '/receivers', webhook('Slow', slow.url, settings))
  await fires('firing')
  await city.publish('pending', [0, 90], [60, 90])
  const pending = async () =>
    (await city.call<AlertRuleResponse>('GET', `/alert-rules/${rules.get('pending')?.id}`)).instances.pending
  await expect.poll(pending, SOON).toBe(1)
  const before = await city.everyIncident()
  await city.publish('unsent', [0, 90])
  await expect.poll(() => city.incidents('unsent'), SOON).toHaveLength(1)
  // `unsent` may be said before or after, the marker is, and `stops` has stopped again
  const isOfTheRestart = ({ subject }: { readonly subject: { readonly id: string } }): boolean =>
    !['unsent', 'marker', 'stops'].includes(subject.id)
  const said = city.allTold().filter(isOfTheRestart).length
  await city.restart({ ...METERS, retires: { ...PROBE, validTo: '2026-01-01' } })

  await city.publish('pending', [119, 90])
  await settled()
  expect(kinds('pending')).toEqual([])
  await city.publish('pending', [120, 90])
  await expectTold('pending', 'opened')
  expect(city.told('pending')[0]?.startedAt).toBe(city.at('pending', 0))
  await expect.poll(() => eventsOf(slow.received).map(({ subject }) => subject.id), SOON).toEqual(['unsent'])
  await expectTold('retires', 'no_data', 'closed')
  expect((await city.incidents('retires'))[0]?.closedReason).toBe('thing_retired')
  await settled()
  const news = city.allTold().filter(isOfTheRestart).slice(said)
  expect(news.map(({ kind, subject }) => `${kind} ${subject.id}`).sort()).toEqual(['closed retires', 'opened pending'])
  const ids = new Set(before.map(({ id }) => id))
  const opened = (await city.everyIncident()).filter((incident) => !ids.has(incident.id) && isOfTheRestart(incident))
  expect(opened.map(({ subject }) => subject.id)).toEqual(['pending'])
})
