/**
 * Directions in degrees clockwise from north. 350 and 10 have the mean 0, not 180: they are averaged as vectors.
 * Sources: WMO-No. 8, Guide to Instruments and Methods of Observation, volume I, chapter 5; K. V. Mardia and P. E. Jupp,
 * Directional Statistics (2000), chapter 2.
 */
const DEGREE = Math.PI / 180

/** Sums of unit vectors, and of those that have a wind speed times it (m/s). */
export type VectorSum = {
  /** directions */
  readonly n: number
  readonly north: number
  readonly east: number
  /** directions with a wind speed of the same Thing at the same time, and these speeds added up */
  readonly paired: number
  readonly wind: number
  readonly windNorth: number
  readonly windEast: number
}

export type MeanDirection = {
  /** 0 to below 360; null where there is none */
  readonly mean: number | null
  /** wind_speed: every direction counts with the wind speed measured with it; equal: all count the same */
  readonly weighting: 'wind_speed' | 'equal'
  /** mean resultant length: 1 where all directions are the same, 0 where they cancel out */
  readonly resultantLength: number | null
  /** why there is no mean: no wind at all, or directions that cancel out */
  readonly undefinedFor: 'calm' | 'opposed' | null
}

/** Weighted when at least this share of the directions has a speed; those without one are then left out. Ours. */
const MIN_PAIRED_SHARE = 0.75
/** A shorter resultant is rounding error: the mean direction is undefined (Mardia and Jupp, 2.2). */
const MIN_RESULTANT_LENGTH = 1e-6

/** The mean of directions from their sums; undefined where there are none. */
export function meanDirection(sum: VectorSum): MeanDirection | undefined {
  if (sum.n === 0) return undefined
  if (sum.paired < MIN_PAIRED_SHARE * sum.n) return meanOf(sum.north, sum.east, sum.n, 'equal')
  if (sum.wind > 0) return meanOf(sum.windNorth, sum.windEast, sum.wind, 'wind_speed')
  return { mean: null, weighting: 'wind_speed', resultantLength: null, undefinedFor: 'calm' }
}

function meanOf(north: number, east: number, weight: number, weighting: MeanDirection['weighting']): MeanDirection {
  const resultantLength = Math.min(1, Math.hypot(north, east) / weight)
  if (resultantLength < MIN_RESULTANT_LENGTH)
    return { mean: null, weighting, resultantLength: 0, undefinedFor: 'opposed' }
  return { mean: inCircle(Math.atan2(east, north) / DEGREE), weighting, resultantLength, undefinedFor: null }
}

/** The sum of all directions of a list, each counting the same. */
export function vectorSum(directions: readonly number[]): VectorSum {
  const north = directions.reduce((sum, direction) => sum + Math.cos(direction * DEGREE), 0)
  const east = directions.reduce((sum, direction) => sum + Math.sin(direction * DEGREE), 0)
  return { n: directions.length, north, east, paired: 0, wind: 0, windNorth: 0, windEast: 0 }
}

export function addVectors(a: VectorSum, b: VectorSum): VectorSum {
  return {
    n: a.n + b.n,
    north: a.north + b.north,
    east: a.east + b.east,
    paired: a.paired + b.paired,
    wind: a.wind + b.wind,
    windNorth: a.windNorth + b.windNorth,
    windEast: a.windEast + b.windEast,
  }
}

/** Any angle as one of 0 to below 360 degrees. One that is, stays to the last digit: 6.3 + 360 - 360 is 6.300000000000011. */
export const inCircle = (degrees: number): number => {
  const rest = degrees % 360
  return rest >= 0 ? rest + 0 : (rest + 360) % 360
}

/** Senders count -180 to 180, 0 to 360, or one turn beyond after an offset of their own; what is further away is no angle. Ours. */
const ANGLES = [-360, 720] as const

/** A direction as sent, on the circle: -90 is 270 and 360 is 0. Beyond one turn it stays as it is, outside the range of its property. */
export const onCircle = (degrees: number): number =>
  degrees >= ANGLES[0] && degrees <= ANGLES[1] ? inCircle(degrees) : degrees

/** The turn from one direction to another, above -180 to 180 degrees, clockwise positive: from 350 to 10 it is 20. */
export function turn(from: number, to: number): number {
  const clockwise = inCircle(to - from)
  return clockwise > 180 ? clockwise - 360 : clockwise
}
