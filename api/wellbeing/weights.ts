import { AppError } from '#model/basics/errors.ts'
import { DIMENSION_IDS, FACTOR_IDS } from '#model/wellbeing/framework.ts'

export type Weights = { of(id: string): number }

const KNOWN = new Set<string>([...DIMENSION_IDS, ...FACTOR_IDS])
const LARGEST = 10
const WEIGHT = `(${[...KNOWN].join('|')}):(10|[0-9](\\.[0-9]{1,6})?)`
/** For the documentation; what is read besides is spaces, other ways to write a number and empty parts. */
export const WEIGHTS_PATTERN = `^(${WEIGHT}(,${WEIGHT})*)?$`

/**
 * Reads `cost:2,environment:0.5`: weights of factors within their dimension and of dimensions within the index, 0 to 10;
 * what is not named weighs 1. Equal weights are a choice too, hence the sensitivity.
 * @throws AppError REQUEST_INVALID
 */
export function readWeights(text: string): Weights {
  const weights = new Map<string, number>()
  for (const part of text.split(',').filter((one) => one.trim() !== '')) {
    const [id = '', number = ''] = part.split(':').map((piece) => piece.trim())
    const weight = number === '' ? Number.NaN : Number(number)
    if (!KNOWN.has(id))
      throw new AppError('REQUEST_INVALID', `no dimension or factor "${id}"; there are ${[...KNOWN].join(', ')}`)
    if (!(weight >= 0 && weight <= LARGEST))
      throw new AppError('REQUEST_INVALID', `the weight of ${id} must be 0 to ${LARGEST}, not "${number}"`)
    weights.set(id, weight)
  }
  return { of: (id) => weights.get(id) ?? 1 }
}
