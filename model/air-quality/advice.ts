import { EUROPEAN_CATEGORIES } from './european.ts'

type Category = (typeof EUROPEAN_CATEGORIES)[number]
/** What to do, as a code; messages `advice.air.<code>` word it. */
export type AirAdvice =
  | 'enjoy'
  | 'consider_intense'
  | 'consider_physical'
  | 'reduce_physical'
  | 'reduce_outdoors'
  | 'avoid_outdoors'

/**
 * Health messages of the European Air Quality Index, for everybody and for sensitive people, in our own words.
 * Source: European Environment Agency, https://airindex.eea.europa.eu, "Health messages".
 */
const ADVICE: Readonly<Record<Category, { readonly all: AirAdvice; readonly sensitive: AirAdvice }>> = {
  good: { all: 'enjoy', sensitive: 'enjoy' },
  fair: { all: 'enjoy', sensitive: 'enjoy' },
  moderate: { all: 'enjoy', sensitive: 'consider_intense' },
  poor: { all: 'consider_intense', sensitive: 'consider_physical' },
  very_poor: { all: 'consider_intense', sensitive: 'reduce_physical' },
  extremely_poor: { all: 'reduce_outdoors', sensitive: 'avoid_outdoors' },
}

/** @returns undefined where the index has no level: nobody is advised on what is not known */
export function airAdvice(category: string): { readonly all: AirAdvice; readonly sensitive: AirAdvice } | undefined {
  const known = EUROPEAN_CATEGORIES.find((one) => one === category)
  return known && ADVICE[known]
}

/** Average of a year (Lden) that WHO strongly recommends for road traffic at most: Environmental Noise Guidelines for the European Region, 2018, table 1. */
export const WHO_ROAD_NOISE_DB = 53
