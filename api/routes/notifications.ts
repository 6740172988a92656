import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import * as contract from '#model/api/notifications.ts'
import { idParam } from '../http/params.ts'
import { retryMessage, selectMessages } from '../notifications/messages.ts'
import {
  changeReceiver,
  createReceiver,
  deleteReceiver,
  requireReceiver,
  selectReceivers,
  testReceiver,
} from '../notifications/receivers.ts'
import {
  createMaintenance,
  createSilence,
  deleteMaintenance,
  endSilence,
  selectMaintenance,
  selectSilences,
} from '../notifications/silences.ts'
import type { ApiDeps } from './deps.ts'

const tags = ['notifications']
const byId = z.object({ id: idParam })
type Deps = Pick<ApiDeps, 'pool' | 'clock' | 'notify'>

/** Who is notified of what, what keeps messages back, and what became of them. */
export const notificationRoutes =
  (deps: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    await app.register(receiverRoutes(deps))
    await app.register(silenceRoutes(deps))
    await app.register(maintenanceRoutes(deps))
    await app.register(messageRoutes(deps))
  }

const receiverRoutes =
  (deps: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    const { pool, clock, notify } = deps
    app.get(
      '/receivers',
      {
        schema: {
          tags,
          summary: 'Whom to notify of what; secrets are not returned',
          response: { 200: contract.receivers },
        },
      },
      async ({ actor }) => ({ receivers: await selectReceivers(pool, actor) }),
    )
    app.post(
      '/receivers',
      {
        schema: {
          tags,
          summary: 'Create a receiver, and send it a test',
          description:
            'The answer says whether the test arrived; the receiver is created in any case. The signing secret of a webhook is returned only here.',
          body: contract.newReceiver,
          response: { 201: contract.createdReceiver },
        },
      },
      async ({ actor, body }, reply) => {
        const created = await createReceiver(deps, body, actor)
        return reply.status(201).header('cache-control', 'no-store').send(created)
      },
    )
    app.get(
      '/receivers/:id',
      { schema: { tags, summary: 'One receiver', params: byId, response: { 200: contract.receiver } } },
      ({ actor, params }) => requireReceiver(pool, params.id, actor),
    )
    app.patch(
      '/receivers/:id',
      {
        schema: {
          tags,
          summary: 'Change what a receiver is notified of, and when',
          params: byId,
          body: contract.receiverChange,
          response: { 200: contract.receiver },
        },
      },
      ({ actor, params, body }) => changeReceiver(pool, params.id, body, { by: actor, at: clock() }),
    )
    app.delete(
      '/receivers/:id',
      {
        schema: {
          tags,
          summary: 'Delete a receiver with its address; what it was sent stays in the history',
          params: byId,
          response: { 204: z.null() },
        },
      },
      async ({ actor, params }, reply) => {
        await deleteReceiver(pool, params.id, { by: actor, at: clock() })
        return reply.status(204).send(null)
      },
    )
    app.post(
      '/receivers/:id/test',
      { schema: { tags, summary: 'Send a test', params: byId, response: { 200: contract.testResult } } },
      ({ actor, params }) => testReceiver(deps, params.id, actor),
    )
    app.get(
      '/push-key',
      {
        schema: {
          tags,
          summary: 'The public key with which a browser subscribes (VAPID, RFC 8292)',
          response: { 200: contract.pushKey },
        },
      },
      async () => ({ publicKey: await notify.publicKey() }),
    )
  }

const silenceRoutes =
  ({ pool, clock }: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/silences',
      {
        schema: {
          tags,
          summary: 'Silences: planned, active, and ended in the last 30 days',
          response: { 200: contract.silences },
        },
      },
      async ({ actor }) => ({ silences: await selectSilences(pool, actor, clock()) }),
    )
    app.post(
      '/silences',
      {
        schema: {
          tags,
          summary: 'Keep notifications back for a time',
          description:
            'What matches and opens meanwhile is notified at the end of the silence if it is still open then. The end of what was notified before is notified.',
          body: contract.newSilence,
          response: { 201: contract.silence },
        },
      },
      async ({ actor, body }, reply) =>
        reply.status(201).send(await createSilence(pool, body, { by: actor, now: clock() })),
    )
    app.delete(
      '/silences/:id',
      { schema: { tags, summary: 'End a silence now', params: byId, response: { 204: z.null() } } },
      async ({ actor, params }, reply) => {
        await endSilence(pool, params.id, { by: actor, now: clock() })
        return reply.status(204).send(null)
      },
    )
  }

const maintenanceRoutes =
  ({ pool, clock }: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/maintenance-windows',
      {
        schema: {
          tags,
          summary: 'Weekly windows of planned work, in the local time of the city',
          response: { 200: contract.maintenances },
        },
      },
      async ({ actor }) => ({ windows: await selectMaintenance(pool, actor, clock()) }),
    )
    app.post(
      '/maintenance-windows',
      {
        schema: {
          tags,
          summary: 'Keep notifications back during planned work',
          body: contract.newMaintenance,
          response: { 201: contract.maintenance },
        },
      },
      async ({ actor, body }, reply) =>
        reply.status(201).send(await createMaintenance(pool, body, { by: actor, now: clock() })),
    )
    app.delete(
      '/maintenance-windows/:id',
      { schema: { tags, summary: 'Delete a maintenance window', params: byId, response: { 204: z.null() } } },
      async ({ actor, params }, reply) => {
        await deleteMaintenance(pool, params.id, { by: actor, now: clock() })
        return reply.status(204).send(null)
      },
    )
  }

const filter = z.object({
  state: z.enum(contract.MESSAGE_STATES).optional(),
  receiver: idParam.optional().describe('id of a receiver'),
  incident: z.string().min(1).max(200).optional().describe('id of an incident: who was notified of it'),
  before: z.iso.datetime({ offset: true }).optional().describe('messages created before this time'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

const messageRoutes =
  ({ pool, clock }: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/notifications',
      {
        schema: {
          tags,
          summary: 'Messages and what became of them, newest first',
          querystring: filter,
          response: { 200: contract.notifications },
        },
      },
      ({ actor, query }) => selectMessages(pool, query, actor),
    )
    app.post(
      '/notifications/:message/retry',
      {
        schema: {
          tags,
          summary: 'Try an undeliverable message again',
          params: z.object({ message: z.uuid() }),
          response: { 204: z.null() },
        },
      },
      async ({ actor, params }, reply) => {
        await retryMessage(pool, params.message, { by: actor, now: clock() })
        return reply.status(204).send(null)
      },
    )
  }
