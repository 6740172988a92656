import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { matches } from './etag.ts'

type Range = { readonly start: number; readonly end: number }

/** A file, or the part of it that is asked for (RFC 9110, 14): archives of tiles are read piece by piece. */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, path: string): Promise<FastifyReply> {
  const { size, mtimeMs } = await stat(path)
  const etag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`
  reply.headers({ etag, 'accept-ranges': 'bytes', 'cache-control': 'no-cache' })
  if (matches(request.headers['if-none-match'], etag)) return reply.status(304).send()
  reply.type(contentType(path))
  const { range: header, 'if-range': condition } = request.headers
  const range = condition === undefined || condition === etag ? readRange(header, size) : 'all'
  if (range === 'none') return reply.status(416).header('content-range', `bytes */${size}`).send()
  if (range === 'all') return reply.header('content-length', size).send(createReadStream(path))
  const { start, end } = range
  reply.status(206).headers({ 'content-range': `bytes ${start}-${end}/${size}`, 'content-length': end - start + 1 })
  return reply.send(createReadStream(path, { start, end }))
}

/** Of a header with several ranges, or one that is not understood, the whole file is the answer. */
export function readRange(header: string | undefined, size: number): Range | 'all' | 'none' {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? []
  if (first === '' && last === '') return 'all'
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return 'all'
  return start < size && start <= end ? { start, end } : 'none'
}

const TYPES: Readonly<Record<string, string>> = {
  json: 'application/json; charset=utf-8',
  geojson: 'application/geo+json; charset=utf-8',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  avif: 'image/avif',
  pbf: 'application/x-protobuf',
  mvt: 'application/vnd.mapbox-vector-tile',
  pmtiles: 'application/vnd.pmtiles',
  txt: 'text/plain; charset=utf-8',
}

/** Nothing that a browser would run. */
function contentType(path: string): string {
  const ending = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''
  return TYPES[ending] ?? 'application/octet-stream'
}
