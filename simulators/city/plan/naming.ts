import { createRandom } from '../../random/random.ts'
import type { Polygon } from '../geometry/arcs.ts'
import { distance, type Point } from '../geometry/geometry.ts'
import type { Character, Street } from './city-plan.ts'
import { DISTRICT_NAMES, RADIAL_NAMES, STREET_KINDS, STREET_STEMS } from './names.ts'
import type { Terrain } from './terrain.ts'

export type NamedDistrict = {
  label: number
  key: string
  name: string
  character: Character
  polygons: Polygon[]
  areaM2: number
  centre: Point
}

/** Names by place: the founding quarter, the other bank, the waterside, the inner hills, the outskirts. */
export function nameDistricts(
  seed: number,
  shells: readonly { label: number; polygons: Polygon[]; areaM2: number; centre: Point }[],
  terrain: Terrain,
): NamedDistrict[] {
  const random = createRandom(seed, 101)
  const pools = Object.fromEntries(
    Object.entries(DISTRICT_NAMES).map(([k, names]) => [k, random.shuffle([...names])]),
  ) as Record<Character, string[]>
  const outer = [...shells]
    .sort((a, b) => distance(b.centre, terrain.centre) - distance(a.centre, terrain.centre))
    .slice(0, 5)
  return shells.map((shell) => {
    const character = characterOf(shell, terrain, outer.includes(shell))
    const name = pools[character].pop() ?? pools.inland.pop() ?? pools.water.pop() ?? `Ward ${shell.label}`
    return { ...shell, character, name, key: name.toLowerCase().replaceAll(' ', '-') }
  })
}
function characterOf(shell: { label: number; centre: Point }, terrain: Terrain, outer: boolean): Character {
  if (shell.label === 1) return 'old'
  if (shell.label === 2) return 'second'
  if (outer) return 'outer'
  return terrain.land(shell.centre) < 420 ? 'water' : 'inland'
}

/** Every arterial and collector gets a name; local streets get one too, for the Things that stand in them. */
export function nameStreets(seed: number, streets: readonly Street[], terrain: Terrain): Street[] {
  const random = createRandom(seed, 102)
  const radials = random.shuffle([...RADIAL_NAMES])
  const names = STREET_KINDS.flatMap((kind) => random.shuffle([...STREET_STEMS]).map((stem) => `${stem} ${kind}`))
  let next = 0
  return streets.map((street) => {
    if (street.role === 'inner ring') return { ...street, name: 'Ramparts' }
    if (street.role === 'outer ring') return { ...street, name: 'Ring Road' }
    if (street.role === 'boulevard') return { ...street, name: 'Harbour Boulevard' }
    if (street.role === 'link') return { ...street, name: 'Old Bridge Road' }
    if (street.role === 'radial') return { ...street, name: radials.pop() ?? 'Cape Road' }
    const nearWater = terrain.land(street.line[0] as Point) < 90 && street.class === 'collector'
    const name = names[next++ % names.length] as string
    return { ...street, name: nearWater && next % 3 === 0 ? `${name.split(' ')[0]} Quay` : name }
  })
}
