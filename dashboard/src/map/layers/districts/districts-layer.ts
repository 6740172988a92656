import type { MapLayer } from '../../layer-model/layer.ts'
import { zoneModel } from '../../layer-model/zone-model.ts'
import { ZONE_FACTS, zoneFact } from './zone-facts.ts'

/** What is known of the districts: air quality index, population density, income. */
export const districtsLayer = {
  id: 'districts',
  measures: ZONE_FACTS,
  model: (input, { measure }) => zoneModel(input, zoneFact(input, measure)),
  draws: () => 'areas',
  playback: (measure) =>
    measure === 'us' || measure === 'european' ? { kind: 'index', scheme: measure, by: 'zone' } : null,
} as const satisfies MapLayer
