import { isObject, type JsonObject, own, ownObject, ownString } from '../decode/helpers/json.ts'
import { gbfsParts } from './parts.ts'

/** Asks for another document of the same feed; undefined when there is nothing new. `fresh`: unchanged is no answer. */
export type Ask = (url: URL, options: { secondary: boolean; fresh?: boolean }) => Promise<Buffer | undefined>

/** What one look at a feed brings: payloads to publish. @throws Error in words for people, without secrets */
export type ReadFeed = (url: URL, ask: Ask) => Promise<(string | Buffer)[]>

/** A reader for a feed of this format; it may remember what changes seldom. */
export const readerFor = (format: string): ReadFeed => (format === 'gbfs' ? gbfsReader() : single)

const single: ReadFeed = async (url, ask) => {
  const body = await ask(url, { secondary: false })
  return body ? [body] : []
}

type Place = { lat: unknown; lon: unknown }
const PLACES_EVERY_MS = 6 * 3_600_000

/**
 * GBFS from its list of documents (gbfs.json), or from station_status or vehicle_status directly. Where stations are is
 * in a document of its own, which is read a few times a day and joined to what is in them.
 */
function gbfsReader(): ReadFeed {
  let list: JsonObject | undefined
  let places = new Map<string, Place>()
  let placesMs = Number.NEGATIVE_INFINITY
  return async (url, ask) => {
    // An unchanged list is the list we have.
    const first = parsed(await ask(url, { secondary: false }))
    const listed = first && documentsIn(first)
    if (listed) list = listed
    if (!list) return first ? payloadsOf(first, places) : []
    const urlOf = (name: string): URL | undefined => linkIn(list, name, url)
    const information = urlOf('station_information')
    if (information && performance.now() - placesMs > PLACES_EVERY_MS) {
      places = placesIn(parsed(await ask(information, { secondary: true, fresh: true })))
      placesMs = performance.now()
    }
    const out: string[] = []
    for (const name of ['station_status', 'vehicle_status', 'free_bike_status']) {
      const link = urlOf(name)
      const document = link && parsed(await ask(link, { secondary: true }))
      if (document) out.push(...payloadsOf(document, places))
    }
    return out
  }
}

function parsed(body: Buffer | undefined): JsonObject | undefined {
  if (!body) return undefined
  let json: unknown
  try {
    json = JSON.parse(body.toString('utf8'))
  } catch {
    throw new Error('the document is no JSON')
  }
  if (!isObject(json)) throw new Error('the document is no JSON object')
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
