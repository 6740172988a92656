/** Whether the values of a property are sound levels, which are averaged as energies: 60 and 70 dB are 67.4 dB together. */
export const isSoundLevel = (property: string): boolean => property === 'sound_level'

/** Energy of a level in dB, relative to the reference; and the level of an energy. */
export const energyOf = (level: number): number => 10 ** (level / 10)
export const levelOf = (energy: number): number => 10 * Math.log10(energy)

/** The mean of levels: that of their energies. Undefined of none. */
export function meanLevel(levels: readonly number[]): number | undefined {
  return levels.length > 0
    ? levelOf(levels.reduce((sum, level) => sum + energyOf(level), 0) / levels.length)
    : undefined
}
