import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import * as devices from '#model/api/devices.ts'
import { idParam, keyParam } from '../http/params.ts'
import { issueCredential, revokeCredential, selectCredentials } from '../registry/credentials.ts'
import type { ApiDeps } from './deps.ts'

const tags = ['registry']

/** Credentials of devices for the broker. */
export const credentialRoutes =
  ({ pool }: Pick<ApiDeps, 'pool'>): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/registry/things/:key/credentials',
      {
        schema: {
          tags,
          summary: 'Credentials of a device, without their secrets',
          params: z.object({ key: keyParam }),
          response: { 200: devices.credentialsResponse },
        },
      },
      async ({ params }, reply) => {
        reply.header('cache-control', 'no-store')
        return { credentials: await selectCredentials(pool, params.key) }
      },
    )
    app.post(
      '/registry/things/:key/credentials',
      {
        schema: {
          tags,
          summary: 'Issue a credential for a device; its secret is in this answer only',
          description:
            'With it the device publishes and subscribes to its topics at the embedded broker, and no other client publishes there. `npm run credentials` writes the files of Mosquitto.',
          params: z.object({ key: keyParam }),
          body: devices.credentialRequest,
          response: { 201: devices.issuedResponse },
        },
      },
      async ({ actor, params, body }, reply) => {
        const issued = await issueCredential(pool, actor, params.key, body)
        return reply.status(201).header('cache-control', 'no-store').send(issued)
      },
    )
    app.delete(
      '/registry/credentials/:id',
      {
        schema: {
          tags,
          summary: 'Revoke a credential; its device is disconnected',
          params: z.object({ id: idParam }),
          response: { 204: z.null() },
        },
      },
      async ({ actor, params }, reply) => {
        await revokeCredential(pool, actor, params.id)
        return reply.status(204).send(null)
      },
    )
  }
