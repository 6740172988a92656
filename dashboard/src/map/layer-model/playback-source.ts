import type { AirHistoryResponse } from '#model/api/history.ts'

/** Where the past of a layer comes from: means of the observed properties that it shows, or an air quality index. */
export type PlaybackSource =
  | { readonly kind: 'properties'; readonly properties: readonly string[] }
  | { readonly kind: 'index'; readonly scheme: AirHistoryResponse['scheme']; readonly by: AirHistoryResponse['by'] }

export const playProperties = (...properties: readonly string[]): PlaybackSource => ({ kind: 'properties', properties })
