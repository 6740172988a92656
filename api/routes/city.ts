import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type BaseMap, mapAttributionOf } from '#domain/base-map/base-map.ts'
import { type CityResponse, cityResponse, zoneFeatures } from '#model/api/city.ts'
import { AppError } from '#model/basics/errors.ts'
import { VOICE_RETENTION_DAYS } from '#model/basics/retention.ts'
import { languageResponse } from '#model/city/language-file.ts'
import { BUILT_IN_LANGUAGES, directionOf, languageName, languageTagSchema } from '#model/text/languages.ts'
import type { AirIndexes } from '../air-quality/index-of.ts'
import { belowBasePath } from '../http/base-path.ts'
import { matches } from '../http/etag.ts'
import { type CityFacts, selectBaseMap, selectCity, selectLanguage, selectMapVersion } from '../queries/city.ts'
import { selectZones, selectZonesAt, type ZoneRow } from '../queries/zones.ts'
import type { ApiDeps } from './deps.ts'

type Deps = Pick<ApiDeps, 'pool' | 'backfill' | 'baseMap'> & { airIndexes: () => Promise<AirIndexes> }
const EMPTY_MAP = '{"type":"FeatureCollection","features":[]}'

export const cityRoutes =
  ({ pool, backfill, airIndexes, baseMap }: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/city',
      {
        schema: {
          tags: ['city'],
          summary: 'The city: name, bounds, time zone, population',
          response: { 200: cityResponse },
        },
      },
      async () => {
        const besides = { backfill: backfill?.() ?? null, baseMap, basePath: app.basePath }
        return describeCity(await selectCity(pool), besides)
      },
    )

    app.get(
      '/languages/:tag',
      {
        schema: {
          tags: ['city'],
          summary: 'Messages that the city adds to a language of the pages, by id (ICU MessageFormat)',
          params: z.object({ tag: languageTagSchema }),
          response: { 200: languageResponse },
        },
      },
      async ({ params: { tag } }) => {
        const messages = await selectLanguage(pool, tag)
        if (!messages) throw new AppError('LANGUAGE_UNKNOWN', tag)
        return { tag, ...messages }
      },
    )

    // The map is megabytes that rarely change: cached as text with its version.
    let cached: { version: string; text: string } | undefined
    app.get(
      '/city/map',
      {
        schema: {
          tags: ['city'],
          summary: 'Base map as GeoJSON; features carry `layer`',
          response: {
            200: { description: 'The map', content: { 'application/geo+json': { schema: z.any() } } },
            304: z.null(),
          },
        },
      },
      async (request, reply) => {
        const { geoJson } = baseMap ?? {}
        const version =
          geoJson === undefined ? ((await selectMapVersion(pool)) ?? 0).toString(36) : `f${baseMap?.version}`
        const etag = `"map-${version}"`
        reply.headers({ etag, 'cache-control': 'no-cache' })
        if (matches(request.headers['if-none-match'], etag)) return reply.status(304).send(null)
        if (cached?.version !== version) cached = { version, text: geoJson ?? (await selectBaseMap(pool)) ?? EMPTY_MAP }
        return reply.type('application/geo+json').serializer(String).send(cached.text)
      },
    )

    app.get(
      '/zones',
      {
        schema: {
          tags: ['city'],
          summary: 'Zones with population and air quality index; with `at` as they were at that time',
          querystring: z.object({ at: z.iso.datetime({ offset: true }).optional() }),
          response: { 200: zoneFeatures },
        },
      },
      async ({ query: { at } }) => {
        const found = at === undefined ? selectZones(pool) : selectZonesAt(pool, new Date(at))
        const [zones, air] = await Promise.all([found, airIndexes()])
        return { type: 'FeatureCollection' as const, features: zones.map((zone) => zoneFeature(zone, air)) }
      },
    )
  }

type Besides = { readonly backfill: number | null; readonly baseMap: BaseMap | undefined; readonly basePath: string }

function describeCity(
  { pack, languages, ...facts }: CityFacts,
  { backfill, baseMap, basePath }: Besides,
): CityResponse {
  return {
    name: pack.name,
    country: pack.country ?? null,
    description: pack.description ?? null,
    timeZone: pack.timeZone,
    centre: pack.centre,
    population: pack.population,
    households: pack.households ?? null,
    simulated: pack.simulated,
    voiceKeepDays: pack.voices?.keepDays ?? VOICE_RETENTION_DAYS,
    mapStyle: pack.mapStyle ?? null,
    baseMap: belowBasePath(basePath, baseMap?.response ?? null),
    mapAttribution: mapAttributionOf(pack, baseMap),
    ...facts,
    language: pack.language ?? null,
    languages: availableLanguages(languages),
    backfill,
    links: belowBasePath(basePath, {
      map: '/api/v1/city/map',
      zones: '/api/v1/zones',
      things: '/api/v1/things',
      indicators: '/api/v1/indicators',
      surveys: '/api/v1/surveys',
      live: '/api/v1/live',
      documentation: `${basePath}/docs`,
    }),
  }
}

/** Those of Citywell, then those that only the city has. */
const availableLanguages = (own: readonly string[]): CityResponse['languages'] =>
  [...new Set([...BUILT_IN_LANGUAGES, ...own])].map((tag) => ({
    ...{ tag, name: languageName(tag), direction: directionOf(tag) },
    own: own.includes(tag),
  }))

function zoneFeature(zone: ZoneRow, air: AirIndexes) {
  const { id, geometry, area_km2, ...properties } = zone
  const airIndex = air.byZone.get(id) ?? { us: null, european: null, stations: 0 }
  return {
    type: 'Feature' as const,
    id: zone.key,
    geometry,
    properties: { ...properties, areaKm2: area_km2, airIndex },
  }
}
