/**
 * Low-cost optical counters measure particles that have grown by absorbed water as larger ones. The correction is stored as
 * another Datastream of the same property with this channel; the raw value is never replaced.
 */
export const CORRECTED = 'corrected'
/**
 * Above it (percent) the raw value gets the reason `humidity`: it is too high, and the corrected one is preferable. Own
 * threshold; Crilley et al. (2018) report large errors from 85 %. The value is not suspect for this reason alone, since the
 * sensor works normally.
 */
export const HUMID_PERCENT = 85
/** Above it raw and corrected values are suspect, because the growth is too steep to be corrected. Own threshold. */
const MAX_CORRECTABLE_PERCENT = 95

export type Correction = {
  readonly name: string
  readonly source: string
  /** @param raw ug/m3 @param humidity percent, of the air @returns ug/m3, not below zero */
  readonly apply: (raw: number, humidity: number) => number
}

/** For PurpleAir only (Plantower, `cf_1` output), to which it was fitted. */
export const BARKJOHN: Correction = {
  name: 'barkjohn-2021',
  source: 'Barkjohn, Gantt and Clements (2021), Atmos. Meas. Tech. 14, 4617-4637, doi 10.5194/amt-14-4617-2021',
  apply: (raw, humidity) => Math.max(0, 0.524 * raw - 0.0862 * humidity + 5.75),
}

/** Hygroscopicity of urban aerosol: 0.38 to 0.41 in Crilley et al.; density 1.65 g/cm3 of dry particles. */
const KAPPA = 0.4
const DENSITY = 1.65

/** Growth by kappa-Koehler theory, for any optical counter: the wet volume over the dry one. */
export const KAPPA_KOEHLER: Correction = {
  name: 'kappa-koehler-0.4',
  source: 'Crilley et al. (2018), Atmos. Meas. Tech. 11, 709-720, doi 10.5194/amt-11-709-2018',
  apply: (raw, humidity) => {
    const activity = Math.min(humidity, MAX_CORRECTABLE_PERCENT) / 100
    return activity <= 0 ? raw : raw / (1 + KAPPA / DENSITY / (1 / activity - 1))
  },
}

export const isHumiditySensitive = (property: string): boolean => property === 'pm2_5' || property === 'pm10'

export const isBeyondCorrection = (humidity: number): boolean => humidity > MAX_CORRECTABLE_PERCENT

/** The correction for a Datastream of a humidity-sensitive sensor; undefined for another output of a corrected sensor. */
export function correctionOf(property: string, channel: string, isPurpleAir: boolean): Correction | undefined {
  if (!isPurpleAir) return channel === '' ? KAPPA_KOEHLER : undefined
  return property === 'pm2_5' && channel === 'cf_1' ? BARKJOHN : undefined
}
