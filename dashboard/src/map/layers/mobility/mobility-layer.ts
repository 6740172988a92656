import type { MapLayer } from '../../layer-model/layer.ts'
import type { LayerInput, LayerModel } from '../../layer-model/model.ts'
import { playProperties } from '../../layer-model/playback-source.ts'
import { bikesModel } from './bikes.ts'
import { congestionModel } from './congestion.ts'
import { trafficModel } from './traffic.ts'

export const mobilityLayer = {
  id: 'mobility',
  measures: ['congestion', 'bikes', 'traffic'],
  model: (input, { measure }) => mobilityModel(input, measure),
  draws: (measure) => (measure === 'congestion' ? 'streets' : 'points'),
  playback: (measure) => playProperties(...(PROPERTIES[measure] ?? [])),
} as const satisfies MapLayer

const PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  congestion: ['travel_time'],
  bikes: ['bikes_available'],
  traffic: ['vehicle_count', 'bicycle_count'],
}

/** Street segments, bicycle docks or counters, by their latest value. */
function mobilityModel(input: LayerInput, measure: string): LayerModel {
  if (measure === 'bikes') return bikesModel(input)
  if (measure === 'traffic') return trafficModel(input)
  return congestionModel(input)
}
