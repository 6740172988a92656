import type { AlertRule } from '../alerting/rule.ts'
import type { Restriction } from './actor.ts'

type Place = { readonly zone: string | null; readonly owner: string | null }

/** Whether what is about one place and owner is within; null: everywhere. */
export const isWithin = (restriction: Restriction | null, { zone, owner }: Place): boolean =>
  restriction === null ||
  (zone !== null && restriction.zones.includes(zone)) ||
  (owner !== null && restriction.owners.includes(owner))

type Selection = { readonly zones: readonly string[]; readonly owners: readonly string[] }

/** Whether everything that a selection can match is within. Both lists apply at once; one that is empty leaves nothing out. */
export const isSelectionWithin = (restriction: Restriction | null, { zones, owners }: Selection): boolean =>
  restriction === null ||
  (zones.length > 0 && zones.every((zone) => restriction.zones.includes(zone))) ||
  (owners.length > 0 && owners.every((owner) => restriction.owners.includes(owner)))

/** Whether an alert rule opens incidents of these zones only. Rules on the city or the system have no zones. */
export const isRuleWithin = (restriction: Restriction | null, { condition, per, scope }: AlertRule): boolean =>
  restriction === null ||
  (condition.kind !== 'system' &&
    per !== 'city' &&
    isSelectionWithin(restriction, { zones: scope.zones ?? [], owners: [] }))
