import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { atomFeed, rssFeed } from '#domain/notifications/feeds/atom.ts'
import { capDocument } from '#domain/notifications/feeds/cap.ts'
import type { FeedCity } from '#domain/notifications/feeds/entry.ts'
import { AppError } from '#model/basics/errors.ts'
import { selectFeed, selectFeedEntry } from '../notifications/feed-entries.ts'
import { selectCity } from '../queries/city.ts'
import type { ApiDeps } from './deps.ts'

const tags = ['notifications']
const xml = (description: string, type: string) => ({ description, content: { [type]: { schema: z.any() } } })
/** For a request whose Host header is no name. */
const LOCAL = 'http://localhost'
const FILE = /^(\d{1,15})\.xml$/

/** What is sent to receivers of the channel `feed`, for whoever subscribes. Without such a receiver they are empty. */
export const alertFeedRoutes =
  ({ pool, clock, notify }: Pick<ApiDeps, 'pool' | 'clock' | 'notify'>): FastifyPluginAsyncZod =>
  async (app) => {
    const readCity = async (host: string, protocol: string) => {
      const { name, timeZone, simulated } = (await selectCity(pool)).pack
      const requested = `${protocol}://${host}`
      const baseUrl = (notify.publicUrl ?? (URL.canParse(requested) ? requested : LOCAL)).replace(/\/+$/, '')
      const city: FeedCity = { name, simulated, baseUrl, host: new URL(baseUrl).hostname }
      return { city, place: { city: name, timeZone, simulated, publicUrl: notify.publicUrl } }
    }
    const feed = async (host: string, protocol: string) => {
      const { city, place } = await readCity(host, protocol)
      return { city, entries: await selectFeed(pool, clock(), place) }
    }
    app.get(
      '/alerts/cap.xml',
      {
        schema: {
          tags,
          summary: 'Alerts of the last 7 days as CAP 1.2, in an Atom feed',
          response: { 200: xml('The feed', 'application/atom+xml') },
        },
      },
      async ({ host, protocol }, reply) => {
        const { city, entries } = await feed(host, protocol)
        return send(reply, 'application/atom+xml', atomFeed(entries, city, clock(), true))
      },
    )
    app.get(
      '/alerts/atom.xml',
      {
        schema: {
          tags,
          summary: 'Alerts of the last 7 days as Atom',
          response: { 200: xml('The feed', 'application/atom+xml') },
        },
      },
      async ({ host, protocol }, reply) => {
        const { city, entries } = await feed(host, protocol)
        return send(reply, 'application/atom+xml', atomFeed(entries, city, clock(), false))
      },
    )
    app.get(
      '/alerts/rss.xml',
      {
        schema: {
          tags,
          summary: 'Alerts of the last 7 days as RSS 2.0',
          response: { 200: xml('The feed', 'application/rss+xml') },
        },
      },
      async ({ host, protocol }, reply) => {
        const { city, entries } = await feed(host, protocol)
        return send(reply, 'application/rss+xml', rssFeed(entries, city))
      },
    )
    app.get(
      '/alerts/cap/:file',
      {
        schema: {
          tags,
          summary: 'One alert as CAP 1.2',
          params: z.object({ file: z.string().regex(FILE, 'must be a number with .xml, e.g. 17.xml') }),
          response: { 200: xml('The alert', 'application/cap+xml') },
        },
      },
      async ({ host, protocol, params }, reply) => {
        const { city, place } = await readCity(host, protocol)
        const entry = await selectFeedEntry(pool, Number(FILE.exec(params.file)?.[1]), place)
        if (!entry) throw new AppError('NOT_FOUND', `the alert ${params.file}`)
        return send(reply, 'application/cap+xml', capDocument(entry, city))
      },
    )
  }

const send = (reply: FastifyReply, type: string, body: string): FastifyReply =>
  reply
    .type(`${type}; charset=utf-8`)
    .serializer((payload: unknown) => payload as string)
    .send(body)
