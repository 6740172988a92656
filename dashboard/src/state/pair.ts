import { COMPARISONS, type ComparisonKind } from '#model/api/compare.ts'

/** Two periods, two districts or two groups of a characteristic. */
export type Pair = {
  readonly kind: ComparisonKind
  readonly a: string
  readonly b: string
  /** of two groups: the characteristic */
  readonly by?: string
}

/** periods:2025:2026, zones:old-harbour:ropewalk, groups:female:male:sex; each part is percent-encoded. */
export const formatPair = ({ kind, a, b, by }: Pair): string =>
  [kind, a, b, ...(by === undefined ? [] : [by])].map(encodeURIComponent).join(':')

/** null where the text is not a pair of two different parts */
export function parsePair(text: string | null): Pair | null {
  const [kindText, a, b, by, ...more] = (text ?? '').split(':').map(decoded)
  const kind = COMPARISONS.find((one) => one === kindText)
  if (!kind || !a || !b || a === b || more.length > 0 || (by !== undefined) !== (kind === 'groups')) return null
  return by ? { kind, a, b, by } : kind === 'groups' ? null : { kind, a, b }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}
