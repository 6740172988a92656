import type { Queryable } from '#infra/db/pool.ts'
import type { SubjectKind } from '#model/alerting/states.ts'
import { type InstanceState, isIdle } from '../machine.ts'

/** A rule at one subject that is anything but normal, or was until lately. `subjectId`: of Things and zones their number. */
export type Instance = {
  readonly ruleId: string
  readonly subjectKind: SubjectKind
  readonly subjectId: string
  readonly state: InstanceState
  readonly incidentId: number | null
  /** when the row was written; 0 for one that is only in memory */
  readonly storedAt: number
}

/** Instances by subject, then by rule: what has no instance is normal. */
export class Instances {
  readonly #bySubject = new Map<string, Map<string, Instance>>()

  get size(): number {
    let size = 0
    for (const own of this.#bySubject.values()) size += own.size
    return size
  }

  of(subject: string): ReadonlyMap<string, Instance> | undefined {
    return this.#bySubject.get(subject)
  }

  get(subject: string, ruleId: string): Instance | undefined {
    return this.#bySubject.get(subject)?.get(ruleId)
  }

  set(instance: Instance): void {
    const subject = subjectKey(instance)
    const own = this.#bySubject.get(subject) ?? new Map<string, Instance>()
    own.set(instance.ruleId, instance)
    this.#bySubject.set(subject, own)
  }

  delete(instance: Instance): void {
    const subject = subjectKey(instance)
    const own = this.#bySubject.get(subject)
    own?.delete(instance.ruleId)
    if (own?.size === 0) this.#bySubject.delete(subject)
  }

  *all(): Generator<Instance> {
    for (const own of this.#bySubject.values()) yield* own.values()
  }
}

export const subjectKey = ({ subjectKind, subjectId }: Pick<Instance, 'subjectKind' | 'subjectId'>): string =>
  `${subjectKind}:${subjectId}`

type Row = {
  readonly rule_id: string
  readonly subject_kind: SubjectKind
  readonly subject_id: string
  readonly state: InstanceState
  readonly incident_id: number | null
  readonly updated_at: Date
}

export async function loadInstances(db: Queryable): Promise<Instances> {
  const instances = new Instances()
  const { rows } = await db.query<Row>(
    `select rule_id, subject_kind, subject_id, state, incident_id, updated_at from alert_state`,
  )
  for (const row of rows)
    instances.set({
      ...{ ruleId: row.rule_id, subjectKind: row.subject_kind, subjectId: row.subject_id },
      ...{ state: row.state, incidentId: row.incident_id, storedAt: row.updated_at.getTime() },
    })
  return instances
}

/** A normal instance may be forgotten when nothing that was evaluated before would be evaluated again. */
export const isForgettable = ({ state, incidentId }: Instance, before: number): boolean =>
  isIdle(state) && incidentId === null && (state.lastAt ?? 0) < before
