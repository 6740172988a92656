import { DIMENSIONS, type DimensionId } from '../wellbeing/framework.ts'

/**
 * The questionnaire that a city can field: our own wording, one statement for each factor of digital wellbeing, the
 * household questions that give ITU core indicators, and what divides people into groups. The words are in
 * `words/<language>.json`: `q.<column>` and `a.<answers>.<code>`.
 */
export type Item = {
  readonly column: string
  readonly section: SectionId
  /** set of answers; null: a number */
  readonly answers: AnswerSet | null
  readonly base: 'household' | 'individual'
  readonly factor?: string
  readonly indicator?: string
  readonly counts?: readonly string[]
  readonly group?: boolean
  /** answers run from the worse to the better placed */
  readonly ordinal?: boolean
  readonly price?: boolean
}

export const SECTIONS = ['home', 'you', 'influences', 'environment', 'individuals', 'about'] as const
export type SectionId = (typeof SECTIONS)[number]

/** Codes of each set, in the order in which they are shown. Not answered is an empty cell, in every set. */
export const ANSWERS = {
  yes_no: ['yes', 'no'],
  agree: ['1', '2', '3', '4', '5'],
  connection: ['fibre', 'cable', 'mobile', 'satellite', 'none'],
  sex: ['female', 'male', 'other'],
  age: ['18-29', '30-49', '50-64', '65-74', '75+'],
  education: ['basic', 'secondary', 'tertiary'],
  means: ['1', '2', '3', '4'],
  birthplace: ['here', 'abroad'],
  household: ['single', 'couple', 'family', 'other'],
} as const satisfies Record<string, readonly string[]>
export type AnswerSet = keyof typeof ANSWERS

const yesNo = (column: string, section: SectionId, base: Item['base'], indicator: string): Item => ({
  column,
  section,
  answers: 'yes_no',
  base,
  indicator,
  counts: ['yes'],
})
const group = (column: string, answers: AnswerSet, base: Item['base'] = 'individual'): Item => ({
  column,
  section: 'about',
  answers,
  base,
  group: true,
})
/** A statement about a factor, 1 (disagree strongly) to 5 (agree strongly); agreeing is always the good end. */
const statement = (section: DimensionId, factor: string): Item => ({
  column: `w_${factor}`,
  section,
  answers: 'agree',
  base: 'individual',
  factor,
})

export const ITEMS: readonly Item[] = [
  yesNo('internet', 'home', 'household', 'HH6'),
  { column: 'connection', section: 'home', answers: 'connection', base: 'household', indicator: 'HH11' },
  yesNo('computer', 'home', 'household', 'HH4'),
  { column: 'price', section: 'home', answers: null, base: 'household', price: true },
  yesNo('internet_use', 'you', 'individual', 'HH7'),
  yesNo('mobile_owner', 'you', 'individual', 'HH18'),
  yesNo('online_service', 'you', 'individual', 'HH9'),
  ...DIMENSIONS.flatMap(({ id, factors }) => factors.map((factor) => statement(id, factor.id))),
  group('age_group', 'age'),
  group('sex', 'sex'),
  { ...group('education', 'education'), ordinal: true },
  { ...group('means', 'means', 'household'), ordinal: true },
  group('disability', 'yes_no'),
  group('birthplace', 'birthplace'),
  group('household_type', 'household', 'household'),
]
