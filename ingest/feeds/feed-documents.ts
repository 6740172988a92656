import { HOUR_MS } from '#model/basics/durations.ts'
import { parseShallow } from '#model/text/nesting.ts'
import { isObject, type JsonObject, own, ownObject, ownString } from '../decode/helpers/json.ts'
import { gbfsParts } from './parts.ts'

/** Fetches a document of the feed; undefined when it is unchanged. `unconditional`: without validators. */
export type FetchFeed = (
  url: URL,
  options: { secondary: boolean; unconditional?: boolean },
) => Promise<Buffer | undefined>

/** Reads a feed once. @returns payloads to publish @throws Error with a readable message without secrets */
export type ReadFeed = (url: URL, fetchFeed: FetchFeed) => Promise<(string | Buffer)[]>

/** A reader for a feed of this format; it may cache what rarely changes. */
export const readerFor = (format: string): ReadFeed => (format === 'gbfs' ? gbfsReader() : single)

const single: ReadFeed = async (url, fetchFeed) => {
  const body = await fetchFeed(url, { secondary: false })
  return body ? [body] : []
}

type Place = { lat: unknown; lon: unknown }
const PLACES_EVERY_MS = 6 * HOUR_MS

/**
 * Reads GBFS from its list of documents (gbfs.json), or from station_status or vehicle_status directly. The positions of
 * stations are in a separate document, which is read a few times a day and joined to their status.
 */
function gbfsReader(): ReadFeed {
  let list: JsonObject | undefined
  let places = new Map<string, Place>()
  let placesMs = Number.NEGATIVE_INFINITY
  return async (url, fetchFeed) => {
    const first = parsed(await fetchFeed(url, { secondary: false }))
    const listed = first && documentsIn(first)
    if (listed) list = listed
    if (!list) return first ? payloadsOf(first, places) : []
    const urlOf = (name: string): URL | undefined => linkIn(list, name, url)
    const information = urlOf('station_information')
    if (information && performance.now() - placesMs > PLACES_EVERY_MS) {
      places = placesIn(parsed(await fetchFeed(information, { secondary: true, unconditional: true })))
      placesMs = performance.now()
    }
    const out: string[] = []
    for (const name of ['station_status', 'vehicle_status', 'free_bike_status']) {
      const link = urlOf(name)
      const document = link && parsed(await fetchFeed(link, { secondary: true }))
      if (document) out.push(...payloadsOf(document, places))
    }
    return out
  }
}

function parsed(body: Buffer | undefined): JsonObject | undefined {
  if (!body) return undefined
  let json: unknown
  try {
    json = parseShallow(body.toString('utf8'))
  } catch {
    throw new Error('document is not JSON')
  }
  if (!isObject(json)) throw new Error('document is not a JSON object')
  return json
}

/** The list of documents: under a language up to version 2, directly in version 3. */
function documentsIn(document: JsonObject): JsonObject | undefined {
  const data = ownObject(document, 'data')
  const holder = data && (Array.isArray(own(data, 'feeds')) ? data : Object.values(data).find(hasFeeds))
  const feeds = isObject(holder) ? own(holder, 'feeds') : undefined
  if (!Array.isArray(feeds)) return undefined
  return Object.fromEntries(
    feeds.filter(isObject).map((feed) => [ownString(feed, 'name') ?? '', ownString(feed, 'url')]),
  )
}
const hasFeeds = (value: unknown): boolean => isObject(value) && Array.isArray(own(value, 'feeds'))

function linkIn(list: JsonObject | undefined, name: string, base: URL): URL | undefined {
  const text = list && ownString(list, name)
  if (text === undefined || !URL.canParse(text, base.href)) return undefined
  const url = new URL(text, base)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
}

const stationsIn = (document: JsonObject | undefined): JsonObject[] => {
  const stations = document && own(ownObject(document, 'data') ?? {}, 'stations')
  return Array.isArray(stations) ? stations.filter(isObject) : []
}

function placesIn(document: JsonObject | undefined): Map<string, Place> {
  return new Map(
    stationsIn(document).map((station) => [
      String(own(station, 'station_id')),
      { lat: own(station, 'lat'), lon: own(station, 'lon') },
    ]),
  )
}

function payloadsOf(document: JsonObject, places: ReadonlyMap<string, Place>): string[] {
  const stations = stationsIn(document)
  const joined =
    places.size > 0 && stations.length > 0
      ? {
          ...document,
          data: {
            stations: stations.map((station) => ({ ...places.get(String(own(station, 'station_id'))), ...station })),
          },
        }
      : document
  return gbfsParts(joined).map((part) => JSON.stringify(part))
}
