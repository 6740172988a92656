import { ALL_SOURCES } from '#model/alerting/subject-name.ts'
import { cityRef, zoneRefs } from './derived-rules.ts'
import type { SubjectRef } from './evaluation.ts'
import type { Instance } from './instances.ts'
import { thingRef } from './measured-rules.ts'
import { groupSubject } from './silence-rules.ts'
import { systemRef } from './system-rules.ts'
import type { ActiveRule, World } from './world.ts'

type Subject = Pick<Instance, 'subjectKind' | 'subjectId'>

/** The subject of an instance, as the evidence that made the instance describes it: timers open incidents too. */
export function refOf(world: World, rule: ActiveRule, { subjectKind, subjectId }: Subject): SubjectRef {
  const { condition } = rule.definition
  if (subjectKind === 'city') return cityRef(world)
  if (subjectKind === 'zone')
    return zoneRefs(world, undefined).get(Number(subjectId)) ?? goneRef(subjectKind, subjectId)
  if (subjectKind === 'system' && condition.kind === 'system') return systemRef(condition.measure)
  if (subjectKind === 'source' || subjectKind === 'system') {
    const isMember = (groups: readonly string[]): boolean => subjectId === ALL_SOURCES || groups.includes(subjectId)
    const members = [...world.things.values()].filter((thing) => isMember(thing.groups) && rule.covers(thing))
    return groupSubject(subjectId, members)
  }
  const thing = world.things.get(Number(subjectId))
  return thing ? thingRef(thing) : goneRef(subjectKind, subjectId)
}

const goneRef = (kind: SubjectRef['kind'], id: string): SubjectRef => ({
  ...{ kind, id, intervalSeconds: null },
  describe: () => ({
    ...{ kind, id, name: id, thingId: null, zoneId: null, zoneKey: null, owner: null },
    ...{ affectedThings: 0, affectedPeople: null },
  }),
})
