import type { Incident } from '#model/api/alerts.ts'
import type { Formatters } from '../../i18n/formatters.ts'
import { ruleName } from '../../now/rule-name.ts'
import { subjectName } from '../../now/subject-name.ts'

/** What happened in a window of time: an incident, an outage (something is silent), or a gap in what the layer shows. */
export type RibbonItem = {
  readonly id: string
  readonly kind: 'event' | 'outage' | 'gap'
  readonly severity: Incident['severity'] | null
  /** rule and subject of an incident; '' of a gap */
  readonly name: string
  /** ms; the end of what lasts is null */
  readonly start: number
  readonly end: number | null
}
export type Window = { readonly from: number; readonly to: number }

/** Conditions and subjects under which something does not send, rather than measures too much. */
const isOutage = ({ condition, subject, property }: Incident): boolean =>
  condition === 'no_data' || subject.kind === 'source' || subject.kind === 'system' || property === 'online'

/** Incidents that lasted into the window, oldest first. Those that became part of another are left out: it stands for them. */
export function incidentItems(
  incidents: readonly Incident[],
  { from, to }: Window,
  i18n: Pick<Formatters, 'named' | 't'>,
): RibbonItem[] {
  return incidents
    .filter(({ causeId }) => causeId === null)
    .map((incident): RibbonItem => {
      const { id, rule, subject, maxSeverity, startedAt, endedAt } = incident
      return {
        id,
        kind: isOutage(incident) ? 'outage' : 'event',
        severity: maxSeverity,
        name: `${ruleName(i18n, rule)}: ${subjectName(i18n, subject)}`,
        start: Date.parse(startedAt),
        end: endedAt === null ? null : Date.parse(endedAt),
      }
    })
    .filter(({ start, end }) => start < to && (end === null || end > from))
    .toSorted((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1))
}

/** A frame with less than half of what the fullest frame of the window has is a gap; frames next to each other are one. */
const GAP = 0.5

/** @param edges starts of the frames and the end of the last, ms; `filled` has one share a frame */
export function gapItems(edges: readonly number[], filled: readonly number[], now: number): RibbonItem[] {
  const least = GAP * filled.reduce((most, share) => Math.max(most, share), 0)
  const gaps: { start: number; end: number }[] = []
  for (const [k, share] of filled.entries()) {
    const [start, end] = [edges[k] ?? 0, edges[k + 1] ?? 0]
    // what has not ended yet cannot be complete
    if (share >= least || end > now) continue
    const last = gaps.at(-1)
    if (last && last.end === start) last.end = end
    else gaps.push({ start, end })
  }
  return gaps.map(({ start, end }) => ({ id: `gap-${start}`, kind: 'gap', severity: null, name: '', start, end }))
}

/** Where an item lies in the window, as shares of its length from its beginning. */
export function placeOf(
  { start, end }: RibbonItem,
  { from, to }: Window,
): { readonly at: number; readonly length: number } {
  const clip = (time: number): number => Math.min(1, Math.max(0, (time - from) / (to - from)))
  const at = clip(start)
  return { at, length: clip(end ?? to) - at }
}
