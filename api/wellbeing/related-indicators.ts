import type { WellbeingResponse } from '#model/api/wellbeing.ts'
import type { Indicators } from '../indicators/engine.ts'

type RelatedIndicators = WellbeingResponse['environment'][number]['indicators']

/** Values of an indicator for the same period and place, without their evidence; that is at /indicators/:code. */
export const relatedIndicators =
  (indicators: Indicators, period: string, zone: string | null) =>
  async (code: string): Promise<RelatedIndicators> => {
    const found = await indicators.evaluate(code, { period, zone: zone ?? undefined })
    return found.values.map(({ dataPoint, name, value, unit, origin, simulated, missing, score }) => ({
      code,
      indicator: found.name,
      dataPoint,
      name,
      value,
      unit,
      origin,
      simulated,
      missing,
      score,
    }))
  }
