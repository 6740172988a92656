import { cellId, type LinkedTables } from './linked-tables.ts'

/** The values of each characteristic that tables list, whoever answered. */
export type Levels = Readonly<Record<string, readonly string[]>>

/** All groups of the table by these characteristics, whether anybody is in them or not. */
export const groupsOf = (levels: Levels, by: readonly string[]): Readonly<Record<string, string>>[] =>
  by.reduce<Readonly<Record<string, string>>[]>(
    (groups, name) => groups.flatMap((group) => (levels[name] ?? []).map((value) => ({ ...group, [name]: value }))),
    [{}],
  )

/**
 * The cells of all tables by one or two characteristics in which nobody is. They have to look like those below the threshold: if only
 * groups with respondents were listed, a group of at most nine that is listed in nine zones would have one respondent in each.
 */
export function emptyCells({ cells }: LinkedTables, levels: Levels): string[] {
  const names = Object.keys(levels)
  const pairs = names.flatMap((a, at) => [[a], ...names.slice(at + 1).map((b) => [a, b])])
  return pairs.flatMap((by) =>
    groupsOf(levels, by)
      .map(cellId)
      .filter((id) => !cells.has(id)),
  )
}
