import type { Evidence } from '../indicators/catalogue/schema.ts'

export const SCRIPT_LANGUAGES = ['r', 'python'] as const
export type ScriptLanguage = (typeof SCRIPT_LANGUAGES)[number]

/** How a language writes what a script needs. Both run without packages. */
type Dialect = {
  readonly assign: string
  readonly head: readonly string[]
  list(items: readonly string[]): string
  readonly methods: Readonly<Record<string, (inputs: readonly string[], weights: readonly string[]) => string>>
  print(name: string, value: string): string
}

const both = {
  difference: ([last = '0', first = '0', ...more]: readonly string[]) => [`${last} - ${first}`, ...more].join(' + '),
  ratio: ([above = '0', below = '1']: readonly string[]) => `${above} / ${below}`,
  percent: ([above = '0', below = '1']: readonly string[]) => `100 * ${above} / ${below}`,
  per_100000: ([above = '0', below = '1']: readonly string[]) => `100000 * ${above} / ${below}`,
}
const lden =
  (power: string, log: string) =>
  ([day = '0', evening = '0', night = '0']: readonly string[]): string =>
    `10 * ${log}((12 * 10 ${power} (${day} / 10) + 4 * 10 ${power} ((${evening} + 5) / 10) + 8 * 10 ${power} ((${night} + 10) / 10)) / 24)`

const R: Dialect = {
  assign: '<-',
  head: ['options(digits = 15)'],
  list: (items) => `c(${items.join(', ')})`,
  methods: {
    ...both,
    sum: (inputs) => `sum(${R.list(inputs)})`,
    mean: (inputs) => `mean(${R.list(inputs)})`,
    weighted_mean: (inputs, weights) => `weighted.mean(${R.list(inputs)}, ${R.list(weights)})`,
    maximum: (inputs) => `max(${R.list(inputs)})`,
    count: (inputs) => `length(${R.list(inputs)})`,
    product: (inputs) => `prod(${R.list(inputs)})`,
    exceeds: ([value, limit]) => `as.numeric(${value} > ${limit})`,
    within: ([value, limit]) => `as.numeric(${value} <= ${limit})`,
    lden: lden('^', 'log10'),
  },
  print: (name, value) => `cat("${name}", format(${value}, digits = 15), "\\n")`,
}
const PYTHON: Dialect = {
  assign: '=',
  head: ['import math'],
  list: (items) => `[${items.join(', ')}]`,
  methods: {
    ...both,
    sum: (inputs) => `math.fsum(${PYTHON.list(inputs)})`,
    mean: (inputs) => `math.fsum(${PYTHON.list(inputs)}) / ${inputs.length}`,
    weighted_mean: (inputs, weights) =>
      `math.fsum(v * w for v, w in zip(${PYTHON.list(inputs)}, ${PYTHON.list(weights)})) / math.fsum(${PYTHON.list(weights)})`,
    maximum: (inputs) => `max(${PYTHON.list(inputs)})`,
    count: (inputs) => `len(${PYTHON.list(inputs)})`,
    product: (inputs) => `math.prod(${PYTHON.list(inputs)})`,
    exceeds: ([value, limit]) => `1 if ${value} > ${limit} else 0`,
    within: ([value, limit]) => `1 if ${value} <= ${limit} else 0`,
    lden: lden('**', 'math.log10'),
  },
  print: (name, value) => `print("${name}", repr(float(${value})))`,
}
const DIALECTS: Readonly<Record<ScriptLanguage, Dialect>> = { r: R, python: PYTHON }

/**
 * A program that computes the value of an evidence tree from its leaves, and the standard error of a weighted mean from its
 * inputs (model/indicators/uncertainty.ts).
 * @returns undefined where a leaf has no value
 */
export function evidenceScript(language: ScriptLanguage, evidence: Evidence): string | undefined {
  const dialect = DIALECTS[language]
  const lines: string[] = []
  const value = nodeLines(evidence, dialect, lines)
  if (value === undefined) return undefined
  const error = evidence.uncertainty ? errorLines(language, evidence, lines) : []
  return [...dialect.head, ...lines, dialect.print('value', value), ...error, ''].join('\n')
}

/** Appends the lines of a node and gives the name of its value. */
function nodeLines(evidence: Evidence, dialect: Dialect, lines: string[]): string | undefined {
  const inputs = evidence.inputs ?? []
  const names = inputs.map((input) => nodeLines(input, dialect, lines))
  if (names.some((name) => name === undefined)) return undefined
  const name = `v${lines.length + 1}`
  const expression =
    inputs.length === 0
      ? literal(evidence.value)
      : dialect.methods[evidence.method]?.(
          names as string[],
          inputs.map(({ weight }) => literal(weight ?? 1) ?? '1'),
        )
  if (expression === undefined) return undefined
  lines.push(`${name} ${dialect.assign} ${expression}  # ${comment(evidence)}`)
  return name
}

const literal = (value: number | null): string | undefined => (value === null ? undefined : negative(String(value)))
const negative = (text: string): string => (text.startsWith('-') ? `(${text})` : text)

/** Names come from devices and files: whatever ends a line would end the comment. */
const comment = ({ label, unit }: Evidence): string =>
  `${label} ${unit}`.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()

function errorLines(language: ScriptLanguage, evidence: Evidence, lines: readonly string[]): string[] {
  const inputs = evidence.inputs ?? []
  const names = inputs.map((input) => nodeName(input, evidence, lines))
  const clusters = inputs.map(({ cluster, ref, label }) => cluster ?? ref ?? label)
  const places = [...new Set(clusters)]
  const weights = inputs.map(({ weight }) => literal(weight ?? 1) ?? '1')
  const group = clusters.map((cluster) => String(places.indexOf(cluster) + 1))
  const { list, print, assign } = DIALECTS[language]
  const data = [`x ${assign} ${list(names)}`, `w ${assign} ${list(weights)}`, `place ${assign} ${list(group)}`]
  if (language === 'r')
    return [
      ...data,
      'm <- length(unique(place)); u <- w * (x - weighted.mean(x, w))',
      'se <- sqrt(m / (m - 1) * sum(tapply(u, place, sum)^2)) / sum(w)',
      print('standard_error', 'se'),
    ]
  return [
    ...data,
    'mean = math.fsum(a * b for a, b in zip(x, w)) / math.fsum(w)',
    'u = {p: math.fsum(b * (a - mean) for a, b, q in zip(x, w, place) if q == p) for p in place}',
    'm = len(u)',
    'se = math.sqrt(m / (m - 1) * math.fsum(t * t for t in u.values())) / math.fsum(w)',
    print('standard_error', 'se'),
  ]
}

/** Inputs were written in order, each as the last of its own lines. */
function nodeName(input: Evidence, parent: Evidence, lines: readonly string[]): string {
  const inputs = parent.inputs ?? []
  const after = inputs.slice(inputs.indexOf(input) + 1).reduce((sum, one) => sum + sizeOf(one), 0)
  return `v${lines.length - 1 - after}`
}
const sizeOf = ({ inputs = [] }: Evidence): number => 1 + inputs.reduce((sum, input) => sum + sizeOf(input), 0)

export type DifferenceFigures = {
  readonly title: string
  readonly difference: number
  readonly standardError: number
  /** null: normal distribution */
  readonly degreesOfFreedom: number | null
  /** uncorrected p-values of all rows that were tested together, and which of them is this one */
  readonly ps: readonly number[]
  readonly at: number
}

/** A program that computes interval, p and Holm's correction of a difference from its standard error and degrees of freedom. */
export function differenceScript(language: ScriptLanguage, figures: DifferenceFigures): string {
  const { assign, list, print, head } = DIALECTS[language]
  const { title, difference, standardError, degreesOfFreedom: df, ps, at } = figures
  const data = [
    `# ${comment({ label: title, unit: '', value: null, method: '', origin: 'measured', version: 1 })}`,
    `difference ${assign} ${String(difference)}`,
    `se ${assign} ${String(standardError)}`,
    ...(df === null ? [] : [`df ${assign} ${String(df)}`]),
    `ps ${assign} ${list(ps.map(String))}  # all that were tested together`,
  ]
  const test = language === 'r' ? differenceInR(df === null, at) : differenceInPython(df === null, at)
  const results = ['lower', 'upper', 'p', 'adjusted_p'].map((name) => print(name, name))
  return [...head, ...data, ...test, ...results, ''].join('\n')
}

const differenceInR = (normal: boolean, at: number): string[] => [
  normal ? 'half <- qnorm(0.975) * se' : 'half <- qt(0.975, df) * se',
  'lower <- difference - half; upper <- difference + half',
  normal ? 'p <- 2 * pnorm(-abs(difference / se))' : 'p <- 2 * pt(-abs(difference / se), df)',
  `adjusted_p <- p.adjust(ps, "holm")[${at + 1}]`,
]

/**
 * Student's t without a package: with t = sqrt(df) tan(a) its density is that of cos(a)^(df - 1), integrated by Simpson's rule
 * over s, with a = pi / 2 - s^4, which is smooth at the end for any df.
 */
const T_IN_PYTHON = [
  'def p_two_sided(t, df, n=12000):',
  '    h = (math.pi / 2 - math.atan(abs(t) / math.sqrt(df))) ** 0.25 / n',
  '    f = lambda i: math.sin((i * h) ** 4) ** (df - 1) * 4 * (i * h) ** 3',
  '    area = math.fsum((1 if i in (0, n) else 4 if i % 2 else 2) * f(i) for i in range(n + 1)) * h / 3',
  '    return 2 * area * math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(math.pi)',
  'low, high = 0.0, 1e6',
  'for _ in range(80):',
  '    middle = (low + high) / 2',
  '    low, high = (middle, high) if p_two_sided(middle, df) > 0.05 else (low, middle)',
  'half = low * se',
]

const differenceInPython = (normal: boolean, at: number): string[] => [
  ...(normal ? ['from statistics import NormalDist', 'half = NormalDist().inv_cdf(0.975) * se'] : T_IN_PYTHON),
  'lower, upper = difference - half, difference + half',
  normal ? 'p = math.erfc(abs(difference / se) / math.sqrt(2))' : 'p = p_two_sided(difference / se, df)',
  'largest, adjusted = 0.0, [0.0] * len(ps)  # Holm',
  'for rank, i in enumerate(sorted(range(len(ps)), key=lambda i: ps[i])):',
  '    largest = max(largest, min(1.0, ps[i] * (len(ps) - rank)))',
  '    adjusted[i] = largest',
  `adjusted_p = adjusted[${at}]`,
]
