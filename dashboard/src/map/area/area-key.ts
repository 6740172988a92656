import type { ZoneFeatures } from '#model/api/city.ts'
import type { Area, Position } from '#model/basics/geo.ts'
import type { Selection } from '../../state/view-state.ts'

/** What a selected area is: corners that somebody drew, or districts. In the address: `area:polygon:lon,lat,…` or `area:zones:a,b`. */
export type AreaKey =
  | { readonly kind: 'polygon'; readonly ring: readonly Position[] }
  | { readonly kind: 'zones'; readonly zones: readonly string[] }

export const MIN_CORNERS = 3
/** As the API takes (api/routes/area-params.ts). */
export const MAX_CORNERS = 100

/** A corner to about a metre. */
const written = (degrees: number): string => String(Number(degrees.toFixed(5)))

export const polygonKey = (ring: readonly Position[]): string =>
  `polygon:${ring.map((point) => point.map(written).join(',')).join(',')}`
export const zonesKey = (zones: readonly string[]): string => `zones:${zones.join(',')}`

/** @returns null for what is no area, or another selection */
export function parseAreaKey(select: Selection | null): AreaKey | null {
  if (select?.type !== 'area') return null
  const [, kind, list = ''] = /^(polygon|zones):(.*)$/.exec(select.key) ?? []
  if (kind === 'zones') return { kind, zones: list.split(',').filter((key) => key !== '') }
  const numbers = list.split(',').map(Number)
  const ring = Array.from(
    { length: numbers.length >> 1 },
    (_, k): Position => [numbers[2 * k] ?? 0, numbers[2 * k + 1] ?? 0],
  )
  const fits = ring.length >= MIN_CORNERS && ring.length <= MAX_CORNERS && numbers.length % 2 === 0
  return kind === 'polygon' && fits && numbers.every(Number.isFinite) ? { kind, ring } : null
}

/** The outline on the map. */
export function outlineOf(key: AreaKey, { features }: ZoneFeatures): Area | null {
  if (key.kind === 'polygon') return closed(key.ring)
  const chosen = features.filter(({ properties }) => key.zones.includes(properties.key))
  if (chosen.length === 0) return null
  const parts = chosen.flatMap(({ geometry }) =>
    geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates,
  )
  return { type: 'MultiPolygon', coordinates: parts }
}

const closed = (ring: readonly Position[]): Area => ({ type: 'Polygon', coordinates: [[...ring, ...ring.slice(0, 1)]] })
