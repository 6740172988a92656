import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { airQualityResponse } from '#model/api/air-quality.ts'
import type { AirIndexes } from '../air-quality/index-of.ts'
import { selectCity } from '../queries/city.ts'
import type { ApiDeps } from './deps.ts'

const ZONES = `select id, key, population from zone order by key`
const THINGS = `select id, key from thing where id = any($1::int[]) order by key`

export const airQualityRoutes =
  ({ pool, airIndexes }: Pick<ApiDeps, 'pool'> & { airIndexes: () => Promise<AirIndexes> }): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/air-quality',
      {
        schema: {
          tags: ['air quality'],
          summary: 'US EPA and European index now: city by people, zones, stations',
          response: { 200: airQualityResponse },
        },
      },
      async () => {
        const [{ pack }, { byThing, byZone, city }] = await Promise.all([selectCity(pool), airIndexes()])
        const zones = await pool.query<{ id: number; key: string; population: number | null }>(ZONES)
        const things = await pool.query<{ id: number; key: string }>(THINGS, [[...byThing.keys()]])
        return {
          simulated: pack.simulated,
          city,
          zones: zones.rows.flatMap(({ id, key, population }) => {
            const found = byZone.get(id)
            return found ? [{ ...found, zone: key, people: population }] : []
          }),
          things: things.rows.flatMap(({ id, key }) => {
            const found = byThing.get(id)
            return found ? [{ ...found, thing: key }] : []
          }),
        }
      },
    )
  }
