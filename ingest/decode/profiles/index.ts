import { AIR_QUALITY } from './air-quality.ts'
import { ENERGY } from './energy.ts'
import { HOME_AUTOMATION } from './home-automation.ts'
import { MOBILITY } from './mobility.ts'
import type { ProfileFormat } from './profile.ts'
import { WEATHER } from './weather.ts'

/** Known systems whose payloads are described like any other. */
export const PROFILES: readonly ProfileFormat[] = [
  ...AIR_QUALITY,
  ...WEATHER,
  ...ENERGY,
  ...MOBILITY,
  ...HOME_AUTOMATION,
]
