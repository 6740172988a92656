import { priceUnitOf } from '../basics/money.ts'
import { SURVEYED_SHARES } from '../indicators/surveyed-shares.ts'
import { type Codebook, codebookSchema, type Question } from '../survey/codebook.ts'
import { CORE_INDICATORS } from '../survey/itu-core-indicators.ts'
import { designProblems } from './check-design.ts'
import { problem, type SurveyProblem } from './problem.ts'

type Checked = { readonly codebook: Codebook | undefined; readonly problems: readonly SurveyProblem[] }

/** A codebook that says what it means, or everything that is wrong with it. */
export function checkCodebook(json: unknown): Checked {
  const read = codebookSchema.safeParse(json)
  if (read.success) {
    const problems = [...wholeProblems(read.data), ...read.data.questions.flatMap(questionProblems)]
    return { codebook: problems.length === 0 ? read.data : undefined, problems }
  }
  const problems = read.error.issues.map(({ path, message }) => problem(null, path.join('.'), undefined, message))
  return { codebook: undefined, problems }
}

function wholeProblems(codebook: Codebook): SurveyProblem[] {
  const { columns, questions, from, to } = codebook
  const problems: SurveyProblem[] = []
  if (from > to) problems.push(problem(null, 'to', to, `lies before from (${from})`))
  // a survey may be stratified by zone and a zone may be a cluster; who it is and what it weighs are nothing else
  const { respondent, weight, ...drawn } = columns
  const names = [respondent, ...(weight === undefined ? [] : [weight])]
  if (respondent === weight) problems.push(problem(null, 'columns.weight', weight, 'is the respondent too'))
  for (const [part, column] of Object.entries(drawn))
    if (column !== undefined && names.includes(column))
      problems.push(problem(null, `columns.${part}`, column, 'is the respondent or the weight too'))
  const seen = new Set<string>(['zone', ...names])
  for (const { column } of questions) {
    if (seen.has(column)) problems.push(problem(null, `questions ${column}`, column, reasonTaken(column, names)))
    seen.add(column)
  }
  for (const question of questions) problems.push(...wholeOf(question, questions))
  return [...problems, ...marginProblems(codebook), ...designProblems(codebook)]
}

function reasonTaken(column: string, design: readonly string[]): string {
  if (column === 'zone') return 'is the name under which estimates are broken down by zone; name the question otherwise'
  return design.includes(column) ? 'identifies or weighs respondents and is no question' : 'is asked twice'
}

/** A part and its whole are two amounts. */
function wholeOf({ column, of, categories, unit }: Question, questions: readonly Question[]): SurveyProblem[] {
  if (of === undefined) return []
  const whole = questions.find((asked) => asked.column === of)
  if (whole && whole.unit !== unit)
    return [
      problem(null, `questions ${column}.unit`, unit, `is not that of ${of}, "${whole.unit ?? ''}": no share of it`),
    ]
  if (!categories && whole && !whole.categories && of !== column) return []
  return [problem(null, `questions ${column}.of`, of, 'must be another question that is a number, as this one')]
}

function questionProblems(question: Question): SurveyProblem[] {
  const { column, categories, counts = [], indicator, group, factor, u4ssc } = question
  const codes = Object.keys(categories ?? {})
  const wrong = (field: string, value: unknown, reason: string) =>
    problem(null, `questions ${column}.${field}`, value, reason)
  return [
    ...counts.filter((code) => !codes.includes(code)).map((code) => wrong('counts', code, 'is none of its categories')),
    ...(categories && codes.length === 0 ? [wrong('categories', '', 'is empty; leave it out for a number')] : []),
    ...(group && codes.length === 0 ? [wrong('group', group, 'needs categories: numbers make no groups')] : []),
    ...(group && factor !== undefined
      ? [wrong('group', group, 'speaks of a factor: what is scored is not what groups are made of')]
      : []),
    ...priceProblems(question),
    ...scaleProblems(question, wrong),
    ...(question.inapplicable ?? [])
      .filter((code) => !question.missing.includes(code))
      .map((code) => wrong('inapplicable', code, 'is none of its codes in missing')),
    ...(indicator !== undefined && !CORE_INDICATORS.some(({ code }) => code === indicator)
      ? [wrong('indicator', indicator, 'is no ITU core indicator HH1 to HH19')]
      : []),
    ...(u4ssc !== undefined && !Object.hasOwn(SURVEYED_SHARES, u4ssc)
      ? [wrong('u4ssc', u4ssc, `is none of ${Object.keys(SURVEYED_SHARES).join(', ')}`)]
      : []),
    ...(u4ssc !== undefined && counts.length === 0
      ? [wrong('u4ssc', u4ssc, 'needs counts: which answers count?')]
      : []),
    ...(factor !== undefined && !isAgreement(codes, question.missing)
      ? [wrong('factor', factor, 'is answered 1 (worst) to 5 (best); its categories are others')]
      : []),
  ]
}

function priceProblems({ column, price, categories, unit }: Question): SurveyProblem[] {
  if (!price) return []
  const wrong = (field: string, value: unknown, reason: string) =>
    problem(null, `questions ${column}.${field}`, value, reason)
  return [
    ...(categories ? [wrong('price', price, 'is a number and has no categories')] : []),
    ...(priceUnitOf(unit)
      ? []
      : [wrong('unit', unit, 'of a price is a currency (ISO 4217) and a period: EUR/month or EUR/year')]),
  ]
}

type Wrong = (field: string, value: unknown, reason: string) => SurveyProblem

/** An order is said, not guessed from codes that happen to be numbers. */
function scaleProblems({ scale, order, categories, missing, bounds }: Question, wrong: Wrong): SurveyProblem[] {
  const codes = Object.keys(categories ?? {}).filter((code) => !missing.includes(code))
  if (bounds && (categories || !(bounds[0] < bounds[1])))
    return [wrong('bounds', bounds.join(', '), 'is the least and the largest value of a number')]
  if (scale === 'nominal')
    return order ? [wrong('order', order.join(', '), 'is for scale: "ordinal"; nominal categories have none')] : []
  if (codes.length < 2) return [wrong('scale', scale, 'needs two categories at least')]
  if (!order && codes.some((code) => code.trim() === '' || !Number.isFinite(Number(code))))
    return [wrong('order', '', `is missing: in which order, from the lowest, are ${codes.join(', ')}?`)]
  const isWhole = order === undefined || order.toSorted().join('\n') === codes.toSorted().join('\n')
  return isWhole ? [] : [wrong('order', order.join(', '), `must name each of ${codes.join(', ')} once`)]
}

const isAgreement = (codes: readonly string[], missing: readonly string[]): boolean => {
  const scale = codes.filter((code) => !missing.includes(code)).sort()
  return scale.join() === '1,2,3,4,5' || codes.length === 0
}

function marginProblems({ margins = [], questions, columns }: Codebook): SurveyProblem[] {
  return margins.flatMap(({ column, totals }): SurveyProblem[] => {
    if (column === 'zone')
      return columns.zone ? [] : [problem(null, 'margins', column, 'needs columns.zone: which column is the zone?')]
    const question = questions.find((asked) => asked.column === column)
    if (!question?.categories) return [problem(null, 'margins', column, 'is no question with categories')]
    return Object.keys(totals)
      .filter((code) => !(code in (question.categories ?? {})))
      .map((code) => problem(null, `margins ${column}`, code, 'is none of its categories'))
  })
}
