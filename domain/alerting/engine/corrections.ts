/** What late data changes in the history of a rule at a Thing: pure functions. */
import { type Severity, severityRank } from '#model/alerting/states.ts'
import { SECOND_MS } from '#model/basics/durations.ts'
import { advance, type Evidence, initialState, type MachineRule, observe, type Transition } from '../machine.ts'

/** Unix milliseconds; `endedAt` null: it lasts */
export type Stretch = { readonly startedAt: number; readonly endedAt: number | null }
export type Episode = Stretch & { readonly severity: Severity }
export type Recorded = Stretch & {
  readonly incidentId: number
  /** it ended by its condition, and not because somebody closed it */
  readonly isEndKnown: boolean
  /** false where what is stored does not say alone when it began and ended */
  readonly isComparable: boolean
}

export type Correction = {
  /** null: there was no incident */
  readonly incidentId: number | null
  readonly kind: 'would_have_fired' | 'other_times' | 'not_exceeded'
  readonly severity: Severity | null
  readonly startedAt: number | null
  readonly endedAt: number | null
}

/** When the rule fires on all that is known now. Missing data is not part of it: at that time it was missing. */
export function episodesOf(machine: MachineRule, evidence: readonly Evidence[], until: number): Episode[] {
  const rule: MachineRule = { ...machine, noDataSeverity: undefined }
  let state = initialState(rule)
  const transitions: Transition[] = []
  for (const each of evidence) {
    const step = observe(rule, state, each)
    state = step.state
    transitions.push(...step.transitions)
  }
  transitions.push(...advance(rule, state, until).transitions)
  return transitions.reduce(follow, [])
}

function follow(episodes: Episode[], { event, severity, startedAt, endedAt, at }: Transition): Episode[] {
  if (event === null) return episodes
  const last = episodes.at(-1)
  const open =
    last?.endedAt === null ? last : { startedAt: startedAt ?? at, endedAt: null, severity: severity ?? 'info' }
  const severest = severity !== null && severityRank(severity) > severityRank(open.severity) ? severity : open.severity
  return [...(open === last ? episodes.slice(0, -1) : episodes), { ...open, severity: severest, endedAt }]
}

type Compared<Said> = {
  readonly recorded: readonly Recorded[]
  readonly episodes: readonly Episode[]
  /** where late data may have changed something */
  readonly region: Stretch
  /** what holds of them so far */
  readonly said: readonly Said[]
}

/** @returns what has to be said now, and what no longer holds */
export function correctionsOf<Said extends Correction>({ recorded, episodes, region, said }: Compared<Said>) {
  const ofIncidents = recorded
    .filter(({ isComparable }) => isComparable)
    .map((incident) => ({ incident, truth: truthOf(incident, episodes) }))
    .filter(({ incident, truth }) => !isAsRecorded(incident, truth) || said.some(isAbout(incident)))
  const wanted = [
    ...ofIncidents.map(({ truth }) => truth),
    ...episodes
      .filter((episode) => overlap(episode, region))
      .filter((episode) => !recorded.some((incident) => stands(incident, episode, episodes)))
      .map((episode): Correction => ({ ...episode, incidentId: null, kind: 'would_have_fired' })),
  ]
  return {
    added: wanted.filter((truth) => !said.some((one) => isSame(one, truth))),
    superseded: said.filter((one) => !wanted.some((truth) => isSame(one, truth))),
  }
}

const isAbout =
  ({ incidentId }: Recorded) =>
  (one: Correction): boolean =>
    one.incidentId === incidentId

/** An incident stands for the first episode that it overlaps: what follows another end would have been another incident. */
const firstOf = (incident: Recorded, episodes: readonly Episode[]): Episode | undefined =>
  episodes.find((episode) => overlap(incident, episode))

const stands = (incident: Recorded, episode: Episode, episodes: readonly Episode[]): boolean =>
  incident.isComparable ? firstOf(incident, episodes) === episode : overlap(incident, episode)

function truthOf(incident: Recorded, episodes: readonly Episode[]): Correction {
  const { incidentId } = incident
  const first = firstOf(incident, episodes)
  if (!first) return { incidentId, kind: 'not_exceeded', severity: null, startedAt: null, endedAt: null }
  return { ...first, incidentId, kind: 'other_times' }
}

const isAsRecorded = ({ startedAt, endedAt, isEndKnown }: Recorded, truth: Correction): boolean =>
  truth.kind === 'other_times' && isNear(startedAt, truth.startedAt) && (!isEndKnown || isNear(endedAt, truth.endedAt))

const isSame = (a: Correction, b: Correction): boolean =>
  a.kind === b.kind && a.incidentId === b.incidentId && isNear(a.startedAt, b.startedAt) && isNear(a.endedAt, b.endedAt)

/** The database counts microseconds. */
const isNear = (a: number | null, b: number | null): boolean =>
  a === null || b === null ? a === b : Math.abs(a - b) < SECOND_MS

export const overlap = (a: Stretch, b: Stretch): boolean =>
  a.startedAt <= (b.endedAt ?? Number.POSITIVE_INFINITY) && b.startedAt <= (a.endedAt ?? Number.POSITIVE_INFINITY)
