import type { Figures } from '#domain/alerting/engine/derived-rules.ts'
import { AppError } from '#model/basics/errors.ts'
import { indicatorOf } from '#model/indicators/catalogue/index.ts'
import type { DataPointValue } from '#model/indicators/catalogue/schema.ts'
import type { AirIndexes, AirPair } from '../air-quality/index-of.ts'
import type { Indicators } from '../indicators/engine.ts'

type Engines = {
  readonly airIndexes: (at: Date) => Promise<AirIndexes>
  readonly indicators: Pick<Indicators, 'evaluate'>
}

/** Figures that alert rules look at, from the same code that shows them on every page. */
export function alertFigures({ airIndexes, indicators }: Engines): Figures {
  return {
    airIndex: async (scheme, at) => {
      const { byThing, byZone, city } = await airIndexes(at)
      return {
        things: valuesOf(byThing, scheme),
        zones: valuesOf(byZone, scheme),
        city: figureOf(city, scheme) ?? null,
      }
    },
    shortfall: async (of) => {
      try {
        return await shortfallOf(indicators, of)
      } catch (error) {
        if (error instanceof AppError && error.status < 500) return undefined
        throw error
      }
    },
  }
}

async function shortfallOf(
  indicators: Engines['indicators'],
  { code, dataPoint, period, zone }: Parameters<Figures['shortfall']>[0],
): ReturnType<Figures['shortfall']> {
  const indicator = indicatorOf(code)
  if (!indicator) return 'indicator_unknown'
  if (dataPoint !== undefined && !indicator.dataPoints.some(({ id }) => id === dataPoint)) return 'data_point_unknown'
  const { values } = await indicators.evaluate(code, { period, zone })
  const found = values.find(({ own, dataPoint: id }) => (dataPoint === undefined ? hasTarget(own) : id === dataPoint))
  const [value, target] = [found?.value ?? null, found?.own?.target ?? null]
  if (target === null) return 'target_missing'
  if (value === null || target === 0) return undefined
  const point = indicator.dataPoints.find(({ id }) => id === found?.dataPoint)
  const sign = (point?.direction ?? indicator.direction) === 'lower' ? -1 : 1
  return (sign * 100 * (target - value)) / Math.abs(target)
}

const hasTarget = (own: DataPointValue['own']): boolean => own !== null && own.target !== null

type Scheme = 'european' | 'us_epa'

/** An index that lacks pollutants counts where it says something all the same (its category is not `incomplete`). */
function figureOf(pair: AirPair, scheme: Scheme): number | undefined {
  const index = scheme === 'european' ? pair.european : pair.us
  return index === null || index.category === 'incomplete' ? undefined : index.value
}

const valuesOf = (pairs: ReadonlyMap<number, AirPair>, scheme: Scheme): Map<number, number> =>
  new Map(
    [...pairs].flatMap(([id, pair]) => {
      const value = figureOf(pair, scheme)
      return value === undefined ? [] : [[id, value] as const]
    }),
  )
