import { buildBaseMap } from '#domain/base-map/build/build.ts'
import { boundsOf } from '#domain/base-map/build/feature.ts'
import { checkCityPack } from '#domain/city-pack/read-pack.ts'
import { AppError } from '#model/basics/errors.ts'

/** Makes the base map of a pack from an OpenStreetMap extract, and says what is in it. */
export async function makeMap(extract: string, folder: string): Promise<{ lines: string[]; isValid: boolean }> {
  const { pack, problems } = await checkCityPack(folder, {})
  problems.throwIfAny(folder)
  if (!pack) throw new AppError('CITY_PACK_INVALID', `${folder} is no city pack`)
  const corners = pack.zones.flatMap(({ geometry }) =>
    (geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat()).flat(),
  )
  const built = await buildBaseMap(extract, { pack: folder, name: pack.city.name, districts: boundsOf(corners) })
  const { counts, tiles, bytes, file, notes } = built
  const shown = (layer: string): string => number.format(counts.get(layer) ?? 0)
  const holds = `streets: ${shown('street')}, water areas: ${shown('water')}, green areas: ${shown('park')}, buildings: ${shown('building')}`
  return {
    lines: [
      holds,
      ...notes,
      `${number.format(tiles)} tiles, ${(bytes / 1e6).toFixed(1)} MB in ${file}`,
      'the map shows "© OpenStreetMap contributors (ODbL 1.0)", as the licence asks; restart the city to see it',
    ],
    isValid: true,
  }
}

const number = new Intl.NumberFormat('en')
