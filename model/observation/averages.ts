import { meanDirection, vectorSum } from './directions.ts'
import { isCircular } from './properties.ts'
import { isSoundLevel, meanLevel } from './sound.ts'

/** How values of a property are averaged: as numbers, as energies (sound levels), as vectors (directions). */
export type Average = 'arithmetic' | 'energy' | 'vector'

export function averageOf(property: string): Average {
  if (isSoundLevel(property)) return 'energy'
  return isCircular(property) ? 'vector' : 'arithmetic'
}

/** The mean of values that all count the same; null of none, and where directions cancel out. */
export function meanOf(values: readonly number[], average: Average): number | null {
  if (average === 'energy') return meanLevel(values) ?? null
  if (average === 'vector') return meanDirection(vectorSum(values))?.mean ?? null
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null
}
