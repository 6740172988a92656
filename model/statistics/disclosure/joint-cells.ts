import type { LinkedTables } from './linked-tables.ts'

/**
 * The full cross-classification behind the tables: every combination of one level of each characteristic (or of not
 * stating it) of which no pair is known to be empty. Each is given as the ids of all cells that it is a part of.
 * @returns undefined where there are more than `maxCombinations`
 */
export function jointCells(
  { cells }: LinkedTables,
  maxCombinations: number,
): readonly (readonly string[])[] | undefined {
  const levels = new Map<string, string[]>()
  for (const { id, level, table } of cells.values())
    if (level === 1) levels.set(table, [...(levels.get(table) ?? []), id.slice(1, -1)])
  let joint: (readonly string[])[] = [[]]
  // in the order of the names, as ids are written
  for (const name of [...levels.keys()].sort()) {
    const parts = levels.get(name) ?? []
    joint = joint.flatMap((before) =>
      parts.filter((part) => before.every((other) => cells.has(`{${other},${part}}`))).map((part) => [...before, part]),
    )
    if (joint.length > maxCombinations) return undefined
  }
  return joint.map((parts) => [
    '{}',
    ...parts.map((part) => `{${part}}`),
    ...parts.flatMap((a, i) => parts.slice(i + 1).map((b) => `{${a},${b}}`)),
  ])
}
