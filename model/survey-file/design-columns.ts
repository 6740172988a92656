import type { Codebook } from '../survey/codebook.ts'
import { problem, type SurveyProblem } from './problem.ts'

type Cells = (column: string) => string

/** Columns of the replicate weights: those named, or those of the heading with the prefix and a number, by number. */
export function replicateColumns({ replicates }: Codebook, heading: readonly string[]): readonly string[] {
  if (!replicates) return []
  const { columns, prefix } = replicates
  if (columns || prefix === undefined) return columns ?? []
  const numberOf = (name: string): number =>
    name.startsWith(prefix) ? Number(name.slice(prefix.length) || 'x') : Number.NaN
  return heading
    .filter((name) => Number.isInteger(numberOf(name)) && /\d$/.test(name))
    .toSorted((a, b) => numberOf(a) - numberOf(b))
}

/** What is wrong with them before a row is read. */
export function replicateHeadingProblems({ replicates }: Codebook, columns: readonly string[]): SurveyProblem[] {
  if (!replicates?.prefix) return []
  if (columns.length < 2)
    return [problem(1, `${replicates.prefix}…`, '', 'are missing: no two columns have this prefix and a number')]
  const { rscales } = replicates
  return rscales && rscales.length !== columns.length
    ? [problem(null, 'replicates.rscales', rscales.length, `are not as many as the ${columns.length} columns`)]
    : []
}

/** Replicate weights of one row, sampling weight included; null where the survey has none. */
export function readReplicates(
  { replicates }: Codebook,
  { columns, cell, weight }: { columns: readonly string[]; cell: Cells; weight: number },
  row: number,
  problems: SurveyProblem[],
): number[] | null {
  if (!replicates) return null
  return columns.map((column) => {
    const text = cell(column)
    const value = text === '' ? Number.NaN : Number(text)
    if (value >= 0 && Number.isFinite(value)) return replicates.combined ? value : value * weight
    problems.push(problem(row, column, text, 'must be a number, 0 or above'))
    return 0
  })
}

/** Units of the cluster in the population; null where the survey does not say. */
export function readClusterSize(
  { columns: { clusterSize } }: Codebook,
  cell: Cells,
  row: number,
  problems: SurveyProblem[],
): number | null {
  if (clusterSize === undefined) return null
  const size = Number(cell(clusterSize) || 'x')
  if (size >= 1 && Number.isFinite(size)) return size
  problems.push(problem(row, clusterSize, cell(clusterSize), 'must be a number, 1 or above'))
  return null
}

type Drawn = {
  readonly stratum: string
  readonly cluster: string
  readonly clusterSize: number | null
  readonly respondent: string
}

/** More clusters or units in the sample than there are: one of the two numbers is wrong. */
export function samplingProblems(responses: readonly Drawn[], { population, columns }: Codebook): SurveyProblem[] {
  const strata = Map.groupBy(responses, ({ stratum }) => stratum)
  const clusters = (rows: readonly Drawn[]) =>
    Map.groupBy(rows, ({ cluster, respondent }) => (cluster === '' ? `${cluster}\n${respondent}` : cluster))
  return [...strata].flatMap(([stratum, rows]) => {
    const drawn = clusters(rows)
    return [
      ...(population ? populationProblem(stratum, population[stratum], drawn.size) : []),
      ...(columns.clusterSize === undefined
        ? []
        : [...drawn].flatMap(([cluster, units]) => sizeProblem(columns.clusterSize ?? '', cluster, units))),
    ]
  })
}

function populationProblem(stratum: string, population: number | undefined, drawn: number): SurveyProblem[] {
  if (population === undefined) return [problem(null, 'population', stratum, 'has respondents and no number')]
  return population < drawn
    ? [problem(null, `population.${stratum}`, population, `is fewer than the ${drawn} in the file`)]
    : []
}

function sizeProblem(column: string, cluster: string, units: readonly Drawn[]): SurveyProblem[] {
  const sizes = [...new Set(units.map(({ clusterSize }) => clusterSize))]
  const [size] = sizes
  if (sizes.length > 1)
    return [problem(null, column, sizes.join(', '), `is not the same for all of cluster ${cluster}`)]
  return size && size < units.length
    ? [problem(null, column, size, `is fewer than the ${units.length} of cluster ${cluster} in the file`)]
    : []
}
