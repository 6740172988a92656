import type { Evidence } from './catalogue/schema.ts'
import { recompute, recomputeWithSuspect } from './recompute.ts'

type Head = Omit<Evidence, 'value' | 'inputs' | 'version'> & { version?: number }

/** A leaf: what was counted, read or stated. */
export const leaf = (head: Omit<Head, 'method'> & { method?: string; value: number | null }): Evidence => ({
  version: 1,
  method: 'stated',
  ...head,
})

/**
 * A node whose value follows from its inputs by its method: computed here once, by the same code that recomputes it. Where
 * an input says what suspect observations would change, so does the node.
 */
export function node(head: Head, inputs: Evidence[]): Evidence {
  const evidence: Evidence = { version: 1, ...head, value: null, inputs }
  const withSuspect = inputs.some((input) => input.withSuspect !== undefined) ? recomputeWithSuspect(evidence) : null
  return {
    ...evidence,
    value: inputs.length > 0 ? recompute(evidence) : null,
    ...(withSuspect !== null && { withSuspect }),
  }
}
