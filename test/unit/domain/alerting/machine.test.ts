/** The state machine of alerting against the failures that users of other systems report (rows of docs/alerting.md). */
import { describe, expect, test } from 'vitest'
import { silenceEvidence } from '#domain/alerting/evidence/silence.ts'
import {
  advance,
  conditionOf,
  dismiss,
  type Evidence,
  type InstanceState,
  initialState,
  type MachineRule,
  observe,
  type Transition,
} from '#domain/alerting/machine.ts'
import { windowsOf } from '#model/alerting/schedule.ts'

const MINUTE = 60_000
const T0 = Date.parse('2026-06-01T10:00:00Z')
const rule = (over: Partial<MachineRule> = {}): MachineRule => ({
  direction: 'above',
  levels: [{ severity: 'warning', threshold: 80, recovery: 80, forMs: 0, keepMs: 0 }],
  flapping: { changes: 10, windowMs: 60 * MINUTE },
  ...over,
})
const level = (over: Partial<MachineRule['levels'][number]>): MachineRule['levels'] => [
  { severity: 'warning', threshold: 80, recovery: 80, forMs: 0, keepMs: 0, ...over },
]
/** One value a minute from T0; null is a minute without a value. */
const minutes = (values: readonly (number | null)[]): Evidence[] =>
  values.flatMap((value, i) => (value === null ? [] : [{ at: T0 + i * MINUTE, value }]))

function run(of: MachineRule, evidence: readonly Evidence[], from: InstanceState = initialState(of)) {
  let state = from
  const transitions: Transition[] = []
  for (const each of evidence) {
    const step = observe(of, state, each)
    state = step.state
    transitions.push(...step.transitions)
  }
  const events = transitions.flatMap(({ event, at }) => (event === null ? [] : [`${event} ${(at - T0) / MINUTE}`]))
  return { state, transitions, events }
}

describe('pending and firing', () => {
  test('row 1: pending time survives a restart: `for` 60 min, restart at 30, fires at 60', () => {
    const of = rule({ levels: level({ forMs: 60 * MINUTE }) })
    const values = minutes(Array.from({ length: 61 }, () => 90))
    const before = run(of, values.slice(0, 30))
    expect([before.events, conditionOf(before.state)]).toEqual([[], 'pending'])
    const stored = JSON.parse(JSON.stringify(before.state)) as InstanceState
    const after = run(of, values.slice(30), stored)
    expect(after.events).toEqual(['opened 60'])
    expect(after.transitions.at(-1)).toMatchObject({ startedAt: T0, value: 90 })
  })

  test('row 2: firing stays firing after a restart, without a second message', () => {
    const { state } = run(rule(), minutes([90]))
    const stored = JSON.parse(JSON.stringify(state)) as InstanceState
    expect(run(rule(), minutes([90, 91, 92, 93]), stored).events).toEqual([])
  })

  test('row 7: on 80, off 75: 81, 79, 81, 76 is one episode', () => {
    const of = rule({ levels: level({ recovery: 75 }) })
    expect(run(of, minutes([81, 79, 81, 76])).events).toEqual(['opened 0'])
    expect(run(of, minutes([81, 79, 81, 76, 75])).events).toEqual(['opened 0', 'resolved 4'])
  })

  test('row 8: a value that alternates every minute never fires with `for` 5 min; one good value resets', () => {
    const of = rule({ levels: level({ forMs: 5 * MINUTE }) })
    expect(run(of, minutes(Array.from({ length: 120 }, (_, i) => (i % 2 ? 70 : 90)))).events).toEqual([])
    expect(run(of, minutes([90, 90, 90, 90, 70, 90, 90, 90, 90, 90, 90])).events).toEqual(['opened 10'])
  })

  test('row 8: the recovery hold begins anew with one bad value', () => {
    const of = rule({ levels: level({ keepMs: 3 * MINUTE }) })
    const { events, transitions } = run(of, minutes([90, 70, 70, 90, 70, 70, 70, 70]))
    expect(events).toEqual(['opened 0', 'resolved 7'])
    // the condition ended when the value became good, not when the hold was over
    expect(transitions.at(-1)?.endedAt).toBe(T0 + 4 * MINUTE)
  })

  test('row 15: one second over with `for` 2 s fires nothing; 15 minutes read 15 minutes', () => {
    const of = rule({ levels: level({ forMs: 2_000 }) })
    const second = [90, 90, 70, 70].map((value, i) => ({ at: T0 + i * 1000, value }))
    expect(run(of, second).events).toEqual([])
    const { transitions } = run(rule(), minutes([...Array.from({ length: 15 }, () => 90), 70]))
    const last = transitions.at(-1)
    expect(((last?.endedAt ?? 0) - (last?.startedAt ?? 0)) / MINUTE).toBe(15)
  })

  test('below: low values are bad', () => {
    const of = rule({ direction: 'below', levels: level({ threshold: 10, recovery: 12 }) })
    expect(run(of, minutes([11, 9, 11, 12])).events).toEqual(['opened 1', 'resolved 3'])
  })
})

describe('severity', () => {
  const ladder = rule({
    levels: [
      { severity: 'warning', threshold: 50, recovery: 50, forMs: 0, keepMs: 5 * MINUTE },
      { severity: 'critical', threshold: 80, recovery: 80, forMs: MINUTE, keepMs: 2 * MINUTE },
    ],
  })
  test('row 21: critical after 1 min, warning after 2 good, clear after 5', () => {
    const { transitions } = run(ladder, minutes([90, 90, 40, 40, 40, 40, 40, 40]))
    const told = transitions.flatMap(({ event, severity, at }) =>
      event ? [[(at - T0) / MINUTE, event, severity]] : [],
    )
    expect(told).toEqual([
      [0, 'opened', 'warning'],
      [1, 'severity_changed', 'critical'],
      [4, 'severity_changed', 'warning'],
      [7, 'resolved', 'warning'],
    ])
  })
  test('a severe level brings the milder ones with it', () => {
    const of = rule({
      levels: [
        { severity: 'warning', threshold: 50, recovery: 50, forMs: 60 * MINUTE, keepMs: 0 },
        { severity: 'critical', threshold: 80, recovery: 80, forMs: 0, keepMs: 0 },
      ],
    })
    const { transitions } = run(of, minutes([90, 60, 40]))
    expect(transitions.flatMap(({ event, severity }) => (event ? [`${event} ${severity}`] : []))).toEqual([
      'opened critical',
      'severity_changed warning',
      'resolved warning',
    ])
  })
})

describe('flapping', () => {
  // over and under every minute: a change a minute
  const flapping = minutes(Array.from({ length: 30 }, (_, i) => (i % 2 ? 70 : 90)))
  test('row 9: ten changes within an hour: one "flapping", then nothing', () => {
    const { events } = run(rule(), flapping)
    expect(events.filter((event) => event.startsWith('flapping'))).toEqual(['flapping 9'])
    expect(events.at(-1)).toBe('flapping 9')
  })
  test('once it is calm, its end is said once', () => {
    const { state } = run(rule(), flapping)
    const calm = Array.from({ length: 120 }, (_, i) => ({ at: T0 + (30 + i) * MINUTE, value: 70 }))
    // the change at minute 24 is the sixth newest; 60 minutes later five are left, half of ten
    expect(run(rule(), calm, state).events).toEqual(['resolved 84'])
  })
})

describe('no data', () => {
  const of = rule({ noDataMs: 10 * MINUTE })
  const notifying = rule({ noDataMs: 10 * MINUTE, noDataSeverity: 'warning' })
  test('row 10: silence is a state of its own, and nobody is notified unless the rule asks for it', () => {
    const { state } = run(of, minutes([70]))
    const step = advance(of, state, T0 + 60 * MINUTE)
    expect([conditionOf(step.state), step.transitions.map(({ event }) => event)]).toEqual(['no_data', [null]])
    const asked = advance(notifying, run(notifying, minutes([70])).state, T0 + 60 * MINUTE)
    expect(asked.transitions).toMatchObject([{ event: 'no_data', at: T0 + 10 * MINUTE, severity: 'warning' }])
  })
  test('row 11: firing, then silence: no "resolved", the incident stays', () => {
    const { state } = run(of, minutes([90]))
    const step = advance(of, state, T0 + 600 * MINUTE)
    expect(step.transitions.map(({ event, to }) => [event, to])).toEqual([[null, 'no_data']])
    expect(step.state.episode).not.toBeNull()
  })
  test('row 12: the return is said exactly once', () => {
    const silent = advance(notifying, run(notifying, minutes([70])).state, T0 + 60 * MINUTE).state
    const back = [70, 70, 70].map((value, i) => ({ at: T0 + (61 + i) * MINUTE, value }))
    expect(run(notifying, back, silent).events).toEqual(['back 61'])
  })
  test('row 12: and when the value is bad again, the incident goes on', () => {
    const silent = advance(of, run(of, minutes([90])).state, T0 + 60 * MINUTE).state
    const { events, state } = run(of, [{ at: T0 + 61 * MINUTE, value: 95 }], silent)
    expect([events, conditionOf(state)]).toEqual([[], 'firing'])
  })
  test('row 13: what never reported has no data from when it was expected', () => {
    const step = advance(notifying, initialState(notifying), T0 + 60 * MINUTE, T0)
    expect(step.transitions).toMatchObject([{ event: 'no_data', at: T0 + 10 * MINUTE }])
  })
})

describe('time', () => {
  test('row 14: an hour that arrives at once has the times at which it was measured', () => {
    const hour = minutes([...Array.from({ length: 20 }, () => 70), ...Array.from({ length: 20 }, () => 90), 70, 70])
    const { transitions } = run(rule(), hour)
    expect(transitions.filter(({ event }) => event)).toMatchObject([
      { event: 'opened', at: T0 + 20 * MINUTE, startedAt: T0 + 20 * MINUTE },
      { event: 'resolved', startedAt: T0 + 20 * MINUTE, endedAt: T0 + 40 * MINUTE },
    ])
  })
  test('row 14: what is older than the last value opens nothing', () => {
    const { state } = run(rule(), minutes([null, null, null, 70]))
    expect(run(rule(), minutes([90, 90, 90]), state).events).toEqual([])
  })
  test('row 20: after its end the same condition is another episode', () => {
    expect(run(rule(), minutes([90, 70, 90])).events).toEqual(['opened 0', 'resolved 1', 'opened 2'])
  })
  test('row 20: closed by a person while it lasts: nothing until it was normal', () => {
    const closed = dismiss(run(rule(), minutes([90])).state)
    expect(run(rule(), minutes([null, 90, 90, 70, 90]), closed).events).toEqual(['opened 4'])
  })
})

describe('row 24: schedules in the city’s time', () => {
  const night = {
    windows: [
      {
        days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const,
        from: '22:00',
        to: '06:00',
      },
    ],
  }
  const windows = windowsOf({ windows: night.windows.map((w) => ({ ...w, days: [...w.days] })) }, 'Europe/Lisbon')
  const of = rule({ windows })
  test.for([
    // Lisbon leaves summer time on 25 October 2026 at 01:00 UTC: the night is 9 hours long
    ['2026-10-24T12:00:00Z', '2026-10-24T21:00:00Z', '2026-10-25T06:00:00Z'],
    // and enters it on 29 March 2026 at 01:00 UTC: 7 hours
    ['2026-03-28T12:00:00Z', '2026-03-28T22:00:00Z', '2026-03-29T05:00:00Z'],
  ])('a night across a change of the clocks: %s', ([noon = '', opens = '', closes = '']) => {
    const day = Date.parse(noon)
    const { state, events } = run(of, [{ at: day, value: 90 }])
    expect(events).toEqual([])
    // nothing new is measured: the old value is still over when the window opens
    const { transitions } = advance(of, state, day + 24 * 60 * MINUTE)
    expect(
      transitions.filter(({ event }) => event).map(({ event, at }) => [event, new Date(at).toISOString()]),
    ).toEqual([
      ['opened', new Date(opens).toISOString()],
      ['resolved', new Date(closes).toISOString()],
    ])
  })

  test('silence that begins outside the schedule fires when a window opens, though nothing is heard that could say so', () => {
    const levels = level({ threshold: 4, recovery: 4, forMs: 10 * MINUTE })
    const lasting = rule({ levels, windows, lasts: true })
    const opens = Date.parse('2026-06-01T21:00:00Z')
    const quarter = 15 * MINUTE
    const firedAfter = (of: MachineRule, heard: number): (string | number)[][] => {
      const until = opens + 60 * MINUTE
      const { state, transitions } = run(of, silenceEvidence(levels, { from: heard, intervalMs: quarter, until }))
      return [...transitions, ...advance(of, state, until).transitions]
        .filter(({ event }) => event !== null)
        .map(({ event, at, startedAt }) => [event ?? '', (at - opens) / MINUTE, ((startedAt ?? 0) - heard) / MINUTE])
    }
    // last heard 5 hours before, so the threshold of 4 intervals was reached 4 hours before
    expect(firedAfter(lasting, opens - 300 * MINUTE)).toEqual([['opened', 0, 60 + 1 / MINUTE]])
    // reached 5 minutes before: `for` ends in the window
    const [[event, at] = []] = firedAfter(lasting, opens - 65 * MINUTE)
    expect([event, Math.floor(Number(at))]).toEqual(['opened', 5])
    // a measurement says nothing of later: `for` begins with the window, and no further one comes
    expect(firedAfter(rule({ levels, windows }), opens - 300 * MINUTE)).toEqual([])
  })
})
