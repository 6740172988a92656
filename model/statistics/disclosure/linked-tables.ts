/**
 * All tables of one question that can be requested, as one system: the total, one table for each characteristic
 * and one for each pair of them. A cell is named by what it fixes; every line of every table is an equation,
 * margin = sum of its cells. Tables share margins, so one of them may reveal what another hides.
 */
export type LinkedCell = {
  readonly id: string
  readonly n: number
  readonly level: 0 | 1 | 2
  /** the characteristics that it fixes, as one name: the same for all cells of a table */
  readonly table: string
  /** respondents who did not state a characteristic: in no published table */
  readonly rest: boolean
  /** sums of the measures of its respondents, in the order of `measures` */
  readonly sums: readonly number[]
}
/** ids of a margin and of the cells that add up to it */
export type Line = { readonly margin: string; readonly parts: readonly string[] }
export type LinkedTables = { readonly cells: ReadonlyMap<string, LinkedCell>; readonly lines: readonly Line[] }

/** characteristic -> category of the respondent; null where it is not known */
export type Profile = Readonly<Record<string, string | null>>

/** Respondents of whom a characteristic is not known: in no table, but what is missing from the sums is theirs. */
export const REST = ' not stated'

/** The name of a cell: the same whatever the order of its characteristics. The total is '{}'. */
export const cellId = (group: Readonly<Record<string, string>>): string =>
  `{${Object.entries(group)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => partOf(name, value))
    .join(',')}}`

const partOf = (name: string, value: string): string => `${JSON.stringify(name)}:${JSON.stringify(value)}`

/**
 * Builds the system over those who answered the question.
 * @param measures of each respondent, as many for every one: what is summed in each cell besides the number of respondents
 * @param others who did not answer: of their cells those that `keeps` names are there too, with nobody in them
 */
export function linkTables(
  profiles: readonly Profile[],
  characteristics: readonly string[],
  measures: readonly (readonly number[])[] = [],
  others: readonly Profile[] = [],
  keeps: (id: string) => boolean = () => false,
): LinkedTables {
  const names = [...characteristics].sort()
  const cells = new Map<string, LinkedCell & { n: number; sums: number[] }>()
  const lines = new Map<string, Set<string>>()
  let own: readonly number[] = []
  let one: 0 | 1 = 1
  const count = (level: 0 | 1 | 2, table: string, rest: boolean, parts: string): string => {
    const id = `{${parts}}`
    const known = cells.get(id)
    if (known) {
      known.n += one
      own.forEach((value, k) => {
        known.sums[k] = (known.sums[k] ?? 0) + value
      })
    } else cells.set(id, { id, n: one, level, table, rest, sums: [...own] })
    return id
  }
  const join = (line: string, part: string): void => {
    const known = lines.get(line)
    if (known) known.add(part)
    else lines.set(line, new Set([part]))
  }
  const nothing = (measures[0] ?? []).map(() => 0)
  for (const [i, profile] of [...profiles, ...others].entries()) {
    one = i < profiles.length ? 1 : 0
    own = one === 1 ? (measures[i] ?? []) : nothing
    const total = count(0, '', false, '')
    // written as cellId writes it, which is too slow for every pair of every respondent
    const stated = names.map((name) => {
      const value = profile[name] ?? REST
      const part = partOf(name, value)
      return { name, part, rest: value === REST, id: count(1, name, value === REST, part) }
    })
    stated.forEach((a, at) => {
      join(lineOf(total, a.name), a.id)
      for (const b of stated.slice(at + 1)) {
        const both = count(2, `${a.name}\n${b.name}`, a.rest || b.rest, `${a.part},${b.part}`)
        join(lineOf(a.id, b.name), both)
        join(lineOf(b.id, a.name), both)
      }
    })
  }
  for (const { id, n, rest } of cells.values()) if (n === 0 && !rest && !keeps(id)) cells.delete(id)
  return {
    cells,
    lines: [...lines].flatMap(([key, parts]) => {
      const margin = marginOf(key)
      return cells.has(margin) ? [{ margin, parts: [...parts].filter((id) => cells.has(id)) }] : []
    }),
  }
}

const lineOf = (margin: string, along: string): string => `${margin}\n${along}`
const marginOf = (line: string): string => line.slice(0, line.lastIndexOf('\n'))
