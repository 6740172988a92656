import type { Queryable } from '#infra/db/pool.ts'
import { standardFor, standardsWith } from '#model/air-quality/standards/built-in.ts'
import type { AirStandard } from '#model/air-quality/standards/schema.ts'
import type { AirLimitsResponse } from '#model/api/air-limits.ts'
import { AppError } from '#model/basics/errors.ts'
import type { RegistrySnapshot } from '../measurements/registry-snapshot.ts'
import { standardOffsetMs } from './station-years.ts'

type Standards = { readonly own: number; readonly standards: AirStandard[] }

const OWN = `select air_standards as own from city`

/** The city's own standards, then those that every city has. */
export async function airStandards(db: Queryable): Promise<Standards> {
  const own = (await db.query<{ own: AirStandard[] }>(OWN)).rows[0]?.own ?? []
  return { own: own.length, standards: standardsWith(own) }
}

/** @throws AppError NOT_FOUND naming the standards that there are */
export function chooseStandard({ own, standards }: Standards, key: string | undefined, year: number): AirStandard {
  const found = key === undefined ? standardFor(standards, own, year) : standards.find((one) => one.key === key)
  if (found) return found
  const known = standards.map((one) => one.key).join(', ')
  throw new AppError('NOT_FOUND', `the air quality standard "${key}" (there are ${known})`)
}

/** What the answer is made of: the inputs of indicators have it. */
type LimitInputs = {
  readonly period: { readonly partial: boolean }
  readonly registry: RegistrySnapshot
  limits(standard: AirStandard, year: number): Promise<AirLimitsResponse['places']>
}

export async function airLimits(inputs: LimitInputs, standard: AirStandard, year: number): Promise<AirLimitsResponse> {
  const { rules: _, ...about } = standard
  const { city } = inputs.registry
  return {
    standard: about,
    year,
    partial: inputs.period.partial,
    simulated: city.simulated,
    utcOffsetMinutes: standardOffsetMs(year, city.timeZone) / 60_000,
    places: await inputs.limits(standard, year),
  }
}
