import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { isTransient } from '#infra/db/retry.ts'
import type { Problem } from '#model/api/problem.ts'
import { AppError } from '#model/basics/errors.ts'
import type { OutageLog } from './outage-log.ts'
import { ProblemError } from './problem-error.ts'

type FieldError = NonNullable<Problem['errors']>[number]
type Failure = { code: string; status: number; detail: string; errors?: FieldError[] }

/** Fastify asks this about addresses that it cannot even read. */
export const answerUnreadable = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  answerFailure(error, request, reply)

/** One handler for everything that is thrown. */
export function registerProblems(app: FastifyInstance, outage: OutageLog): void {
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
    outage.close()
  })
  app.setErrorHandler((error: FastifyError, request, reply) =>
    // The server was stopped while this was worked on: what it needed is closed, and whoever asked is disconnected.
    isClosing ? sendProblem(reply, request, STOPPED) : answerFailure(error, request, reply, outage),
  )
}

const STOPPED: Failure = { code: 'DATABASE_UNAVAILABLE', status: 503, detail: 'the server is being stopped' }

function answerFailure(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  outage?: OutageLog,
): FastifyReply {
  // A connection that the client broke looks like one to the database that was lost. Nobody reads the answer.
  if (request.raw.readableAborted && !reply.raw.headersSent) {
    request.log.debug('request aborted by the client before it was complete')
    return sendProblem(reply, request, { code: 'REQUEST_INVALID', status: 400, detail: 'the request was not complete' })
  }
  const failure = explain(error, request)
  if (failure.code === 'DATABASE_UNAVAILABLE' && outage) outage.note(error.message)
  // logged once a minute where it is refused, or a flood would fill the log
  else if (failure.status >= 500 && failure.code !== 'TOO_MANY_CLIENTS')
    request.log.error({ err: error, code: failure.code, route: request.routeOptions?.url }, 'request failed')
  return sendProblem(reply, request, failure)
}

export function sendProblem(reply: FastifyReply, request: FastifyRequest, failure: Failure): FastifyReply {
  const { code, status, detail, errors } = failure
  const problem: Problem = {
    type: `urn:citywell:error:${code}`,
    title: titleOf(code),
    status,
    detail,
    code,
    instance: request.url,
    requestId: request.id,
    ...(errors && { errors }),
  }
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="citywell"')
  if (status === 503) reply.header('retry-after', '5')
  return reply
    .status(status)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(problem)
}

/** QUERY_TOO_LARGE -> "Query too large" */
const titleOf = (code: string): string => code.charAt(0) + code.slice(1).toLowerCase().replaceAll('_', ' ')

export const notFound = (request: FastifyRequest): Failure => ({
  code: 'NOT_FOUND',
  status: 404,
  detail: `${request.method} ${request.url.split('?', 1)[0]} does not exist; /openapi.json lists what does`,
})

const SCHEMA_MISSING: ReadonlySet<string> = new Set(['42P01', '42703', '42883'])

function explain(error: FastifyError, request: FastifyRequest): Failure {
  // transient: the embedded database is closing, or being opened again
  if (error instanceof AppError && !isTransient(error)) return explainError(error)
  if (hasZodFastifySchemaValidationErrors(error)) return explainFields(error, request)
  // SQLSTATE 57014: the server gave the statement up
  if (error.code === '57014') return explainError(new AppError('QUERY_TIMEOUT'))
  if (isTransient(error)) return explainError(new AppError('DATABASE_UNAVAILABLE', error.code ?? 'connection lost'))
  // Undefined table, column or function: statements are fixed, so the schema is not the one they were written for.
  if (SCHEMA_MISSING.has(error.code))
    return explainError(new AppError('DATABASE_UNAVAILABLE', `${error.code}: the schema is not up to date`))
  const status = error.statusCode ?? 500
  // The file server says so of names with which no file can be looked up: too long, or with dots.
  if (status === 403) return notFound(request)
  if (status < 500) return { code: 'REQUEST_INVALID', status, detail: error.message }
  return { code: 'INTERNAL', status: 500, detail: 'internal error; the server log has the cause under this request id' }
}

const explainError = (error: AppError): Failure => {
  const { code, status, message } = error
  return { code, status, detail: message, ...(error instanceof ProblemError && { errors: [...error.fields] }) }
}

type Validated = {
  validation: { instancePath: string; message?: string | undefined }[]
  validationContext?: string | undefined
}

function explainFields(error: Validated, request: FastifyRequest): Failure {
  const where = error.validationContext ?? 'body'
  const input = where === 'querystring' ? request.query : where === 'params' ? request.params : request.body
  const errors = error.validation.map(({ instancePath, message }): FieldError => {
    const whole = instancePath.split('/').filter((part) => part !== '')
    // a list in a query is one text: the whole of it is the value
    const path = where === 'body' ? whole : whole.slice(0, 1)
    return { field: path.join('.') || where, value: shown(valueAt(input, path)), problem: message ?? 'is not valid' }
  })
  const detail = errors
    .map(({ field, value, problem }) => `${field}${value === null ? '' : ` = ${value}`}: ${problem}`)
    .join('; ')
  return { code: 'REQUEST_INVALID', status: 400, detail, errors }
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  let value = input
  for (const part of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<string, unknown>)[part]
  }
  return value
}

/** A value as a message may repeat it: short, and never an object that could hold more than was asked about. */
function shown(value: unknown): string | null {
  if (value === undefined || (typeof value === 'object' && value !== null)) return null
  const text = JSON.stringify(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
