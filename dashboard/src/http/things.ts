import { type ThingFeature, type ThingFeatures, thingFeatures } from '#model/api/city.ts'
import { ApiProblem, apiPath, checked, problemOf, send } from './client.ts'
import { readInSlices, textsOf } from './in-slices.ts'

const FEATURES = { item: thingFeatures.shape.features.element, itemStart: '{"type":"Feature",' } as const

/** GET /things, read while it arrives and in slices. @throws ApiProblem */
export async function getThings(query: Record<string, string | number>, signal: AbortSignal): Promise<ThingFeatures> {
  const response = await send(apiPath('/things', query), { signal })
  if (!response.ok) throw problemOf(response, await response.json().catch(() => undefined))
  const features: ThingFeature[] = []
  const add = (items: readonly ThingFeature[]): void => {
    for (const item of items) features.push(item)
  }
  const rest = await read(response, add)
  const { features: last, ...collection } = checked(thingFeatures, response, rest)
  add(last)
  return { ...collection, features }
}

async function read(response: Response, add: (items: readonly ThingFeature[]) => void): Promise<unknown> {
  try {
    return await readInSlices(response.body ? textsOf(response.body) : [], FEATURES, add)
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiProblem('unreadable', response.status, 'UNREADABLE', `${response.url} ${String(cause)}`, { cause })
  }
}
