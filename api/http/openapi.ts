import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { airIndexSchema } from '#model/air-quality/air-index.ts'
import { problemSchema } from '#model/api/problem.ts'
import { evidenceSchema, indicatorSchema, indicatorValueSchema } from '#model/indicators/catalogue/schema.ts'
import { estimateSchema } from '#model/survey/codebook.ts'
import { renderDocs } from './docs-page.ts'

// Named once, so that the document refers to them instead of repeating them. Evidence is a tree: it has to have a name.
const NAMED = {
  AirIndex: airIndexSchema,
  Evidence: evidenceSchema,
  Indicator: indicatorSchema,
  IndicatorValue: indicatorValueSchema,
  Estimate: estimateSchema,
  Problem: problemSchema,
}
for (const [id, schema] of Object.entries(NAMED)) z.globalRegistry.add(schema, { id })

const PROBLEM = {
  description: 'An error (RFC 9457): `code` is stable, `detail` names the field and the value',
  content: { 'application/problem+json': { schema: problemSchema } },
}

export async function registerOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Citywell',
        version,
        description:
          'What the sensors and the people of a city say. Reading is open; what changes the state of the city needs the key as `Authorization: Bearer <key>`.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      ...(app.basePath !== '' && { servers: [{ url: app.basePath }] }),
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      tags: [
        { name: 'city', description: 'The city, its base map and its zones' },
        { name: 'things', description: 'Devices and assets, with the latest observations' },
        { name: 'observations', description: 'Series, coverage and the live feed' },
        { name: 'indicators', description: 'U4SSC indicators with their evidence' },
        { name: 'surveys', description: 'Estimates from household surveys' },
        { name: 'wellbeing', description: 'Digital wellbeing, as perceived and next to what is measured' },
        { name: 'voices', description: 'What residents tell without a name: not a sample' },
        { name: 'ingest', description: 'What became of every message' },
        { name: 'access', description: 'Sessions, accounts, tokens and the audit log' },
        { name: 'alerts', description: 'Alert rules and incidents' },
        { name: 'notifications', description: 'Who is notified of what, and feeds of alerts' },
        { name: 'operation', description: 'Is it alive, is it ready' },
      ],
    },
    transform: ({ schema: described, ...route }) => {
      const schema = described && { ...described, ...securityOf(route.route) }
      const answers = schema?.response as Record<string, unknown> | undefined
      const response = answers && { ...answers, default: PROBLEM }
      return jsonSchemaTransform({ ...route, schema: schema && { ...schema, ...(response && { response }) } } as never)
    },
    transformObject: (document) =>
      interoperable(withoutUnused(jsonSchemaTransformObject(document) as Document)) as never,
  })
}

/** As the guard read it from the table of routes: the document and the server cannot differ. */
function securityOf({ config }: RouteOptions): { security?: Record<string, string[]>[] } {
  const access = config?.access
  if (typeof access === 'object') return { security: [{}, { key: [] }] }
  if (access === undefined || access === 'open' || access === 'anyone' || access === 'read') return {}
  return { security: [{ key: [] }] }
}

type Document = { components?: { schemas?: Record<string, unknown> } }

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * What zod writes and readers of OpenAPI take for something else. `readOnly` of an immutable type would keep the property
 * out of requests. In answers, a tuple (`prefixItems`) becomes an array of its length whose members are any of its parts:
 * readers of older drafts of JSON Schema reject or misread tuples. Requests keep them.
 */
function interoperable(node: unknown, inRequest = false): unknown {
  if (Array.isArray(node)) return node.map((member) => interoperable(member, inRequest))
  if (!isObject(node)) return node
  const { prefixItems, items, readOnly, ...rest } = node
  const known = readOnly === true ? rest : { ...rest, ...(readOnly !== undefined && { readOnly }) }
  const text = inRequest && isFreeText(node) ? { pattern: WITHOUT_NUL } : {}
  const isTuple = Array.isArray(prefixItems) && !inRequest
  const array = isTuple
    ? { items: anyOf(prefixItems) }
    : { ...(prefixItems !== undefined && { prefixItems }), ...(items !== undefined && { items }) }
  return Object.fromEntries(
    Object.entries({ ...known, ...array, ...text }).map(([key, value]) => [
      key,
      interoperable(value, inRequest || key === 'requestBody' || key === 'parameters'),
    ]),
  )
}

/** Of all texts that have no rule of their own (see text-guard.ts). */
const WITHOUT_NUL = '^[^\\u0000]*$'
const isFreeText = ({ type, pattern, enum: values, const: value, format }: Json): boolean =>
  (type === 'string' || (Array.isArray(type) && type.includes('string'))) &&
  [pattern, values, value, format].every((rule) => rule === undefined)

function anyOf(schemas: readonly unknown[]): unknown {
  const different = new Map(schemas.map((schema) => [JSON.stringify(schema), schema]))
  return different.size === 1 ? schemas[0] : { anyOf: [...different.values()] }
}

/** Each schema comes twice, as it is read and as it is written (`...Input`); what nothing else refers to is left out. */
function withoutUnused(document: Document): Document {
  const schemas = document.components?.schemas ?? {}
  const referrers = { ...document, components: { ...document.components, schemas: undefined } }
  const used = Object.entries(schemas).filter(([name]) => {
    const others = Object.entries(schemas).filter(([other]) => other !== name)
    return JSON.stringify([referrers, others]).includes(`schemas/${name}"`)
  })
  return { ...document, components: { ...document.components, schemas: Object.fromEntries(used) } }
}

/**
 * The document for programs, a page generated from it for people (no script, no font, no request to another origin), and
 * Swagger UI at /docs/try to send requests. Swagger UI is served from its package and works under the policy of every page.
 */
export async function registerDocs(app: FastifyInstance): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/docs/try',
    indexPrefix: app.basePath,
    theme: { title: 'Citywell API' },
    uiConfig: { layout: 'BaseLayout', deepLinking: true, tryItOutEnabled: true, docExpansion: 'none' },
  })
  let page: string | undefined
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  app.get('/docs', { schema: { hide: true } }, async (_request, reply) => {
    page ??= renderDocs(app.swagger() as never, app.basePath)
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page)
  })
  app.get('/docs/', { schema: { hide: true } }, async (_request, reply) => reply.redirect(`${app.basePath}/docs`, 301))
}
