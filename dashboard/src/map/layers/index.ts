import type { MapLayer } from '../layer-model/layer.ts'
import { airLayer } from './air/air-layer.ts'
import { compareLayer } from './compare/compare-layer.ts'
import { connectivityLayer } from './connectivity/connectivity-layer.ts'
import { districtsLayer } from './districts/districts-layer.ts'
import { energyLayer } from './energy/energy-layer.ts'
import { environmentLayer } from './environment/environment-layer.ts'
import { mobilityLayer } from './mobility/mobility-layer.ts'
import { surveyLayer } from './survey/survey-layer.ts'
import { voicesLayer } from './voices/voices-layer.ts'

/** Every layer of the map in the order of the list; the first is the default. */
export const LAYERS = [
  airLayer,
  environmentLayer,
  energyLayer,
  mobilityLayer,
  connectivityLayer,
  surveyLayer,
  compareLayer,
  voicesLayer,
  districtsLayer,
] as const satisfies readonly MapLayer[]

/** The layer that the address names. */
export const layerOf = (id: string): MapLayer => LAYERS.find((layer) => layer.id === id) ?? LAYERS[0]
