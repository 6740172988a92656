import { meanDirection, vectorSum } from './directions.ts'
import { isCircular, PROPERTIES } from './properties.ts'
import { isSoundLevel, meanLevel } from './sound.ts'

/**
 * How values of a property are aggregated: their mean as numbers, as energies (sound levels), as vectors (directions), or the
 * highest of them, where each is the maximum of its own interval.
 */
export type Average = 'arithmetic' | 'energy' | 'vector' | 'maximum'

export function averageOf(property: string): Average {
  if (isSoundLevel(property)) return 'energy'
  if (PROPERTIES.get(property)?.maximum) return 'maximum'
  return isCircular(property) ? 'vector' : 'arithmetic'
}

/** The mean, or the highest, of values that all count the same; null of none, and where directions cancel out. */
export function meanOf(values: readonly number[], average: Average): number | null {
  if (average === 'energy') return meanLevel(values) ?? null
  if (average === 'maximum') return values.length > 0 ? values.reduce((a, b) => Math.max(a, b)) : null
  if (average === 'vector') return meanDirection(vectorSum(values))?.mean ?? null
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null
}
