import type { ThingRow } from '#model/city/city-pack.ts'
import { byPlainId, deviceNamed, deviceOf } from './device-names.ts'
import { count, type Line, someOf } from './lines.ts'
import type { Heard } from './listen.ts'

/**
 * Whether the Things of the list are those that send. A device that no row names registers itself, without a place, and the Thing that
 * it is stays without values: both is said, and a Thing that has the id of such a device in another column is a mistake.
 */
export function thingLines(things: readonly ThingRow[], { devices }: Pick<Heard, 'devices'>, seconds: number): Line[] {
  if (things.length === 0 || devices.size === 0) return []
  const silent = things.filter((thing) => !devices.has(deviceOf(thing)))
  const listed = new Set(things.map(deviceOf))
  const strangers = [...devices.keys()].filter((device) => !listed.has(device))
  const known = byPlainId(strangers)
  const meant = silent.flatMap((thing) => meantBy(thing, known))
  const silence = `things.csv: ${count(things.length - silent.length, 'Thing')} of ${things.length} sent a value`
  const still = silent.length > 0 ? `; none within ${seconds} s from ${someOf(silent.map(({ key }) => key))}` : ''
  const unlisted = `devices that send and are in no row of things.csv, so that they register themselves, unconfirmed: ${someOf(strangers)}`
  return [
    ...meant.slice(0, 1).map(({ thing, column, device }) => ({
      text: `things.csv: Thing "${thing.key}" has no message, and its ${column} is that of ${device}; write ${device} into its column device${meant.length > 1 ? `, and so of ${count(meant.length - 1, 'other Thing')}` : ''}`,
      isProblem: true,
    })),
    { text: `${silence}${still}`, isProblem: false },
    ...(strangers.length > 0 ? [{ text: unlisted, isProblem: false }] : []),
  ]
}

type Meant = { readonly thing: ThingRow; readonly column: string; readonly device: string }
function meantBy(thing: ThingRow, known: ReadonlyMap<string, string>): Meant[] {
  const columns = Object.entries({ key: thing.key, name: thing.name, ...thing.attributes })
  for (const [column, value] of columns) {
    const device = deviceNamed(String(value ?? ''), known)
    if (device !== undefined) return [{ thing, column, device }]
  }
  return []
}
