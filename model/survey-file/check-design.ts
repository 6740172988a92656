import type { Codebook } from '../survey/codebook.ts'
import { problem, type SurveyProblem } from './problem.ts'

/** What the codebook says of the sample, where its parts do not go together. */
export const designProblems = (codebook: Codebook): SurveyProblem[] => [
  ...populationProblems(codebook),
  ...secondStageProblems(codebook),
  ...replicateProblems(codebook),
]

function populationProblems({ population, columns }: Codebook): SurveyProblem[] {
  if (!population || columns.stratum) return []
  const strata = Object.keys(population)
  return strata.length === 1 && strata[0] === ''
    ? []
    : [problem(null, 'population', strata.join(', '), 'names strata, and columns.stratum says no column for them')]
}

/**
 * With the clusters of the population known, the first stage leaves out what varies within clusters: a sample from every
 * cluster would have a standard error of 0. So the second stage must be declared.
 */
function secondStageProblems({ population, columns, wholeClusters }: Codebook): SurveyProblem[] {
  const { cluster, clusterSize } = columns
  if (clusterSize !== undefined && cluster === undefined)
    return [problem(null, 'columns.clusterSize', clusterSize, 'needs columns.cluster: the size of what?')]
  if (clusterSize !== undefined && wholeClusters)
    return [
      problem(null, 'wholeClusters', true, 'says that nothing was drawn within clusters; columns.clusterSize does'),
    ]
  if (!population || cluster === undefined || clusterSize !== undefined || wholeClusters) return []
  const reason =
    'counts the clusters of each stratum and leaves open how many units each cluster has: name their column in columns.clusterSize, ' +
    'or say "wholeClusters": true if everybody in a drawn cluster was asked; without either, leave population out'
  return [problem(null, 'population', undefined, reason)]
}

function replicateProblems({ replicates, columns, questions }: Codebook): SurveyProblem[] {
  if (!replicates) return []
  const { columns: named, prefix, type, rho, rscales } = replicates
  const wrong = (field: string, value: unknown, reason: string) => problem(null, `replicates.${field}`, value, reason)
  const taken = new Set<string>([
    ...Object.values(columns).filter((column) => column !== undefined),
    ...questions.map(({ column }) => column),
  ])
  const twice = named?.find((column, i) => taken.has(column) || named.indexOf(column) < i)
  return [
    ...((named === undefined) === (prefix === undefined)
      ? [wrong('columns', '', 'or prefix: one of the two says which columns hold the replicate weights')]
      : []),
    ...(twice === undefined ? [] : [wrong('columns', twice, 'is named twice, or is something else too')]),
    ...(columns.weight === undefined
      ? [wrong('type', type, 'needs columns.weight: estimates are made with the weight of the full sample')]
      : []),
    ...(type === 'Fay' && rho === undefined
      ? [wrong('rho', '', 'is missing: Fay weights need it (0 to below 1)')]
      : []),
    ...(type !== 'Fay' && rho !== undefined ? [wrong('rho', rho, `is of Fay weights and not of ${type}`)] : []),
    ...(type === 'JKn' && rscales === undefined
      ? [wrong('rscales', '', 'is missing: JKn needs (n - 1) / n of the stratum for each replicate')]
      : []),
    ...(named && rscales && rscales.length !== named.length
      ? [wrong('rscales', rscales.length, `are not as many as the ${named.length} columns`)]
      : []),
  ]
}
