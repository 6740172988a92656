import type { DataPoint, Direction, Formula, Indicator } from './schema.ts'

/** Where a benchmark comes from. Only `u4ssc` was published by U4SSC itself; everything else is our choice and said so. */
type Benchmark = { readonly value: number; readonly basis: string; readonly u4ssc?: true }
export const benchmark = (value: number, basis: string): Benchmark => ({ value, basis })
export const u4sscBenchmark = (value: number, basis: string): Benchmark => ({ value, basis, u4ssc: true })

type PointRow = {
  readonly id: string
  readonly name: string
  readonly benchmark?: Benchmark
  readonly unit?: string
  readonly direction?: Direction
  readonly formula?: Formula
}

/** What is written by hand for one indicator; the rest follows from its category and its code. */
type Row = {
  readonly code: string
  readonly alternativeCodes?: readonly string[]
  readonly name: string
  readonly type: Indicator['type']
  readonly unit?: string
  readonly formula?: Formula
  readonly direction?: Direction
  readonly definition: string
  readonly numerator: string
  readonly denominator?: string
  readonly sdg: string
  readonly range?: readonly [number | null, number | null]
  readonly benchmark?: Benchmark
  readonly points?: readonly PointRow[]
  readonly extensions?: readonly PointRow[]
  readonly ways?: readonly Indicator['ways'][number][]
}

const NO_BENCHMARK = 'no benchmark known: shown, not scored'

/** Makes the rows of one category. The last letter of a code is its tier: C core, A advanced. */
export function category(
  dimension: Indicator['dimension'],
  subDimension: string,
  name: string,
  rows: readonly Row[],
): Indicator[] {
  return rows.map((row) => ({
    code: row.code,
    alternativeCodes: [...(row.alternativeCodes ?? [])],
    name: row.name,
    dimension,
    subDimension,
    category: name,
    tier: row.code.endsWith('C') ? 'core' : 'advanced',
    type: row.type,
    unit: row.unit ?? '%',
    definition: row.definition,
    numerator: row.numerator,
    denominator: row.denominator ?? '',
    formula: row.formula ?? 'percent',
    direction: row.direction ?? 'higher',
    sdg: row.sdg,
    plausibleRange: [...(row.range ?? PERCENT)],
    dataPoints: (row.points ?? [{ id: '', name: row.name, ...(row.benchmark && { benchmark: row.benchmark }) }]).map(
      point,
    ),
    ...(row.extensions && { extensions: row.extensions.map(point) }),
    ways: [...(row.ways ?? ['reported'])],
  }))
}

const PERCENT = [0, 100] as const
/** A plausible range for what has no upper limit. */
export const FROM_ZERO = [0, null] as const

function point({ benchmark: chosen, ...row }: PointRow): DataPoint {
  return {
    ...row,
    benchmark: chosen?.value ?? null,
    benchmarkBasis: chosen?.basis ?? NO_BENCHMARK,
    benchmarkByU4ssc: chosen?.u4ssc ?? false,
  }
}
