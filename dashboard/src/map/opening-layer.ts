import type { ThingFeature } from '#model/api/city.ts'
import type { MapLayer } from './layer-model/layer.ts'

export type Opening = { readonly layer: string; readonly measure: string }

/**
 * What the map opens on when the address names no layer: the first layer and measure for which a Thing has a value. Null where
 * none has one yet; a city without any Thing opens on its districts.
 */
export function openingLayer(layers: readonly MapLayer[], things: readonly ThingFeature[]): Opening | null {
  if (things.length === 0) {
    const districts = layers.find(({ id }) => id === 'districts')
    // the index of districts needs stations
    const measure = districts?.measures.find((one) => !districts.playback?.(one))
    return districts && measure !== undefined ? { layer: districts.id, measure } : null
  }
  for (const layer of layers)
    for (const measure of layer.measures) if (hasValue(layer, measure, things)) return { layer: layer.id, measure }
  return null
}

/** By what a measure plays back: the properties that it shows, or the air quality index. */
function hasValue(layer: MapLayer, measure: string, things: readonly ThingFeature[]): boolean {
  const source = layer.playback?.(measure)
  if (!source) return false
  if (source.kind === 'index')
    return things.some(({ properties: { airIndex } }) => (source.scheme === 'us' ? airIndex?.us : airIndex?.european))
  return things.some(({ properties: { datastreams } }) =>
    datastreams.some(({ property, latest }) => latest !== null && source.properties.includes(property)),
  )
}
