import type { Backtest } from '#domain/alerting/backtest/backtest.ts'
import type { BacktestResponse } from '#model/api/alerts.ts'

/** Of the transitions in an answer; beyond it they are counted. */
const MAX_TRANSITIONS = 5_000

type Window = { readonly from: Date; readonly to: Date }
type Found = Backtest['transitions'][number]

export function backtestAnswer({ subjects, evaluated, transitions }: Backtest, { from, to }: Window): BacktestResponse {
  const events = transitions.filter(({ event }) => event !== null)
  const byKind = Map.groupBy(events, ({ event }) => String(event))
  return {
    ...{ from: from.toISOString(), to: to.toISOString(), subjects, evaluated },
    transitions: transitions.slice(0, MAX_TRANSITIONS).map(transitionOf),
    transitionsTotal: transitions.length,
    truncated: transitions.length > MAX_TRANSITIONS,
    incidents: incidentsOf(events).slice(0, MAX_TRANSITIONS),
    messages: {
      total: events.length,
      byKind: Object.fromEntries([...byKind].map(([kind, own]) => [kind, own.length])),
    },
  }
}

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

function transitionOf({ at, startedAt, endedAt, ...rest }: Found): BacktestResponse['transitions'][number] {
  return { ...rest, at: new Date(at).toISOString(), startedAt: iso(startedAt), endedAt: iso(endedAt) }
}

/** An incident begins with the first event of an episode, and ends with the one that has an end. */
function incidentsOf(events: readonly Found[]): BacktestResponse['incidents'] {
  const incidents: BacktestResponse['incidents'] = []
  const open = new Map<string, BacktestResponse['incidents'][number]>()
  for (const { subject, severity, startedAt, endedAt, at } of events) {
    const known = open.get(subject)
    const incident = known ?? {
      ...{ subject, severity: severity ?? 'warning', startedAt: new Date(startedAt ?? at).toISOString() },
      ...{ endedAt: null, durationSeconds: null },
    }
    if (!known) incidents.push(incident)
    open.set(subject, incident)
    if (severity !== null && RANK[severity] > RANK[incident.severity]) incident.severity = severity
    if (endedAt === null) continue
    incident.endedAt = new Date(endedAt).toISOString()
    incident.durationSeconds = Math.max(0, Math.round((endedAt - Date.parse(incident.startedAt)) / 1000))
    open.delete(subject)
  }
  return incidents
}

const RANK = { info: 0, warning: 1, critical: 2 } as const
