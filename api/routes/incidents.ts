import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { acknowledge, addNote, assign, close } from '#domain/alerting/actions.ts'
import { selectDirection } from '#domain/alerting/rules.ts'
import { type Actor, authorOf, may } from '#model/access/actor.ts'
import { isWithin } from '#model/access/restriction.ts'
import { handlingSchema, severitySchema } from '#model/alerting/states.ts'
import {
  alertingStatus,
  type Incident,
  incidentAction,
  incidentAssignment,
  incidentDetail,
  incidentGroups,
  incidentNote,
  incidentSchema,
  incidentsResponse,
  type TimelineEntry,
} from '#model/api/alerts.ts'
import { createVulnerableGroups, type VulnerableGroupsDeps } from '../area/vulnerable-groups.ts'
import { cursorParam, readCursor, writeCursor } from '../http/cursor.ts'
import { idParam, keyParam } from '../http/params.ts'
import { selectStatus } from '../queries/alert-rules.ts'
import { affectedBy, changesBefore, neighboursOf, populationOf } from '../queries/incident-context.ts'
import { countOpen, requireIncident, selectIncidents, selectTimeline, withoutNames } from '../queries/incidents.ts'
import type { ApiDeps } from './deps.ts'

const tags = ['alerts']
const byId = z.object({ id: idParam })
const listQuery = z.object({
  state: z.enum(['open', 'closed', 'all']).default('all'),
  severity: severitySchema.optional(),
  handling: handlingSchema.optional(),
  rule: z.string().min(1).max(64).optional().describe('id of an alert rule'),
  thing: keyParam.optional().describe('key of a Thing'),
  zone: keyParam.optional().describe('key of a zone'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: cursorParam.optional(),
})

export const incidentRoutes =
  ({ pool, clock, surveys }: VulnerableGroupsDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const groupsIn = createVulnerableGroups({ pool, clock, surveys })
    app.get(
      '/incidents',
      {
        schema: {
          tags,
          summary:
            'Incidents: open ones first, by severity, affected people and duration; then closed ones, newest first',
          querystring: listQuery,
          response: { 200: incidentsResponse },
        },
      },
      async ({ actor, query: { cursor, limit, ...filter } }) => {
        const after = cursor === undefined ? undefined : readCursor(cursor)
        const rows = await selectIncidents(pool, { ...filter, after, limit: limit + 1 }, clock())
        const page = rows.slice(0, limit)
        const last = page.at(-1)
        const next = rows.length > limit && last ? writeCursor(Number(last.id)) : null
        const incidents = page.map((incident) => (seesNames(actor, incident) ? incident : withoutNames(incident)))
        return { incidents, next, open: await countOpen(pool) }
      },
    )
    app.get(
      '/incidents/:id',
      {
        schema: {
          tags,
          summary: 'One incident: timeline, neighbours, affected population, what changed before it',
          params: byId,
          response: { 200: incidentDetail },
        },
      },
      async ({ actor, params }) => {
        const incident = await requireIncident(pool, params.id, clock())
        const direction = await selectDirection(pool, incident.rule.id)
        const timeline = await selectTimeline(pool, params.id)
        const hidden = !seesNames(actor, incident)
        return {
          incident: hidden ? withoutNames(incident) : incident,
          timeline: hidden ? timeline.map(withoutPersons) : timeline,
          neighbours: await neighboursOf(pool, incident, direction, clock()),
          population: await populationOf(pool, incident),
          changesBefore: await changesBefore(pool, incident),
          affected: await affectedBy(pool, incident),
        }
      },
    )
    // By itself: the first estimates of a survey take longer than somebody who looks at an incident should wait.
    app.get(
      '/incidents/:id/groups',
      {
        schema: {
          tags,
          summary:
            'Vulnerable groups in the zones of an incident, by published estimates of the newest survey that knows them',
          params: byId,
          response: { 200: incidentGroups },
        },
      },
      async ({ params }) => {
        const incident = await requireIncident(pool, params.id, clock())
        const { zones } = await populationOf(pool, incident)
        return { vulnerable: await groupsIn(zones.map(({ zone }) => zone)) }
      },
    )
    app.get(
      '/alerting/status',
      {
        schema: {
          tags,
          summary: 'Whether rules are evaluated, and what could not be',
          response: { 200: alertingStatus },
        },
      },
      () => selectStatus(pool),
    )
    await app.register(actionRoutes({ pool, clock }))
  }

/** Names of those who work on incidents, and what they write, are for those who may do so. */
const seesNames = (actor: Actor, { zone, owner }: Incident): boolean =>
  may(actor, 'operate', false) && isWithin(actor.restriction, { zone, owner })
const withoutPersons = (entry: TimelineEntry): TimelineEntry => ({
  ...entry,
  ...{ who: null, note: null, detail: entry.kind === 'assigned' ? {} : entry.detail },
})

const actionRoutes =
  ({ pool, clock }: Pick<ApiDeps, 'pool' | 'clock'>): FastifyPluginAsyncZod =>
  async (app) => {
    const answer = (id: number) => requireIncident(pool, id, clock())
    const route = (summary: string) => ({
      schema: { tags, summary, params: byId, response: { 200: incidentSchema } },
    })
    const acknowledgeRoute = route('Acknowledge an incident: escalation stops at once')
    app.post(
      '/incidents/:id/acknowledge',
      { ...acknowledgeRoute, schema: { ...acknowledgeRoute.schema, body: incidentAction } },
      async ({ actor, params: { id }, body: { who, note } }) => {
        await acknowledge(pool, id, { by: actor, who: authorOf(actor, who), note, now: clock() })
        return answer(id)
      },
    )
    const assignRoute = route('Assign an incident to a person or team')
    app.post(
      '/incidents/:id/assign',
      { ...assignRoute, schema: { ...assignRoute.schema, body: incidentAssignment } },
      async ({ actor, params: { id }, body: { who, to, note } }) => {
        await assign(pool, id, { by: actor, who: authorOf(actor, who), to, note, now: clock() })
        return answer(id)
      },
    )
    const noteRoute = route('Add a note to an incident, open or closed')
    app.post(
      '/incidents/:id/notes',
      { ...noteRoute, schema: { ...noteRoute.schema, body: incidentNote } },
      async ({ actor, params: { id }, body: { who, note } }) => {
        await addNote(pool, id, { by: actor, who: authorOf(actor, who), note, now: clock() })
        return answer(id)
      },
    )
    const closeRoute = route('Close an incident; nothing is opened for it again while its condition lasts')
    app.post(
      '/incidents/:id/close',
      { ...closeRoute, schema: { ...closeRoute.schema, body: incidentAction } },
      async ({ actor, params: { id }, body: { who, note } }) => {
        await close(pool, id, { by: actor, who: authorOf(actor, who), note, now: clock() })
        return answer(id)
      },
    )
  }
