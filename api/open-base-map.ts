import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BaseMap, openBaseMap } from '#domain/base-map/base-map.ts'
import { problemText } from '#domain/city-pack/problems/pack-problems.ts'
import type { Logger } from '#infra/runtime/log.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import { cityPackSchema } from '#model/city/city-pack.ts'

/**
 * The base map of the pack in a folder, for an API that runs alone: everything else of the pack is in the database. Without
 * the folder, or when something is wrong with it, there is none.
 */
export async function openBaseMapOf(folder: string, log: Logger, scope: Scope): Promise<BaseMap | undefined> {
  const text = await readFile(join(folder, 'city.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const { baseMap, problems } = await openBaseMap(folder, cityPackSchema.parse(JSON.parse(text)))
    for (const problem of problems.list) log.warn(`base map not shown: ${problemText(problem)}`)
    if (baseMap) scope.defer(() => baseMap.close())
    return baseMap
  } catch (error) {
    log.warn({ err: error }, `base map not shown: ${folder} is no city pack`)
    return undefined
  }
}
