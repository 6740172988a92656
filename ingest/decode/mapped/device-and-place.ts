import type { Position } from '#model/basics/geo.ts'
import type { PayloadMapping } from '#model/city/payload-mapping.ts'
import { indexOf } from '#model/city/payload-roots.ts'
import { clip, show } from '../helpers/input.ts'
import { isObject, own, positionOf } from '../helpers/json.ts'
import type { FieldProblem } from '../helpers/types.ts'
import type { Place } from './record-values.ts'
import { findAround, isName } from './walk.ts'

type DevicePart = Extract<PayloadMapping['device'], readonly unknown[]>[number]
type Missing = Pick<FieldProblem, 'reason' | 'detail'>

/** The name of the device of a record, without the prefix of its format. */
export function deviceOf(place: Place): string | Missing {
  const parts: string[] = []
  for (const part of [place.reader.mapping.device].flat()) {
    const read = devicePart(part, place)
    if (typeof read !== 'string') return read
    parts.push(read)
  }
  return parts.join('.')
}

function devicePart(part: DevicePart, { record, root, reader: { input }, known }: Place): string | Missing {
  if ('name' in part) return part.name
  if ('level' in part) {
    const { levels } = input
    const { level, to = level } = part
    const isThere = Math.max(Math.abs(level), Math.abs(to)) <= levels.length
    const text = isThere ? levels.slice(indexOf(level, levels), indexOf(to, levels) + 1).join('/') : ''
    return text || { reason: 'wrong_topic', detail: `"${clip(input.topic)}" has no level ${level}` }
  }
  const found = findAround(part.path, record, root)
  if (found) known.add(found.path)
  if (found && isName(found.value)) return String(found.value)
  return { reason: 'wrong_shape', detail: `names no device: ${show(found?.value)} at ${part.path}` }
}
export function locationOf({ record, root, reader: { mapping }, known }: Place): Position | undefined {
  const { location } = mapping
  if (!location) return undefined
  if ('lon' in location) {
    const [lon, lat] = [findAround(location.lon, record, root), findAround(location.lat, record, root)]
    for (const found of [lon, lat]) if (found) known.add(found.path)
    const isThere = [lon, lat].every((found) => found !== undefined && found.value !== null && found.value !== '')
    return isThere ? positionOf(lon?.value, lat?.value) : undefined
  }
  const found = findAround(location.path, record, root)
  if (!found || found.value === null) return undefined
  known.add(`${found.path}#`)
  const { value } = found
  // GeoJSON has its own order
  if (isObject(value)) {
    const coordinates = own(value, 'coordinates')
    return Array.isArray(coordinates) ? positionOf(coordinates[0], coordinates[1]) : positionOf(0, '')
  }
  const [first, second] = Array.isArray(value) ? value : String(value).split(/[,; ]+/)
  return location.order === 'lon,lat' ? positionOf(first, second) : positionOf(second, first)
}
