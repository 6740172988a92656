import type { Codebook, Question } from '../survey/codebook.ts'
import { type Decimal, readNumberText } from '../text/numbers.ts'
import { parseNumberColumns } from '../text/table-numbers.ts'
import { type Column, columnOf, isYesNo, type TableCell } from './column-profile.ts'
import { type KnownSurvey, knownSurvey } from './known-surveys.ts'

/** A first codebook made of a plain table, and what a person must look at before it is used. */
export type Draft = {
  readonly codebook: Codebook
  readonly notes: readonly { readonly column: string; readonly note: DraftNote }[]
  /** what each column holds, so that a person can decide otherwise */
  readonly columns: readonly { name: string; distinct: number; empty: number; examples: string[] }[]
}
export type DraftNote =
  | 'no_respondent'
  | 'no_weight'
  | 'no_zone'
  | 'label_categories'
  | 'check_missing'
  | 'choose_counts'
  | 'check_group'
  | 'check_scale'
  | 'check_blank'
  | 'check_replicates'
  | 'left_out_text'
  | 'left_out_empty'

const NAMES = {
  respondent: /^(id|.*[_ ]id|resp(ondent)?([_ ]?(id|no|nr))?|case([_ ]?id)?|hh[_ ]?id|uuid|interview.*)$/i,
  weight: /(^w(t|gt)?$|weight|gewicht|poids|peso|pondera)/i,
  stratum: /strat/i,
  cluster: /(cluster|^psu$|^ea$|block|segment)/i,
  zone: /(zone|district|barri|ward|quartier|bezirk|neighbou?rhood|municip)/i,
  group:
    /^(sex|gender|age([_ ]?(group|band|class))?|.*educ.*|.*income.*|.*quintile.*|disab.*|migra.*|.*birth.*|household[_ ]?type|hh[_ ]?type|.*urban.*|rural|tenure|occupation|labou?r.*|.*employ.*)$/i,
} as const
const MAX_EXAMPLES = 5
/** Columns of this many numbers and one such name are no questions. */
const FEWEST_REPLICATES = 10
const REPLICATE_NAMES = /(rep|brr|fay|jk|jack|boot|^bs|w(gh?)?t|weight)/i

/**
 * Guesses, by names and values, which column is the respondent, the weight, the design, the zone, and what is asked in
 * the others. Labels, which answers count and which indicator a question answers are for a person to say: the file does
 * not tell. Free text is left out, because it may name somebody.
 */
export function draftCodebook(
  answers: readonly (readonly TableCell[])[],
  about: {
    expected?: Decimal | undefined
    id: string
    title: string
    universe: string
    from: string
    to: string
    zones: ReadonlySet<string>
  },
): Draft {
  const table = numbersOf(answers, about.expected)
  const heading = (table[0] ?? []).map((cell) => String(cell ?? '').trim())
  const columns = heading.flatMap((name, index) => (name === '' ? [] : [columnOf(name, index, table)]))
  const notes: { column: string; note: DraftNote }[] = []
  const design = designOf(columns, about.zones)
  if (!design.respondent) notes.push({ column: '', note: 'no_respondent' })
  if (!design.weight) notes.push({ column: '', note: 'no_weight' })
  if (!design.zone) notes.push({ column: '', note: 'no_zone' })
  const replicates = replicateGroups(columns)
  for (const [first] of replicates) if (first) notes.push({ column: first.name, note: 'check_replicates' })
  const taken = new Set([...Object.values(design), ...replicates.flat()].map((column) => column?.name))
  const questions = columns.flatMap((column) => {
    if (taken.has(column.name)) return []
    const asked = questionOf(column)
    notes.push(...asked.notes.map((note) => ({ column: column.name, note })))
    return asked.question ? [asked.question] : []
  })
  const { zones: _, expected: __, ...head } = about
  const named = Object.entries(design).flatMap(([part, column]) => (column ? [[part, column.name]] : []))
  const codebook: Codebook = {
    ...head,
    simulated: false,
    columns: { respondent: '', ...Object.fromEntries(named) },
    questions,
    threshold: 10,
  }
  return { codebook, notes, columns: columns.map(summary) }
}

/** Numbers of the same name with a number behind it (repw1 to repw80): how their variance is made is for a person to say. */
function replicateGroups(columns: readonly Column[]): Column[][] {
  const stemOf = ({ name }: Column): string => /^(.*?)\d+$/.exec(name)?.[1] ?? ''
  const numbers = columns.filter(({ numeric, least, empty }) => numeric && least >= 0 && empty === 0)
  return [...Map.groupBy(numbers, stemOf)].flatMap(([stem, group]) =>
    REPLICATE_NAMES.test(stem) && group.length >= FEWEST_REPLICATES ? [group] : [],
  )
}

const summary = ({ name, counts, empty }: Column): Draft['columns'][number] => ({
  name,
  distinct: counts.size,
  empty,
  // of a column in which everybody has another value an example would be somebody's
  examples: [...counts].flatMap(([value, n]) => (n > 1 ? [value] : [])).slice(0, MAX_EXAMPLES),
})

type Part = 'respondent' | 'weight' | 'stratum' | 'cluster' | 'zone'

function designOf(columns: readonly Column[], zones: ReadonlySet<string>): Partial<Record<Part, Column | undefined>> {
  const unique = columns.filter(({ counts, rows, empty }) => empty === 0 && counts.size === rows)
  const known = knownSurvey(columns.map(({ name }) => name))
  /** Names of a known survey come first, in their own order. */
  const first = (part: keyof typeof NAMES & keyof KnownSurvey, among: readonly Column[]): Column | undefined =>
    known?.[part].flatMap((name) => among.find((one) => one.name.toLowerCase() === name) ?? [])[0]
  const respondent =
    first('respondent', unique) ??
    unique.find(({ name }) => NAMES.respondent.test(name)) ??
    unique.find((one) => !one.decimal)
  const rest = columns.filter((one) => one !== respondent)
  const named = (part: 'weight' | 'stratum' | 'cluster', fits: (column: Column) => boolean) => {
    const usable = rest.filter((one) => one.empty === 0 && fits(one))
    return first(part, usable) ?? (known ? undefined : usable.find((one) => NAMES[part].test(one.name)))
  }
  const weight = named('weight', ({ numeric, least }) => numeric && least > 0)
  const inZones = ({ counts }: Column): boolean => counts.size > 0 && [...counts.keys()].every((key) => zones.has(key))
  const zone = rest.find((one) => NAMES.zone.test(one.name) && inZones(one)) ?? rest.find(inZones)
  const repeats = ({ counts, rows }: Column): boolean => counts.size < rows
  return { respondent, weight, zone, stratum: named('stratum', repeats), cluster: named('cluster', repeats) }
}

function questionOf(column: Column): { question: Question | undefined; notes: DraftNote[] } {
  const { name, answers, missing } = column
  if (answers.length === 0) return { question: undefined, notes: ['left_out_empty'] }
  const base = {
    column: name,
    text: name,
    missing: [...missing],
    base: 'household' as const,
    scale: 'nominal' as const,
    blank: 'not_answered' as const,
  }
  const check: DraftNote[] = [
    ...(missing.length > 0 ? (['check_missing'] as const) : []),
    ...(column.empty > 0 ? (['check_blank'] as const) : []),
  ]
  if (column.kind === 'text') return { question: undefined, notes: ['left_out_text'] }
  if (column.kind === 'number') return { question: { ...base, group: false }, notes: check }
  const group = NAMES.group.test(name)
  const counts = isYesNo(answers)
  const indicator = /^hh(\d{1,2})(?!\d)/i.exec(name)?.[1]
  const question: Question = {
    ...base,
    categories: Object.fromEntries(answers.map((answer) => [answer, answer])),
    group,
    ...(counts && { counts: [counts] }),
    ...(indicator && Number(indicator) >= 1 && Number(indicator) <= 19 && { indicator: `HH${Number(indicator)}` }),
  }
  const coded = answers.every((answer) => /^-?\d+$/.test(answer))
  const notes: DraftNote[] = [...check, ...(coded ? (['label_categories'] as const) : [])]
  // an order is for a person to say: 1 and 2 may be women and men
  if (group) notes.push('check_group', ...(answers.length > 2 ? (['check_scale'] as const) : []))
  else if (!counts) notes.push('choose_counts')
  return { question, notes }
}

/** Columns that contain only numbers and codes under one convention, as numbers; unchanged where the convention is unclear. */
function numbersOf(table: readonly (readonly TableCell[])[], expected: Decimal | undefined): typeof table {
  const isNumeric = (at: number): boolean =>
    table.slice(1).every((cells) => {
      const text = String(cells[at] ?? '').trim()
      return text === '' || readNumberText(text, '.') !== undefined || readNumberText(text, ',') !== undefined
    })
  const numeric = new Set((table[0] ?? []).flatMap((name, at) => (isNumeric(at) ? [String(name ?? '').trim()] : [])))
  return parseNumberColumns(table, { isNumber: (heading) => numeric.has(heading), expected, answer: '' }).rows
}
