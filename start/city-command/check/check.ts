import { openBaseMap } from '#domain/base-map/base-map.ts'
import { type PackProblems, problemText } from '#domain/city-pack/problems/pack-problems.ts'
import { checkCityPack, type LoadedPack } from '#domain/city-pack/read-pack.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import { FORMAT_NAMES } from '#ingest/decode/index.ts'
import type { CityPack } from '#model/city/city-pack.ts'
import { deviceOf } from './device-names.ts'
import { checkDistricts } from './districts.ts'
import { count, type Line } from './lines.ts'
import { type Heard, listen } from './listen.ts'
import { checkProbable } from './probable.ts'
import { thingLines } from './thing-lines.ts'
import { topicProblem } from './topic-problem.ts'

export type CheckOptions = { readonly broker: string | undefined; readonly seconds: number }

/** Everything that is wrong with a pack, one line each, and whether a city can start with it. */
export async function check(
  folder: string,
  { broker, seconds }: CheckOptions,
  scope: Scope,
): Promise<{ lines: string[]; isValid: boolean }> {
  const { pack, problems } = await checkCityPack(folder, { formats: FORMAT_NAMES })
  if (pack) await checkLikely(pack, problems)
  const lines = problems.list.map(problemText)
  const notes: string[] = []
  if (pack) lines.push(...(await checkBaseMap(pack)))
  if (broker !== undefined && pack) {
    const devices = new Set(pack.things.map(deviceOf))
    const heard = await listen(broker, pack.city, { seconds, scope, devices })
    if (typeof heard === 'string') lines.push(`broker: ${heard}`)
    else
      for (const line of [...sourceLines(pack.city, heard, seconds), ...thingLines(pack.things, heard, seconds)])
        (line.isProblem ? lines : notes).push(line.text)
  }
  if (lines.length > 0) return { lines: [...lines, ...notes, count(lines.length, 'problem')], isValid: false }
  const holds =
    pack &&
    `${count(pack.zones.length, 'zone')}, ${count(pack.things.length, 'Thing')}, ${count(pack.city.sources.length, 'source')}`
  return { lines: [...notes, `${pack?.city.name}: ${holds}; no problems`], isValid: true }
}

/** What a city starts with, although it is probably a mistake; of files that can be read. */
async function checkLikely(pack: LoadedPack, problems: PackProblems): Promise<void> {
  if (!problems.has('zones.geojson')) await checkDistricts(pack, problems)
  if (problems.list.length === 0) await checkProbable(pack, problems)
}

/** A city starts without a broken base map; that it has one is a problem all the same. */
async function checkBaseMap({ folder, city }: LoadedPack): Promise<string[]> {
  const { baseMap, problems } = await openBaseMap(folder, city)
  await baseMap?.close()
  return problems.list.map(problemText)
}

function sourceLines({ sources }: CityPack, heard: Heard, seconds: number): Line[] {
  return sources.flatMap((source, index) => {
    // at another broker, which was not listened to
    if (source.broker !== undefined) return []
    const { messages = 0, values = 0, failure } = heard.bySource.get(source.name) ?? {}
    const name = `source "${source.name}"`
    if (messages === 0) {
      const text = `city.json, sources[${index}].topic: ${topicProblem(source.topic, heard.topics, seconds)}`
      return { text, isProblem: true }
    }
    const because = failure ? `; not understood: ${failure}` : ''
    return {
      text: `${name}: ${count(messages, 'message')} with ${count(values, 'value')}${because}`,
      isProblem: values === 0 && failure !== undefined,
    }
  })
}
