/** The layers that the map shows besides the main one, as the address names them: `layer:measure:opacity`. Pure. */
export type FurtherLayer = {
  readonly layer: string
  readonly measure: string
  /** percent */
  readonly opacity: number
}
/** Each from bottom to top. A layer occurs once in both together. */
export type FurtherLayers = { readonly under: readonly FurtherLayer[]; readonly over: readonly FurtherLayer[] }

export const MAX_FURTHER = 3
export const MIN_OPACITY = 10
export const MAX_OPACITY = 100

const PART = /^(\w{1,40}):(\w{1,60}):(\d{2,3})$/

/** What is malformed, not accepted, named twice or too much falls away. */
export function parseFurther(query: URLSearchParams, accepts: (part: FurtherLayer) => boolean): FurtherLayers {
  const under = partsOf(query.get('under'))
  return limited({ under, over: partsOf(query.get('over')) }, accepts)
}

export function limited({ under, over }: FurtherLayers, accepts: (part: FurtherLayer) => boolean): FurtherLayers {
  const all = [...under, ...over]
  const kept = all
    .filter((part, index) => accepts(part) && all.findIndex(({ layer }) => layer === part.layer) === index)
    .slice(0, MAX_FURTHER)
  return { under: under.filter((part) => kept.includes(part)), over: over.filter((part) => kept.includes(part)) }
}

export const formatFurther = (parts: readonly FurtherLayer[]): string =>
  parts.map(({ layer, measure, opacity }) => `${layer}:${measure}:${opacity}`).join(',')

const partsOf = (text: string | null): FurtherLayer[] =>
  (text ?? '').split(',').flatMap((part) => {
    const [, layer, measure, percent] = PART.exec(part) ?? []
    const opacity = Number(percent)
    const valid = layer !== undefined && measure !== undefined && opacity >= MIN_OPACITY && opacity <= MAX_OPACITY
    return valid ? [{ layer, measure, opacity }] : []
  })
