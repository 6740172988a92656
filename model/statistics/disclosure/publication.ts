/**
 * What earlier publications of a survey said. A cell that one of them suppressed to protect others must not be published
 * unchanged later, and one that was published protects nothing while it is unchanged: its number is known.
 */
import { cellId, linkTables, type Profile, REST } from './linked-tables.ts'
import { pastCell, type SignedSum } from './protect.ts'

/** Of a cell: the number of its respondents, and digests of what they answered and of what they are; null where not kept any more. */
export type CellPrint = readonly [n: number | null, answers: number | null, profiles: number | null]
export type PublishedCells = {
  readonly hidden: Readonly<Record<string, CellPrint>>
  readonly shown: Readonly<Record<string, CellPrint>>
}
/** {"old": {name: {code: class}}, "new": {…}}: codes that stand for the same in two versions; a code of no class is itself */
export type CodeClasses = Readonly<Record<'old' | 'new', Readonly<Record<string, Readonly<Record<string, string>>>>>>
export type Publication = { readonly figure: string; readonly cells: PublishedCells; readonly classes: CodeClasses }

/** The cells of all tables of a figure, as they are compared with earlier ones. */
export function cellPrints(
  profiles: readonly Profile[],
  characteristics: readonly string[],
  answers: readonly string[],
): ReadonlyMap<string, readonly [n: number, answers: number, profiles: number]> {
  const names = [...characteristics].sort()
  const numbers = new Map<string, number>()
  const numberOf = (text: string): number => {
    const digest = numbers.get(text) ?? digestOf(text)
    numbers.set(text, digest)
    return digest
  }
  const digests = answers.map((answer, i) => [
    numberOf(answer),
    numberOf(JSON.stringify(names.map((name) => profiles[i]?.[name] ?? null))),
  ])
  const { cells } = linkTables(profiles, characteristics, digests)
  return new Map([...cells.values()].map(({ id, n, sums: [own = 0, who = 0] }) => [id, [n, own, who]] as const))
}

/** Of respondents who did not state a characteristic: never published, so hidden in every publication. */
export const isRestCell = (id: string): boolean => id.includes(`:${JSON.stringify(REST)}`)

/** 31 bits, so that sums over a million respondents are exact (FNV-1a). */
function digestOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 1) + 1
}

/** Values (of respondents, or digests) by cell; null where any value stands for the same. */
type Said = Map<string, Set<number | null>>
export type Past = {
  readonly hiddenNumbers: Said
  readonly shownNumbers: Said
  readonly shownProfiles: Said
  readonly figures: ReadonlyMap<string, { readonly hidden: Said; readonly shown: Said }>
  readonly sums: readonly PastSum[]
}
/** Hidden cells of one line of a table, whose sum a publication gave away; `now`: in codes of today, undefined where there is none. */
type PastSum = {
  readonly figure: string
  readonly cells: readonly {
    readonly id: string
    readonly now: string | undefined
    readonly sign: 1 | -1
    readonly print: CellPrint
  }[]
}

export function pastOf(publications: readonly Publication[]): Past {
  const past = {
    ...{ hiddenNumbers: new Map(), shownNumbers: new Map(), shownProfiles: new Map() },
    ...{ figures: new Map<string, { hidden: Said; shown: Said }>(), sums: publications.flatMap(sumsOf) },
  }
  for (const publication of publications) {
    const own = past.figures.get(publication.figure) ?? { hidden: new Map(), shown: new Map() }
    past.figures.set(publication.figure, own)
    eachCell(publication, 'shown', (cell, [n, answers, profiles], isSame) => {
      // of a code that was joined or split nothing is known now
      if (!isSame) return
      say(past.shownNumbers, cell, n)
      say(past.shownProfiles, cell, profiles)
      say(own.shown, cell, answers)
    })
    eachCell(publication, 'hidden', (cell, [n, answers], isSame) => {
      say(past.hiddenNumbers, cell, isSame ? n : null)
      say(own.hidden, cell, isSame ? answers : null)
    })
  }
  return past
}

function eachCell(
  { cells, classes }: Publication,
  kind: keyof PublishedCells,
  use: (cell: string, print: CellPrint, isSame: boolean) => void,
): void {
  for (const [id, print] of Object.entries(cells[kind])) {
    const now = inCodesOfNow(id, classes)
    for (const cell of now.cells) use(cell, print, now.isSame)
  }
}

/** A margin less its parts is nothing, so what a line hides has a known sum. */
function sumsOf({ figure, cells, classes }: Publication): PastSum[] {
  const lines = new Map<string, { id: string; sign: 1 | -1 }[]>()
  const names = [...new Set(Object.keys(cells.hidden).flatMap((id) => Object.keys(JSON.parse(id))))]
  const add = (group: Readonly<Record<string, string>>, along: string, id: string, sign: 1 | -1): void => {
    const { [along]: _, ...margin } = group
    const line = `${cellId(margin)} ${along}`
    lines.set(line, [...(lines.get(line) ?? []), { id, sign }])
  }
  for (const id of Object.keys(cells.hidden)) {
    const group: Readonly<Record<string, string>> = JSON.parse(id)
    const own = Object.keys(group)
    for (const along of own) add(group, along, id, 1)
    if (own.length < 2) for (const along of names) if (!own.includes(along)) add(group, along, id, -1)
  }
  return [...lines.values()].map((hidden) => ({
    figure,
    cells: hidden.map(({ id, sign }) => {
      const now = inCodesOfNow(id, classes)
      return { id, now: now.isSame ? now.cells[0] : undefined, sign, print: cells.hidden[id] ?? [null, null, null] }
    }),
  }))
}

function say(said: Said, cell: string, value: number | null): void {
  const known = said.get(cell)
  if (known) known.add(value)
  else said.set(cell, new Set([value]))
}

export type Constraints = {
  readonly seeds: readonly string[]
  readonly answerSeeds: readonly string[]
  readonly known: readonly string[]
  readonly keptBack: readonly string[]
  /** sums that were given away, of cells that are what they were and of others as they were then */
  readonly sums: readonly SignedSum[]
  readonly answerSums: readonly SignedSum[]
}

/**
 * What earlier publications mean for a figure. A number that another figure had shown is no secret, whatever this one hid.
 * @param keptBack cells in which few respondents differ: an equal number does not say that they are the same ones
 */
export function constraintsOf(
  past: Past,
  figure: string,
  prints: ReturnType<typeof cellPrints>,
  keptBack: ReadonlySet<string>,
): Constraints {
  const own = past.figures.get(figure)
  const isSaid = (said: Said | undefined, id: string, value: number | null): boolean =>
    said?.get(id)?.has(value) ?? false
  const isHidden = (said: Said | undefined, id: string, value: number): boolean =>
    isSaid(said, id, value) || isSaid(said, id, null)
  const ids = [...prints.keys()]
  const of = (
    rule: (id: string, print: readonly [n: number, answers: number, profiles: number]) => boolean,
  ): string[] => ids.filter((id) => rule(id, prints.get(id) ?? [0, 0, 0]))
  return {
    seeds: of((id, [n]) => isHidden(past.hiddenNumbers, id, n) && !isSaid(past.shownNumbers, id, n)),
    known: of((id, [n, , profiles]) =>
      keptBack.has(id) ? isSaid(past.shownProfiles, id, profiles) : isSaid(past.shownNumbers, id, n),
    ),
    keptBack: of((id, [n]) => keptBack.has(id) && !isHidden(past.hiddenNumbers, id, n)),
    answerSeeds: of((id, [, answers]) => isHidden(own?.hidden, id, answers) && !isSaid(own?.shown, id, answers)),
    sums: signedSums(past.sums, 0, prints, past.shownNumbers),
    answerSums: signedSums(
      past.sums.filter((sum) => sum.figure === figure),
      1,
      prints,
      own?.shown,
    ),
  }
}

/** Cells that are what they were are those of now; what has changed since is an unknown of its own, and what was shown is none. */
function signedSums(
  sums: readonly PastSum[],
  at: 0 | 1,
  prints: ReturnType<typeof cellPrints>,
  shown: Said | undefined,
): SignedSum[] {
  const found = new Map<string, SignedSum>()
  for (const [i, { cells }] of sums.entries()) {
    const own = cells.flatMap(({ id, now, sign, print }) => {
      const was = print[at]
      if (was !== null && shown?.get(now ?? id)?.has(was)) return []
      const isSame = now !== undefined && was !== null && prints.get(now)?.[at] === was
      return [[isSame ? now : pastCell(was === null ? `?${i}` : `${at} ${was}`, now ?? id), sign] as const]
    })
    // one that a publication alone gives away cannot be helped
    if (own.length > 1) found.set(JSON.stringify(own.toSorted(([a], [b]) => (a < b ? -1 : 1))), own)
  }
  return [...found.values()]
}

/** The cells of today that an earlier cell stands for or is part of; `isSame`: one cell of the same respondents. */
function inCodesOfNow(id: string, classes: CodeClasses): { cells: readonly string[]; isSame: boolean } {
  const group: Readonly<Record<string, string>> = JSON.parse(id)
  const entries = Object.entries(group)
  if (entries.every(([name]) => !classes.old[name] && !classes.new[name])) return { cells: [id], isSame: true }
  const codes = entries.map(([name, code]) => codesOfNow(name, code, classes))
  const [first = { name: '', codes: [] }, second] = codes
  const cells = first.codes.flatMap((a) =>
    second ? second.codes.map((b) => `{${part(first.name, a)},${part(second.name, b)}}`) : [`{${part(first.name, a)}}`],
  )
  return { cells, isSame: codes.every(({ isSame }) => isSame) }
}

const part = (name: string, code: string): string => `${JSON.stringify(name)}:${JSON.stringify(code)}`

function codesOfNow(name: string, code: string, classes: CodeClasses) {
  const [then, now] = [classes.old[name] ?? {}, classes.new[name] ?? {}]
  const own = then[code] ?? code
  const codes = Object.entries(now).flatMap(([key, value]) => (value === own ? [key] : []))
  if (!Object.hasOwn(now, own)) codes.push(own)
  const joined = Object.entries(then).filter(([key, value]) => value === own && key !== code).length
  const self = own !== code && !Object.hasOwn(then, own) ? 1 : 0
  return { name, codes, isSame: codes.length === 1 && joined + self === 0 }
}
