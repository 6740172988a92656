import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import * as devices from '#model/api/devices.ts'
import { AppError } from '#model/basics/errors.ts'
import { cursorParam, readCursor, writeCursor } from '../http/cursor.ts'
import { idParam, keyParam } from '../http/params.ts'
import { requireThing } from '../queries/registry.ts'
import { changeMany } from '../registry/change-many.ts'
import { deleteThings } from '../registry/delete-things.ts'
import { ignore, selectIgnored, unignore } from '../registry/ignored.ts'
import { untilInForce } from '../registry/in-force.ts'
import { approve, replayApproved, selectPending } from '../registry/pending.ts'
import { replay } from '../replay/replay.ts'
import type { ApiDeps } from './deps.ts'

const tags = ['registry']
const boolParam = z.enum(['true', 'false']).transform((text) => text === 'true')
const page = { search: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(1_000).default(100) }

type Deps = Pick<ApiDeps, 'pool' | 'live' | 'clock'>

/** Deleting Things, ignoring devices and topics, approving new devices. */
export const deviceRoutes =
  (deps: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    await app.register(deletionRoutes(deps))
    await app.register(pendingRoutes(deps))
    await app.register(ignoredRoutes(deps))
  }

const deletionRoutes =
  ({ pool }: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    app.delete(
      '/registry/things/:key',
      {
        schema: {
          tags,
          summary: 'Delete a Thing with all its data',
          description:
            'Datastreams, observations, rollups, calibrations and names; what was deleted is recorded in the history of changes. `confirm` repeats the key. A device that reports again registers itself again unless `ignoreDevices` is true; a Thing of the city pack comes back when the pack is loaded.',
          params: z.object({ key: keyParam }),
          querystring: z.object({
            confirm: keyParam.describe('the key once more'),
            ignoreDevices: boolParam.default(false).describe('true: its devices are ignored from now on'),
          }),
          response: { 200: devices.deletionResponse },
        },
      },
      async ({ actor, params: { key }, query: { confirm, ignoreDevices } }) => {
        if (confirm !== key)
          throw new AppError('VALUE_INVALID', `confirm: "${confirm}" is not the key of the Thing to delete, "${key}"`)
        const thing = await requireThing(pool, key)
        return { deleted: thing.key, ...(await deleteThings(pool, actor, [thing], { ignoreDevices })) }
      },
    )
    app.post(
      '/registry/things/bulk',
      {
        schema: {
          tags,
          summary: 'Confirm, delete or ignore all Things of a selection',
          description:
            'Without `expected` a dry run, which says what would be affected. With it the change is made if so many Things are selected, otherwise 409.',
          body: devices.bulkRequest,
          response: { 200: devices.bulkResponse },
        },
      },
      ({ actor, body }) => changeMany(pool, actor, body),
    )
  }

const pendingRoutes =
  (deps: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    const { pool } = deps
    app.get(
      '/registry/pending',
      {
        schema: {
          tags,
          summary: 'Devices that wait for approval, in the order of their names',
          querystring: z.object({ ...page, after: keyParam.optional().describe('`next` of the page before') }),
          response: { 200: devices.pendingResponse },
        },
      },
      async ({ query }) => {
        const { devices: found, total } = await selectPending(pool, { ...query, limit: query.limit + 1 })
        const shown = found.slice(0, query.limit)
        return { devices: shown, total, next: found.length > query.limit ? (shown.at(-1)?.device ?? null) : null }
      },
    )
    app.post(
      '/registry/pending/approve',
      {
        schema: {
          tags,
          summary: 'Approve devices: they are registered and their stored messages replayed',
          body: devices.approveRequest,
          response: { 200: devices.approveResponse },
        },
      },
      async ({ actor, body }) => {
        const approved = await approve(pool, actor, body)
        const replayed = await replayApproved(deps).catch((error: unknown) => {
          // The approval is stored, and the replay is repeated (registry/schedule.ts).
          if (error instanceof AppError && error.code === 'BROKER_UNAVAILABLE') return 0
          throw error
        })
        return { approved: approved.length, replayed }
      },
    )
  }

const ignoredRoutes =
  (deps: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    const { pool } = deps
    app.get(
      '/registry/ignored',
      {
        schema: {
          tags,
          summary: 'Devices and topics that are ignored, in the order in which they were added',
          querystring: z.object({ ...page, cursor: cursorParam.optional() }),
          response: { 200: devices.ignoredResponse },
        },
      },
      async ({ query: { cursor, limit, search } }) => {
        const after = cursor === undefined ? 0 : readCursor(cursor)
        const { ignored, total } = await selectIgnored(pool, { search, after, limit: limit + 1 })
        const shown = ignored.slice(0, limit)
        const last = shown.at(-1)
        return { ignored: shown, total, next: ignored.length > limit && last ? writeCursor(last.id) : null }
      },
    )
    app.post(
      '/registry/ignored',
      {
        schema: {
          tags,
          summary: 'Ignore devices, Things or topics',
          description:
            'Their messages are still received and counted, and stored as rejected with the reason `ignored` within a limit in bytes.',
          body: devices.ignoreRequest,
          response: { 200: devices.ignoreResponse },
        },
      },
      async ({ actor, body }) => ({ added: await ignore(pool, actor, body) }),
    )
    app.delete(
      '/registry/ignored/:id',
      {
        schema: {
          tags,
          summary: 'Ignore a device or topic no longer',
          params: z.object({ id: idParam }),
          querystring: z.object({
            replay: boolParam.default(false).describe('true: its stored messages are replayed, once workers know'),
          }),
          response: { 200: devices.unignoreResponse },
        },
      },
      async ({ actor, params, query }) => {
        const { kind, name } = await unignore(pool, actor, params.id)
        if (!query.replay) return { name, replayed: 0 }
        await untilInForce(pool, sleep)
        const filter = kind === 'device' ? { devices: [name] } : { detail: `topic filter ${name}` }
        const { replayed } = await replay(deps, { reason: 'ignored', ...filter })
        return { name, replayed }
      },
    )
  }
