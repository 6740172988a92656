import { meanOf } from '../statistics/estimation/linearised.ts'
import { type Estimated, estimated, type Respondent } from '../statistics/estimation/survey-design.ts'
import type { Evidence } from './catalogue/schema.ts'
import { recompute } from './recompute.ts'

/**
 * How far a weighted mean over places (stations, street segments) would be off had other places of the kind been chosen:
 * the standard error between them, m / (m - 1) sum(w^2 (x - mean)^2) / sum(w)^2, inputs of one cluster summed first, with
 * a t interval of m - 1 degrees of freedom. It tells nothing of the instruments' own error, nor of hours that are missing.
 * Source: Cochran, Sampling Techniques (1977), 6.4, the ratio estimate; Gatz and Smith 1995, Atmospheric Environment 29,
 * 1185-1193, find it closest to the bootstrap for weighted mean concentrations.
 */
type Input = { readonly value: number; readonly weight: number; readonly cluster: string }

function between(inputs: readonly Input[]): Estimated | undefined {
  if (new Set(inputs.map(({ cluster }) => cluster)).size < 2) return undefined
  const places: Respondent[] = inputs.map(({ weight, cluster }) => ({ weight, cluster, stratum: '' }))
  const mean = meanOf(places, (i) => inputs[i]?.value ?? null)
  return mean && estimated(places, mean)
}

const clusterOf = ({ cluster, ref, label }: Evidence): string => cluster ?? ref ?? label

/** The inputs as they follow from their leaves; undefined where one has no value. */
function inputsOf({ inputs = [] }: Evidence): Input[] | undefined {
  const found = inputs.map((input) => ({
    value: recompute(input),
    weight: input.weight ?? 1,
    cluster: clusterOf(input),
  }))
  return found.every((input): input is Input => input.value !== null) ? found : undefined
}

/** The uncertainty of a weighted mean, from its tree alone; undefined where there are no two clusters of inputs. */
export function uncertaintyOf(evidence: Evidence): Evidence['uncertainty'] {
  if (evidence.method !== 'weighted_mean') return undefined
  const inputs = inputsOf(evidence)
  const found = inputs && between(inputs)
  return (
    found && {
      method: 'between_inputs',
      standardError: found.standardError,
      degreesOfFreedom: found.degreesOfFreedom,
      // what is averaged here (concentrations, ratios of times) cannot be below zero
      interval: [Math.max(0, found.lower), found.upper],
    }
  )
}

/** A weighted mean with its uncertainty, where it has one. */
export function withUncertainty(evidence: Evidence): Evidence {
  const uncertainty = uncertaintyOf(evidence)
  return uncertainty ? { ...evidence, uncertainty } : evidence
}

/**
 * The change between two weighted means over the very same inputs with the same weights: the mean of their changes. What
 * makes places differ from one another is in both and goes out, so it is surer than the change between two samples.
 * @returns undefined where the inputs are not the same
 */
export function pairedChange(first: Evidence | null, last: Evidence | null): Estimated | undefined {
  if (first?.method !== 'weighted_mean' || last?.method !== 'weighted_mean') return undefined
  const before = new Map((first.inputs ?? []).map((input) => [input.ref ?? '', input]))
  const after = last.inputs ?? []
  if (before.size !== first.inputs?.length || before.size !== after.length) return undefined
  const changes = after.flatMap((input): Input[] => {
    const earlier = before.get(input.ref ?? '')
    const [from, to] = [earlier ? recompute(earlier) : null, recompute(input)]
    if (from === null || to === null || (earlier?.weight ?? 1) !== (input.weight ?? 1)) return []
    return [{ value: to - from, weight: input.weight ?? 1, cluster: clusterOf(input) }]
  })
  return changes.length === after.length ? between(changes) : undefined
}
