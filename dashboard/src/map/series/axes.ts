/** The sides of a chart on which units are written; a third unit would have no axis. */
export const AXES = ['y', 'y2'] as const
export type Axis = (typeof AXES)[number]

/**
 * The axis of each series by its unit: the unit of the first series on the first axis, the first other unit on the second. A
 * series of a third unit has none, because two units on one axis would be compared by eye as if they were one.
 */
export function axesOf(units: readonly string[]): (Axis | null)[] {
  const shown = [...new Set(units)]
  return units.map((unit) => AXES[shown.indexOf(unit)] ?? null)
}
