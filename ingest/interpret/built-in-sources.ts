import type { CityPack, Source } from '#model/city/city-pack.ts'
import { REPLAY_FILTER } from '#model/mqtt/replay.ts'
import { isFormatName } from '../decode/index.ts'

/**
 * Sources that every city has without naming them: feeds that are pulled, and files that are imported. Their topics say
 * how to read them: `<root>/<format>/<name>`, then levels `<key>=<value>` with what a file does not say itself
 * (`tz=Europe.Dublin`, `quarter=3`).
 */
export const FEEDS: Source = { name: 'feeds', topic: 'feeds/#' }
export const IMPORT: Source = { name: 'import', topic: 'import/#' }
/** Imports that were told to be history: their times may be older than the raw data that is kept. */
export const IMPORT_HISTORY: Source = { name: 'import-history', topic: 'import-history/#', history: true }
const BUILT_IN: readonly Source[] = [FEEDS, IMPORT, IMPORT_HISTORY]

/** Whether what comes from this source was read from a file. */
export const isImport = ({ name, topic }: Pick<Source, 'name' | 'topic'>): boolean =>
  [IMPORT, IMPORT_HISTORY].some((own) => own.name === name && own.topic === topic)

/** The sources of a city, its own first: where both cover a topic equally well, the pack decides. */
export const sourcesOf = (pack: Pick<CityPack, 'sources'>): Source[] => [...pack.sources, ...BUILT_IN]

/** What an ingest worker subscribes to. What is replayed belongs to the source that its own topic has. */
export const filtersOf = (pack: Pick<CityPack, 'sources'>): string[] => [
  ...sourcesOf(pack).map(({ topic }) => topic),
  REPLAY_FILTER,
]

const ZONE_LEVEL = /^tz=([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)$/

/** A built-in source as its topic specialises it; any other as it is. */
export function specialise<S extends Source>(source: S, topic: string): S {
  if (!BUILT_IN.some(({ name, topic: filter }) => name === source.name && filter === source.topic)) return source
  const [, format = '', , ...options] = topic.split('/')
  const zone = options.map((level) => ZONE_LEVEL.exec(level)?.[1]).find((found) => found !== undefined)
  const timeZone = zone?.replaceAll('.', '/')
  return {
    ...source,
    ...(isFormatName(format) && { format }),
    ...(timeZone !== undefined && isTimeZone(timeZone) && { timeZone }),
  }
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
