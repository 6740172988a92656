import { airPollution } from './air-pollution.ts'
import { electricityConsumption } from './electricity-consumption.ts'
import {
  bicycleNetwork,
  controlledIntersections,
  greenAreas,
  greenWithinReach,
  liveStops,
  pedestrianArea,
  stopsWithinReach,
  transitNetwork,
} from './from-features.ts'
import { fieldCompliance, networkMonitoring } from './from-registry.ts'
import type { Measure } from './measure.ts'
import { publicBuildings } from './public-buildings.ts'
import { publicWifi } from './public-wifi.ts'
import { renewableShare } from './renewable-share.ts'
import { sharedBicycles } from './shared-bicycles.ts'
import { smartMeters } from './smart-meters.ts'
import { surveyedShares } from './surveyed-shares.ts'
import { trafficMonitoring } from './traffic-monitoring.ts'
import { travelTimeIndex } from './travel-time.ts'
import { wirelessCoverage } from './wireless-coverage.ts'

/** What Citywell computes itself, by indicator code. A new indicator is a new file and a line here. */
export const MEASURES: ReadonlyMap<string, Measure> = new Map(
  [
    ...surveyedShares,
    wirelessCoverage,
    publicWifi,
    smartMeters,
    trafficMonitoring,
    travelTimeIndex,
    sharedBicycles,
    airPollution,
    renewableShare,
    electricityConsumption,
    publicBuildings,
    networkMonitoring,
    fieldCompliance,
    liveStops,
    controlledIntersections,
    transitNetwork,
    stopsWithinReach,
    bicycleNetwork,
    pedestrianArea,
    greenAreas,
    greenWithinReach,
  ].map((measure) => [measure.code, measure]),
)
