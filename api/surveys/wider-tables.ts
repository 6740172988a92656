import { groupsOf, type Levels } from '#model/statistics/disclosure/empty-cells.ts'
import { cellId } from '#model/statistics/disclosure/linked-tables.ts'
import { type Answering, routesTo } from '#model/statistics/disclosure/routes.ts'
import type { Suppression } from '#model/statistics/disclosure/suppression.ts'
import type { Codebook, Question } from '#model/survey/codebook.ts'
import { answered, type Microdata } from './microdata.ts'
import type { Protection } from './protection.ts'
import type { Publications } from './publications.ts'

/** What a question that is put to some respondents, or not answered by all, must not show either. */
export type Inherited = {
  readonly cells: Protection
  /** whether another question decides who is asked, so that its tables say how many these are where they are open */
  readonly isRouted: boolean
}
/** How the wider tables are protected, which is not known here. */
export type Protect = {
  everybody(): Promise<Protection>
  question(question: Question): Promise<Protection>
}
type Of = {
  readonly microdata: Microdata
  readonly codebook: Codebook
  readonly publications: Publications
  readonly question: Question
  readonly levels: Levels
}

/** What is the same for all questions of a publication. */
type Wider = {
  everybody?: Promise<Protection>
  columns?: Promise<Columns>
  readonly of: Map<string, Promise<Protection>>
}
type Columns = { readonly questions: readonly Answering[]; readonly characteristics: readonly Answering[] }
const wider = new WeakMap<Publications, Wider>()

/**
 * The respondents of such a question are part of everybody. Their number in a cell, with how few are missing in the line, says how many
 * respondents the cell has, and where another question decides who is asked, how many gave an answer to that. So whatever is suppressed in the
 * tables of everybody, or of the question that decides, is suppressed here with the same reason; then the tables of part of the respondents say
 * nothing of a suppressed cell. Where a characteristic decides, a table by another one is a table by both.
 */
export async function inheritedBy(
  { microdata, codebook, publications, question, levels }: Of,
  protect: Protect,
): Promise<Inherited> {
  const known: Wider = wider.get(publications) ?? { of: new Map() }
  wider.set(publications, known)
  const kept = <T>(made: Promise<T>): Promise<T> => {
    made.catch(() => wider.delete(publications))
    return made
  }
  known.everybody ??= kept(protect.everybody())
  known.columns ??= kept(columnsOf(microdata, codebook))
  const [everybody, { questions, characteristics }] = await Promise.all([known.everybody, known.columns])
  const asked = questions.find(({ column }) => column === question.column)?.codes ?? []
  const deciding = routesTo(asked, questions)
  const others = await Promise.all(
    codebook.questions
      .filter(({ column }) => deciding.includes(column))
      .map((one) => {
        const made = known.of.get(one.column) ?? kept(protect.question(one))
        known.of.set(one.column, made)
        return made
      }),
  )
  const crossed = routesTo(asked, characteristics).map((name) => crossingsOf(name, levels, everybody))
  const cells = new Map<string, Suppression>()
  for (const [id, reason] of [everybody, ...others, ...crossed].flatMap((one) => [...one]))
    if (cells.get(id) !== 'below_threshold') cells.set(id, reason)
  return { cells, isRouted: deciding.length + crossed.length > 0 }
}

async function columnsOf(microdata: Microdata, codebook: Codebook): Promise<Columns> {
  const { questions } = codebook
  const responses = await microdata.responses(
    codebook,
    questions.map(({ column }) => column),
  )
  const all = questions.map((question, at) => ({
    question,
    codes: responses.map(({ answers }) => answered(question, answers[at])),
  }))
  const answering = (isGroup: boolean): Answering[] =>
    all.flatMap(({ question, codes }) =>
      (question.group ?? false) === isGroup ? [{ column: question.column, codes }] : [],
    )
  const zone = { column: 'zone', codes: responses.map((one) => one.zone) }
  return { questions: answering(false), characteristics: [zone, ...answering(true)] }
}

/** Cells of tables that leave out the characteristic `name`, each of which is a sum of cells of tables by it. */
function crossingsOf(name: string, levels: Levels, everybody: Protection): Map<string, Suppression> {
  const others = Object.keys(levels).filter((one) => one !== name)
  const pairs = others.flatMap((a, i) => others.slice(i + 1).map((b) => [a, b]))
  const found = new Map<string, Suppression>()
  // tables by three characteristics are not published
  for (const group of pairs.flatMap((by) => groupsOf(levels, by))) found.set(cellId(group), 'complementary')
  for (const group of [[], ...others.map((one) => [one])].flatMap((by) => groupsOf(levels, by)))
    if ((levels[name] ?? []).some((value) => everybody.has(cellId({ ...group, [name]: value }))))
      found.set(cellId(group), 'complementary')
  return found
}
