import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { TILE_TYPES, type Tile } from '#domain/base-map/archives/archive.ts'
import { tileData } from '#domain/base-map/archives/open-archive.ts'
import { AppError } from '#model/basics/errors.ts'
import { COLOUR_SCHEMES } from '#model/city/base-map.ts'
import { belowBasePath } from '../http/base-path.ts'
import { matches } from '../http/etag.ts'
import { sendFile } from '../http/send-file.ts'
import type { ApiDeps } from './deps.ts'

const MAX_ZOOM = 30
const coordinate = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** MAX_ZOOM - 1)
const binary = (description: string) => ({
  description,
  content: { 'application/octet-stream': { schema: z.any() } },
})

/** The folder `basemap/` of the city pack. GET /api/v1/city says whether there is one, and what is drawn of it. */
export const baseMapRoutes =
  ({ baseMap }: Pick<ApiDeps, 'baseMap'>): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/city/base-map/tiles/:archive/:z/:x/:y',
      {
        schema: {
          tags: ['city'],
          summary: 'A tile of an archive (PMTiles or MBTiles) of the base map; 204 where it has none',
          params: z.object({
            archive: z.string(),
            z: z.coerce.number().int().min(0).max(MAX_ZOOM),
            x: coordinate,
            y: coordinate,
          }),
          querystring: z.object({ v: z.string().optional() }),
          response: { 200: binary('The tile'), 204: z.null(), 304: z.null() },
        },
      },
      async (request, reply) => {
        const { archive: file, z, x, y } = request.params
        const archive = baseMap?.archives.get(file)
        if (!archive) throw new AppError('NOT_FOUND', `an archive of tiles named "${file}"`)
        const etag = `"${baseMap?.version}-${z}-${x}-${y}"`
        // The address names the version, so a tile is asked for again only when it may have changed.
        reply.headers({
          etag,
          'cache-control': request.query.v === baseMap?.version ? 'private, max-age=86400' : 'no-cache',
        })
        if (matches(request.headers['if-none-match'], etag)) return reply.status(304).send(null)
        const tile = await archive.tile(z, x, y)
        if (!tile) return reply.status(204).send(null)
        return sendTile(request, reply.type(TILE_TYPES[archive.format]), tile)
      },
    )

    app.get(
      '/city/base-map/styles/:scheme',
      {
        schema: {
          tags: ['city'],
          summary: 'MapLibre style of the base map in a colour scheme, where the city pack brings a style',
          params: z.object({ scheme: z.enum(COLOUR_SCHEMES) }),
          response: { 200: z.looseObject({ version: z.literal(8) }) },
        },
      },
      async ({ params: { scheme } }) => {
        const style = baseMap?.styles.get(scheme)
        if (!style) throw new AppError('NOT_FOUND', 'a style of the base map')
        return { ...belowBasePath(app.basePath, style), version: 8 as const }
      },
    )

    app.get(
      '/city/base-map/files/*',
      {
        compress: false,
        schema: {
          tags: ['city'],
          summary:
            'A file of the base map: glyphs, sprites, tiles, or a whole archive, of which parts can be asked for (Range)',
          params: z.object({ '*': z.string() }),
          response: { 200: binary('The file'), 206: binary('The part that Range names'), 304: z.null(), 416: z.null() },
        },
      },
      async (request, reply) => {
        const { '*': file } = request.params
        const path = baseMap?.files.get(file)
        if (path === undefined) throw new AppError('NOT_FOUND', `a file of the base map named "${file}"`)
        return sendFile(request, reply, path)
      },
    )
  }

/** Vector tiles are stored compressed, and sent so to those who can read them. */
async function sendTile(request: FastifyRequest, reply: FastifyReply, tile: Tile): Promise<FastifyReply> {
  const asStored = tile.isGzipped && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
  if (asStored) reply.header('content-encoding', 'gzip')
  return reply.header('vary', 'accept-encoding').send(Buffer.from(asStored ? tile.data : await tileData(tile)))
}
