import { DAY_SECONDS } from '#model/basics/durations.ts'
import type { SimThing } from '../world/world.ts'
import { bump, type Clock } from './clock.ts'
import type { Source } from './meter.ts'
import type { WeatherAt } from './weather.ts'

/** Heat that a building draws, W: a home for its residents and rooms, any other while it is used. */
export const heating = (thing: SimThing, clock: Clock, weather: WeatherAt): Source => {
  const area = Number(thing.attributes['floorAreaM2'] || 800)
  const residents = Number(thing.attributes['residents'] || 0)
  return residents > 0 ? home(area, residents, clock, weather) : publicBuilding(area, clock, weather)
}

/** By degrees below 16 Cel, more while it is used. */
const publicBuilding =
  (area: number, clock: Clock, weather: WeatherAt): Source =>
  (ms) => {
    const { hour, working } = clock(ms)
    return area * 2.4 * Math.max(0, 16 - weather(ms).temperature) * (0.45 + working * bump(hour, 11, 3.5))
  }

/** Heat lost by walls and air, W for each m2 of floor and degree: a block of the seventies, half renovated. */
const HEAT_LOSS = 1.3
/** Litres of hot water a person draws a day, and the degrees it is heated by. */
const HOT_WATER = { litres: 40, degrees: 45 }
/** kJ that warm a litre of water by one degree */
const HEAT_OF_WATER = 4.186
/** W of a resident, averaged over the day: 40 L times 45 K times 4.186 kJ over 86,400 s */
const HOT_WATER_WATTS = (HOT_WATER.litres * HOT_WATER.degrees * HEAT_OF_WATER * 1000) / DAY_SECONDS
/** The bumps below have this mean over a day, so that what is drawn adds up to HOT_WATER_WATTS. */
const HOT_WATER_SHAPE = 0.2 + (Math.sqrt(2 * Math.PI) * (1.6 * 1.1 + 1.3 * 1.9)) / 24

/** Rooms by degrees below 16 Cel, less at night; showers in the morning and the evening all year. */
const home =
  (area: number, residents: number, clock: Clock, weather: WeatherAt): Source =>
  (ms) => {
    const { hour } = clock(ms)
    const rooms = area * HEAT_LOSS * Math.max(0, 16 - weather(ms).temperature) * (hour < 6 ? 0.6 : 1.1)
    const water = (0.2 + 1.6 * bump(hour, 7.4, 1.1) + 1.3 * bump(hour, 20.3, 1.9)) / HOT_WATER_SHAPE
    return rooms + residents * HOT_WATER_WATTS * water
  }
