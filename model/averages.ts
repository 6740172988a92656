import { isCircular } from './properties.ts'
import { isSoundLevel } from './sound.ts'

/** How values of a property are averaged: as numbers, as energies (sound levels), as vectors (directions). */
export type Average = 'arithmetic' | 'energy' | 'vector'

export function averageOf(property: string): Average {
  if (isSoundLevel(property)) return 'energy'
  return isCircular(property) ? 'vector' : 'arithmetic'
}
