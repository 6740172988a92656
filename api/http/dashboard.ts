import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { notFound, sendProblem } from './problem.ts'

const notBuilt = (
  basePath: string,
): string => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Citywell</title>
<body><h1>Citywell</h1><p>The API is running; the dashboard is not built yet. <code>npm start</code> builds it in a minute;
elsewhere run <code>npm run build</code>. Reload this page then, or read the <a href="${basePath}/docs">documentation of the API</a>.</p></body></html>`

const notFoundPage = (
  basePath: string,
): string => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Page not found · Citywell</title>
<body><h1>Page not found</h1><p>There is no page at this address. <a href="${basePath}/">Go to the map</a></p></body></html>`

/** Pages for residents, with entries of their own in the build. */
const PUBLIC_PAGES = {
  '/voice': 'voice.html',
  '/street': 'street.html',
  '/questionnaire': 'questionnaire.html',
} as const

type Needs = {
  /** of the built dashboard */
  readonly folder: string | undefined
  /** which methods an address has; undefined: there is no such address */
  readonly methodsOf: (url: string) => readonly string[] | undefined
}

/**
 * The built dashboard: its page at `/` (the view is in the query), the pages for residents, 404 for any other page. Files
 * with a hash in their name are cached for ever, everything else is checked each time.
 */
export async function registerDashboard(app: FastifyInstance, { folder, methodsOf }: Needs): Promise<void> {
  // Asked each time: it may be built while the API answers already.
  const isBuilt = (): boolean => folder !== undefined && existsSync(join(folder, 'index.html'))
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true })
    await app.register(fastifyStatic, {
      root: folder,
      // One route for all files: a rebuilt dashboard is served at once, and metrics count one route.
      wildcard: true,
      index: false,
      // FILE.br and FILE.gz, which the build has written
      preCompressed: true,
      cacheControl: false,
      setHeaders: (reply, path) => {
        reply.header('cache-control', /\/assets\//.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
    app.get('/', { schema: { hide: true } }, (request, reply) => {
      if (!isBuilt()) return sendPage(reply, notBuilt(app.basePath))
      if (showsMap(request)) reply.header('link', mapLinks(folder))
      return reply.sendFile('index.html')
    })
    for (const [path, page] of Object.entries(PUBLIC_PAGES)) {
      app.get(path, { schema: { hide: true } }, (_request, reply) =>
        isBuilt() ? reply.sendFile(page) : sendPage(reply, notBuilt(app.basePath)),
      )
    }
  }
  const refuseMethod = (request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined => {
    const allowed = methodsOf(request.url)
    if (!allowed || allowed.includes(request.method)) return undefined
    reply.header('allow', allowed.join(', '))
    return sendProblem(reply, request, methodNotAllowed(request, allowed))
  }
  // Before a body is read that no route needs.
  app.addHook('onRequest', async (request, reply) => (request.is404 ? refuseMethod(request, reply) : undefined))
  app.setNotFoundHandler((request, reply) => {
    // a GET that the route of the dashboard's files has passed on
    const refused = refuseMethod(request, reply)
    if (refused) return refused
    if (!isPage(request)) return sendProblem(reply, request, notFound(request))
    return pathOf(request) === '/'
      ? sendPage(reply, notBuilt(app.basePath))
      : sendPage(reply.code(404), notFoundPage(app.basePath))
  })
}

/** The default view is the map. */
const showsMap = ({ query }: FastifyRequest): boolean => {
  const { view } = query as { view?: unknown }
  return view === undefined || view === 'map'
}

/** Data that the map asks for, as its scripts ask; addresses are relative to the page: https://html.spec.whatwg.org/multipage/links.html#link-type-preload */
const MAP_DATA = ['api/v1/city', 'api/v1/zones', 'api/v1/things']

/**
 * What the map needs next to what the page names, so that a browser requests it at once: its data, and its scripts after
 * those of the frame. The build lists them; a dashboard built before there was a list has none.
 */
function mapLinks(folder: string): string {
  const list = join(folder, 'map-preload.json')
  const scripts = existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as string[]) : []
  return [
    ...MAP_DATA.map((path) => `<${path}>; rel=preload; as=fetch; crossorigin`),
    ...scripts.map((path) => `<${path}>; rel=modulepreload; fetchpriority=low`),
  ].join(', ')
}

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? ''

function isPage(request: FastifyRequest): boolean {
  const path = pathOf(request)
  const readable = request.method === 'GET' || request.method === 'HEAD'
  // A missing script or image must not be answered with a page.
  const isFile = /\.[a-z0-9]+$/i.test(path)
  return readable && !/^\/api(\/|$)/.test(path) && !isFile && (request.headers.accept ?? '').includes('text/html')
}

const methodNotAllowed = (request: FastifyRequest, allowed: readonly string[]) => ({
  code: 'METHOD_NOT_ALLOWED',
  status: 405,
  detail: `${request.method} is not possible here; use ${allowed.join(', ')}`,
})

const sendPage = (reply: FastifyReply, page: string): FastifyReply => reply.type('text/html; charset=utf-8').send(page)
