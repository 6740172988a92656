import { DAY_MS, HOUR_MS, MINUTE_MS } from '#model/basics/durations.ts'
import type { LonLat } from '../city/geometry/geometry.ts'
import { fractal1, noise1 } from '../random/noise.ts'

/** The weather over the city at one instant. */
export type Weather = {
  /** Cel */
  temperature: number
  /** per cent */
  humidity: number
  /** hPa */
  pressure: number
  /** m/s and degrees it comes from */
  windSpeed: number
  windDirection: number
  /** 0 to 1 */
  cloud: number
  /** mm/h */
  rain: number
  /** global horizontal irradiance, W/m2 */
  irradiance: number
  /** sine of the sun's elevation, below 0 at night */
  sun: number
  /** depth of the air that emissions mix into, m */
  mixingHeight: number
}
export type WeatherAt = (ms: number) => Weather

/** Sine of the sun's elevation (declination and hour angle; Cooper, 1969; good to about a degree). */
export function sunElevation(ms: number, [lon, lat]: LonLat): number {
  const days = ms / DAY_MS
  const dayOfYear = (((days - 0.0) % 365.2425) + 365.2425) % 365.2425
  const declination = 0.40928 * Math.sin((2 * Math.PI * (dayOfYear + 284)) / 365.2425)
  const solarHour = (((ms / HOUR_MS + lon / 15) % 24) + 24) % 24
  const angle = ((solarHour - 12) * Math.PI) / 12
  const phi = (lat * Math.PI) / 180
  return Math.sin(phi) * Math.sin(declination) + Math.cos(phi) * Math.cos(declination) * Math.cos(angle)
}

/**
 * A function of time alone: seasons and days as waves, fronts as smooth noise. Clear-sky irradiance after Haurwitz (1945),
 * dimmed by cloud after Kasten and Czeplak (1980).
 */
export function createWeather(seed: number, place: LonLat): WeatherAt {
  const memo = new Map<number, Weather>()
  return (ms) => {
    const key = Math.floor(ms / MINUTE_MS)
    const known = memo.get(key)
    if (known) return known
    if (memo.size > 60_000) memo.clear()
    const weather = compute(seed, place, key * MINUTE_MS)
    memo.set(key, weather)
    return weather
  }
}

function compute(seed: number, place: LonLat, ms: number): Weather {
  const days = ms / DAY_MS
  const solarHour = (((ms / HOUR_MS + place[0] / 15) % 24) + 24) % 24
  const season = Math.cos((2 * Math.PI * ((days % 365.2425) - 219)) / 365.2425) // 1 in early August
  const front = fractal1(seed + 301, days / 3.1, 3)
  const cloud = Math.min(1, Math.max(0, 0.46 + 0.85 * front - 0.12 * season))
  const sun = sunElevation(ms, place)
  const clear = sun > 0.01 ? 1098 * sun * Math.exp(-0.057 / sun) : 0
  const flicker = cloud > 0.15 && cloud < 0.9 ? 1 + 0.22 * noise1(seed + 302, ms / 420_000) : 1
  const irradiance = Math.max(0, clear * (1 - 0.75 * cloud ** 3.4) * flicker)
  const swing = (2.1 + 2.6 * (1 - cloud)) * Math.cos((2 * Math.PI * (solarHour - 14.6)) / 24)
  const spell = 3.6 * fractal1(seed + 303, days / 4.7, 2)
  const temperature = 15.9 + 4.6 * season + swing + spell
  const seaBreeze =
    1.5 * Math.max(0, Math.sin((Math.PI * (solarHour - 9.5)) / 10)) * (solarHour > 9.5 && solarHour < 19.5 ? 1 : 0)
  const windSpeed = Math.max(
    0.4,
    4.6 + 5.2 * fractal1(seed + 304, days / 1.9, 3) + seaBreeze + 0.7 * noise1(seed + 305, ms / 900_000),
  )
  const windDirection =
    (((325 + 130 * fractal1(seed + 306, days / 2.6, 2) + 12 * noise1(seed + 307, ms / 1_200_000)) % 360) + 360) % 360
  const humidity = Math.min(
    100,
    Math.max(22, 73 + 15 * fractal1(seed + 308, days / 2.3, 2) - 3.4 * swing + 14 * cloud - 4),
  )
  return {
    temperature,
    humidity,
    pressure: 1018 - 13 * front + 5 * fractal1(seed + 309, days / 6, 2),
    windSpeed,
    windDirection,
    cloud,
    rain: Math.max(0, cloud - 0.78) * 15 * Math.max(0, 0.35 + 0.9 * noise1(seed + 310, ms / 4_500_000)),
    irradiance,
    sun,
    mixingHeight: mixingHeight(solarHour, cloud, windSpeed),
  }
}

/** Shallow and stirred by wind at night; grows with the sun until mid-afternoon and collapses at dusk. */
function mixingHeight(solarHour: number, cloud: number, windSpeed: number): number {
  const convective = solarHour > 7 && solarHour < 20 ? Math.sin((Math.PI * (solarHour - 7)) / 13) ** 1.3 : 0
  return 140 + 38 * windSpeed + 850 * convective * (1 - 0.55 * cloud)
}
