import type { Measure } from '../measure/define-measure.ts'
import { airPollution } from './air-pollution.ts'
import { fieldCompliance } from './field-compliance.ts'
import { demandResponse, smartMeters, smartWaterMeters } from './from-attributes.ts'
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
import { lowEmissionVehicles } from './low-emission-vehicles.ts'
import { publicBuildings, residentialHeat } from './metered-buildings.ts'
import { modeShare } from './mode-share.ts'
import { drainageNetwork, electricityNetwork, waterNetwork } from './network-monitoring.ts'
import { noiseExposure } from './noise-exposure.ts'
import { outageFrequency, outageTime } from './outages.ts'
import { electricityConsumption, waterConsumption } from './per-inhabitant.ts'
import { publicWifi } from './public-wifi.ts'
import { renewableShare } from './renewable-share.ts'
import { sharedBicycles, sharedVehicles } from './shared-fleets.ts'
import { surveyedShares } from './surveyed-shares.ts'
import { trafficMonitoring } from './traffic-monitoring.ts'
import { travelTimeIndex } from './travel-time.ts'
import { waterLoss } from './water-loss.ts'
import { wirelessCoverage } from './wireless-coverage.ts'

/** What Citywell computes itself, by indicator code. A new indicator is one file that calls `defineMeasure`, and a line here. */
export const MEASURES: ReadonlyMap<string, Measure> = new Map(
  [
    ...surveyedShares,
    wirelessCoverage,
    publicWifi,
    smartMeters,
    smartWaterMeters,
    demandResponse,
    outageFrequency,
    outageTime,
    trafficMonitoring,
    travelTimeIndex,
    sharedBicycles,
    sharedVehicles,
    lowEmissionVehicles,
    modeShare,
    airPollution,
    renewableShare,
    electricityConsumption,
    residentialHeat,
    waterConsumption,
    waterLoss,
    noiseExposure,
    publicBuildings,
    electricityNetwork,
    waterNetwork,
    drainageNetwork,
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
