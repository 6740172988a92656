import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { AppError } from '#model/basics/errors.ts'
import { domainsParam } from '../http/params.ts'
import type { Wire } from '../live/client.ts'
import type { createHub } from '../live/hub.ts'

type Hub = ReturnType<typeof createHub>
const MAX_CLIENTS = 1_000
/** A wall of screens behind one address; behind a proxy, TRUST_PROXY tells the addresses apart. */
const MAX_CLIENTS_PER_ADDRESS = 50

export const liveRoutes =
  ({ hub }: { hub: Hub }): FastifyPluginAsyncZod =>
  async (app) => {
    const perAddress = new Map<string, number>()
    app.get(
      '/live',
      {
        compress: false,
        schema: {
          tags: ['observations'],
          summary:
            'Server-sent events: `snapshot`, then `observations` as they are committed, `ledger` every 5 s, `incident` when one changes',
          produces: ['text/event-stream'],
          querystring: z.object({ domain: domainsParam.optional() }),
        },
      },
      // Last-Event-ID is ignored: a client that reconnects gets a snapshot, which includes what it missed.
      (request, reply) => {
        const { query, ip } = request
        if (hub.clients() >= MAX_CLIENTS) {
          throw new AppError('TOO_MANY_CLIENTS', `${MAX_CLIENTS} event streams are open; try again later`)
        }
        const open = perAddress.get(ip) ?? 0
        if (open >= MAX_CLIENTS_PER_ADDRESS)
          throw new AppError(
            'TOO_MANY_CLIENTS',
            `${MAX_CLIENTS_PER_ADDRESS} event streams are open from this address; close one`,
          )
        perAddress.set(ip, open + 1)
        reply.raw.once('close', () => {
          const left = (perAddress.get(ip) ?? 1) - 1
          if (left > 0) perAddress.set(ip, left)
          else perAddress.delete(ip)
        })
        openStream(reply)
        hub.add(wireOf(reply), query.domain, () => app.isStillAllowed(request))
      },
    )
  }

function openStream(reply: FastifyReply): void {
  reply.hijack()
  const headers = Object.fromEntries(Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined))
  reply.raw.writeHead(200, {
    ...(headers as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // nginx would hold the stream back until its buffer is full
    'x-accel-buffering': 'no',
  })
  reply.raw.socket?.setNoDelay(true)
  reply.raw.flushHeaders()
}

function wireOf({ raw }: FastifyReply): Wire {
  raw.on('error', () => raw.destroy())
  return {
    write: (text) => {
      if (!raw.writableEnded && !raw.destroyed) raw.write(text)
    },
    pendingBytes: () => raw.writableLength,
    onDrain: (listener) => raw.on('drain', listener),
    onClose: (listener) => raw.once('close', listener),
    // A client that takes nothing would keep `end` waiting for ever.
    end: () => (raw.writableLength > 0 ? raw.destroy() : raw.end()),
  }
}
