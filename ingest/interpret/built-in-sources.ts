import type { CityPack, Source } from '#model/city/city-pack.ts'
import { REPLAY_FILTER } from '#model/mqtt/replay-topic.ts'
import { isFormatName } from '../decode/index.ts'

/**
 * Sources of every city that need no configuration: polled feeds and imported files. Their topics contain the format:
 * `<root>/<format>/<name>`, then levels `<key>=<value>` with values that a file does not contain itself
 * (`tz=Europe.Dublin`, `quarter=3`).
 */
export const FEEDS: Source = { name: 'feeds', topic: 'feeds/#' }
export const IMPORT: Source = { name: 'import', topic: 'import/#' }
/** Imports with --history: their times may be older than the retention of raw observations. */
export const IMPORT_HISTORY: Source = { name: 'import-history', topic: 'import-history/#', history: true }
const BUILT_IN: readonly Source[] = [FEEDS, IMPORT, IMPORT_HISTORY]

/** Whether messages of this source come from an imported file. */
export const isImport = ({ name, topic }: Pick<Source, 'name' | 'topic'>): boolean =>
  [IMPORT, IMPORT_HISTORY].some((own) => own.name === name && own.topic === topic)

/** The broker of the city itself; others have names in its pack. */
export const CITY_BROKER = ''

/**
 * The sources at one broker, those of the pack first, so that they take precedence where both match equally. Feeds and imports come
 * by the broker of the city.
 */
export const sourcesOf = (pack: Pick<CityPack, 'sources'>, broker = CITY_BROKER): Source[] => [
  ...pack.sources.filter((source) => (source.broker ?? CITY_BROKER) === broker),
  ...(broker === CITY_BROKER ? BUILT_IN : []),
]

/** Topic filters of an ingest worker at a broker. A replayed message belongs to the source of its original topic. */
export const filtersOf = (pack: Pick<CityPack, 'sources'>, broker = CITY_BROKER): string[] => [
  ...sourcesOf(pack, broker).map(({ topic }) => topic),
  ...(broker === CITY_BROKER ? [REPLAY_FILTER] : []),
]

const ZONE_LEVEL = /^tz=([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)$/

/** A built-in source with format and time zone from the topic; any other source unchanged. */
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
