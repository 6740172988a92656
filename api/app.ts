import { randomUUID } from 'node:crypto'
import { constants } from 'node:zlib'
import compress from '@fastify/compress'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { isTransient } from '#infra/db/retry.ts'
import { standardFor } from '#model/air-quality/standards/built-in.ts'
import { registerRequestAudit } from './access/audit-requests.ts'
import { accessRoutes } from './access/endpoints/index.ts'
import { registerGuard } from './access/guard.ts'
import { airStandards } from './air-quality/standards.ts'
import { alertFigures } from './alerting/figures.ts'
import { trackMethods } from './http/allowed-methods.ts'
import { registerAnswerLimit } from './http/answer-limit.ts'
import { registerBasePath, withoutBasePath } from './http/base-path.ts'
import { registerDisconnects } from './http/client-address.ts'
import { registerDashboard } from './http/dashboard.ts'
import { registerEtags } from './http/etag.ts'
import { registerKnownQuery } from './http/known-query.ts'
import { memo } from './http/memo.ts'
import { createMetrics, type Metrics, registerMetrics } from './http/metrics.ts'
import { registerDocs, registerOpenApi } from './http/openapi.ts'
import { createOutageLog } from './http/outage-log.ts'
import { answerUnreadable, registerProblems } from './http/problem.ts'
import { registerRequestLimits } from './http/request-limits.ts'
import { registerSecurity } from './http/security.ts'
import { registerSharedAnswers } from './http/shared-answers.ts'
import { registerTextGuard } from './http/text-guard.ts'
import { answerUnparsed, refuseTunnel } from './http/unparsed.ts'
import { createHub } from './live/hub.ts'
import { onNewDatastreams } from './live/new-datastreams.ts'
import { newestFinished } from './nightly/reconciliations.ts'
import { currentYear, selectCity } from './queries/city.ts'
import { changedIncidents } from './queries/incidents.ts'
import { selectLedger } from './queries/ledger.ts'
import { selectLatest } from './queries/live.ts'
import { selectRevision } from './queries/shift-log.ts'
import { airQualityRoutes } from './routes/air-quality.ts'
import { alertFeedRoutes } from './routes/alert-feeds.ts'
import { alertRuleRoutes } from './routes/alert-rules.ts'
import { archiveRoutes } from './routes/archive.ts'
import { areaRoutes } from './routes/area.ts'
import { backupRoutes } from './routes/backup.ts'
import { baseMapRoutes } from './routes/base-map.ts'
import { briefRoutes } from './routes/brief.ts'
import { cityRoutes } from './routes/city.ts'
import { compareRoutes } from './routes/compare.ts'
import { coverageRoutes } from './routes/coverage.ts'
import { credentialRoutes } from './routes/credentials.ts'
import type { ApiDeps } from './routes/deps.ts'
import { deviceRoutes } from './routes/devices.ts'
import { equityRoutes } from './routes/equity.ts'
import { healthRoutes } from './routes/health.ts'
import { historyRoutes } from './routes/history.ts'
import { incidentRoutes } from './routes/incidents.ts'
import { indicatorRoutes } from './routes/indicators.ts'
import { ingestRoutes } from './routes/ingest.ts'
import { liveRoutes } from './routes/live.ts'
import { notificationRoutes } from './routes/notifications.ts'
import { observationRoutes } from './routes/observations.ts'
import { questionnaireRoutes } from './routes/questionnaire.ts'
import { reconciliationRoutes } from './routes/reconciliation.ts'
import { registryRoutes } from './routes/registry.ts'
import { reportRoutes } from './routes/reports.ts'
import { shiftLogRoutes } from './routes/shift-log.ts'
import { streetRoutes } from './routes/street.ts'
import { surveyImportRoutes } from './routes/survey-import.ts'
import { surveyRoutes } from './routes/surveys.ts'
import { thingRoutes } from './routes/things.ts'
import { voiceRoutes } from './routes/voices.ts'
import { wellbeingRoutes } from './routes/wellbeing.ts'

const API_VERSION = '0.4.0'
/** A reported value or a list of ids is small; anything larger is a mistake. */
const BODY_LIMIT_BYTES = 1_000_000
/** As much as Node reads of headers: longer parameters are refused by their schemas, which name the parameter. */
const MAX_PARAM_LENGTH = 16_384
/** For the complete request to arrive, uploads included. */
const REQUEST_TIMEOUT_MS = 60_000
/** The index moves by the hour; the map asks for it by the second. */
const AIR_INDEX_MS = 30_000
const SNAPSHOT_MS = 1_000
const TIME_ZONE_MS = 60_000

type Hub = ReturnType<typeof createHub>
type Parts = { hub: Hub; metrics: Metrics }

/** The HTTP API and the dashboard. It knows no port and no environment; `close()` ends the event streams it opened. */
export async function buildApp(deps: ApiDeps): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    // In every error answer and in the log, unique across restarts.
    genReqId: () => randomUUID(),
    frameworkErrors: answerUnreadable,
    clientErrorHandler: answerUnparsed,
    // A body that trickles in holds a connection and its memory.
    requestTimeout: REQUEST_TIMEOUT_MS,
    bodyLimit: BODY_LIMIT_BYTES,
    // Rate limits are per client address; the forwarded header is trusted only behind a known proxy.
    trustProxy: deps.trustProxy ?? false,
    rewriteUrl: withoutBasePath(deps.basePath ?? ''),
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: MAX_PARAM_LENGTH },
    // Keep-alive connections must not hold up a stop.
    forceCloseConnections: true,
  })
  app.server.on('connect', refuseTunnel)
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)

  const hub = createHub({
    source: deps.live,
    latest: memo(SNAPSHOT_MS, deps.clock, () => selectLatest(deps.pool)),
    ledger: () => selectLedger(deps.pool, deps.clock()),
    incidents: (afterEvent) => changedIncidents(deps.pool, afterEvent, deps.clock()),
    shiftRevision: () => selectRevision(deps.pool),
    clock: deps.clock,
    onOutage: (what, error) =>
      deps.log.warn(
        isTransient(error) ? { what, detail: (error as Error).message } : { what, err: error },
        'live feed: outage started; pages keep their data, retrying',
      ),
    onOutageEnd: (what, seconds) => deps.log.info({ what, seconds }, 'live feed: outage ended'),
  })
  app.addHook('preClose', async () => hub.close())
  const metrics = createMetrics({
    pool: deps.pool,
    clients: hub.clients,
    subscribed: deps.live.subscribed,
    registry: deps.registry,
    ledger: () => selectLedger(deps.pool, deps.clock()),
    reconciliation: () => newestFinished(deps.pool),
  })

  const methodsOf = trackMethods(app)
  await registerHttp(app, deps)
  await registerRoutes(app, deps, { hub, metrics })
  await registerDashboard(app, { folder: deps.dashboard, methodsOf })
  return app
}

/** The standard with a key; without one the city's own, or the one that applies this year. */
const standardOf =
  ({ pool, clock }: ApiDeps) =>
  async (key: string | undefined) => {
    const { own, standards } = await airStandards(pool)
    return key === undefined
      ? standardFor(standards, own, await currentYear(pool, clock()))
      : standards.find((standard) => standard.key === key)
  }

async function registerHttp(app: FastifyInstance, deps: ApiDeps): Promise<void> {
  registerDisconnects(app)
  registerAnswerLimit(app)
  registerBasePath(app, deps.basePath ?? '')
  registerSecurity(app, deps)
  registerRequestLimits(app, deps.requestLimits)
  registerGuard(app, deps)
  registerRequestAudit(app, deps)
  registerProblems(
    app,
    createOutageLog(deps.log, () => deps.pool.query('select 1')),
  )
  registerTextGuard(app)
  registerKnownQuery(app)
  registerEtags(app)
  await app.register(compress, {
    encodings: ['br', 'gzip'],
    threshold: 1_024,
    // brotli's default takes seconds over a base map
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  })
  await registerOpenApi(app, API_VERSION)
}

async function registerRoutes(app: FastifyInstance, deps: ApiDeps, { hub, metrics }: Parts): Promise<void> {
  const { pool, microdata, clock, live, indicators, surveys, backfill, notify, baseMap } = deps
  const { heavyPool = pool } = deps
  const airIndexes = memo(AIR_INDEX_MS, clock, () => deps.airIndexes(clock()))
  const timeZone = memo(TIME_ZONE_MS, clock, async () => (await selectCity(pool)).pack.timeZone)
  const shared = registerSharedAnswers(app, deps.sharedAnswers)
  // whoever hears of a Datastream for the first time asks for its Thing
  const stopListening = live.listen(onNewDatastreams(shared.forget))
  app.addHook('preClose', async () => {
    stopListening()
  })
  registerMetrics(app, metrics)
  await registerDocs(app)
  await app.register(healthRoutes({ pool: deps.healthPool ?? pool, live, ...(deps.parts && { parts: deps.parts }) }))
  await app.register(
    async (v1) => {
      await v1.register(accessRoutes(deps))
      await v1.register(cityRoutes({ pool, airIndexes, ...(backfill && { backfill }), ...(baseMap && { baseMap }) }))
      await v1.register(baseMapRoutes(deps))
      await v1.register(streetRoutes({ pool: heavyPool, microdata, clock, indicators, airIndexes }))
      await v1.register(areaRoutes({ pool: heavyPool, microdata, clock, indicators, surveys }))
      await v1.register(thingRoutes({ pool, clock, airIndexes, shared }))
      await v1.register(observationRoutes({ pool: heavyPool, clock, timeZone }))
      await v1.register(historyRoutes({ pool: heavyPool, clock, timeZone }))
      await v1.register(coverageRoutes({ pool: heavyPool, clock }))
      await v1.register(indicatorRoutes({ pool: heavyPool, indicators }))
      await v1.register(reportRoutes({ pool: heavyPool, indicators, clock, ...(baseMap && { baseMap }) }))
      await v1.register(briefRoutes({ pool: heavyPool, microdata, clock, indicators }))
      await v1.register(compareRoutes({ pool: heavyPool, microdata, clock, indicators }))
      await v1.register(surveyRoutes({ surveys }))
      await v1.register(surveyImportRoutes({ pool, indicators, clock }))
      await v1.register(equityRoutes({ pool: heavyPool, microdata, clock, indicators }))
      await v1.register(wellbeingRoutes({ pool: heavyPool, microdata, clock, indicators }))
      await v1.register(questionnaireRoutes({ pool, clock }))
      await v1.register(voiceRoutes({ pool, clock }))
      await v1.register(ingestRoutes({ pool, clock, live }))
      await v1.register(archiveRoutes({ pool, clock, live }))
      await v1.register(registryRoutes({ pool }))
      await v1.register(deviceRoutes({ pool, live, clock }))
      await v1.register(credentialRoutes({ pool }))
      await v1.register(airQualityRoutes({ pool: heavyPool, airIndexes }))
      await v1.register(reconciliationRoutes({ pool, clock }))
      await v1.register(backupRoutes(deps))
      await v1.register(alertRuleRoutes({ pool, clock, standardOf: standardOf(deps), figures: alertFigures(deps) }))
      await v1.register(incidentRoutes({ pool, clock, surveys }))
      await v1.register(shiftLogRoutes({ pool, clock }))
      await v1.register(notificationRoutes({ pool, clock, notify }))
      await v1.register(alertFeedRoutes({ pool, clock, notify }))
      await v1.register(liveRoutes({ hub }))
    },
    { prefix: '/api/v1' },
  )
}
