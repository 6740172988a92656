import { isCalibratedChannel } from './calibrated-channel.ts'
import { REASONS, type Reason } from './quality.ts'

/**
 * Values that an instrument reports as a limit: "<2", below its detection limit, and ">500", above its measuring range. They
 * are observations, not errors: leaving them out would bias a mean.
 *
 * An amount below its detection limit is stored as half of that limit, so that every statistic uses the same number. That is
 * what air quality reporting to the EEA calls validity 3, "valid, but below detection limit and number replaced by 0.5 *
 * detection limit" (vocabulary observationvalidity, dd.eionet.europa.eu), and Directive 2009/90/EC, article 5, asks of means
 * of water quality. Levels and temperatures have no natural zero: there the limit itself is stored. A value above the range is
 * stored as the limit, so that what rests on it says at least that.
 */
export const SUBSTITUTE = 0.5
export const CENSORED = REASONS.below_detection | REASONS.above_range

export type Bound = 'below' | 'above'
export type Censored = { readonly bound: Bound; readonly limit: number | null }

/** Units whose zero is a convention and whose values may be negative. */
const WITHOUT_ZERO: ReadonlySet<string> = new Set(['Cel', 'dB', 'dB{mW}', 'dB{A}', 'deg'])
const isHalved = (unit: string, limit: number): boolean => !WITHOUT_ZERO.has(unit) && limit > 0

/** What is stored of a limit in the canonical unit, and the bit of REASONS that says so. */
export function storedLimit(limit: number, bound: Bound, unit: string): { result: number; reasons: number } {
  if (bound === 'above') return { result: limit, reasons: REASONS.above_range }
  return { result: isHalved(unit, limit) ? limit * SUBSTITUTE : limit, reasons: REASONS.below_detection }
}

/**
 * The limit that a stored result stands for; undefined for a measured one. A calibrated result is no longer a part of the
 * limit as it was sent: its limit is not known.
 */
export function censoredOf(
  { result, reasons }: { result: number; reasons: number },
  { unit, calibrated }: { unit: string; calibrated: boolean },
): Censored | undefined {
  if ((reasons & CENSORED) === 0) return undefined
  const bound = reasons & REASONS.above_range ? 'above' : 'below'
  if (calibrated) return { bound, limit: null }
  return { bound, limit: bound === 'below' && isHalved(unit, result) ? result / SUBSTITUTE : result }
}

/** Of a time: its good observations, those of them that are limits, the doubted ones that count too, lowest and highest good result. */
type Counts = {
  readonly below: number
  readonly above: number
  readonly good: number
  readonly counted: number
  readonly low: number | null
  readonly high: number | null
}

/** Where every value that counts is a limit, the mean says only that it is below the highest or above the lowest of them. */
export function limitOfAll(
  { below, above, good, counted, low, high }: Counts,
  of: { unit: string; calibrated: boolean },
): number | null {
  if (counted > 0) return null
  if (below === good) return censoredOf({ result: high ?? 0, reasons: REASONS.below_detection }, of)?.limit ?? null
  if (above === good) return censoredOf({ result: low ?? 0, reasons: REASONS.above_range }, of)?.limit ?? null
  return null
}

/** The same of a result whose reasons are given by name. */
export function censoredByName(
  { result, reasons }: { readonly result: number; readonly reasons: readonly string[] },
  { unit, channel }: { readonly unit: string; readonly channel: string },
): Censored | undefined {
  // most have none, and this is asked of every point of a map
  if (reasons.length === 0) return undefined
  const bits = (['below_detection', 'above_range'] satisfies Reason[]).reduce(
    (all, reason) => (reasons.includes(reason) ? all | REASONS[reason] : all),
    0,
  )
  return censoredOf({ result, reasons: bits }, { unit, calibrated: isCalibratedChannel(channel) })
}
