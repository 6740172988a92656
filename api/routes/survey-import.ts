import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { SURVEY_FILE_BYTES } from '#domain/survey/limits.ts'
import {
  draftResponse,
  eraseRespondentBody,
  type ImportLine,
  respondentErased,
  type SurveyRefused,
  surveyErased,
  surveyImported,
  surveyRefused,
} from '#model/api/survey-import.ts'
import { AppError } from '#model/basics/errors.ts'
import type { SurveyProblem } from '#model/survey-file/problem.ts'
import { DECIMALS } from '#model/text/numbers.ts'
import { acceptForms, partsOf, utf8Of } from '../http/multipart.ts'
import { decimalParam, keyParam } from '../http/params.ts'
import { draftSurvey } from '../surveys/draft-survey.ts'
import { eraseRespondent, eraseSurvey, importSurvey, type OnProgress, type Outcome } from '../surveys/import-survey.ts'
import type { ApiDeps } from './deps.ts'

const BODY_BYTES = SURVEY_FILE_BYTES + 1_000_000
const SHOWN = 1_000
const LINES = 'application/x-ndjson'
const FILE_TYPES = ['text/csv', 'application/octet-stream'] as const

const tags = ['surveys']
const id = z
  .string()
  .max(200)
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and -')
const byId = z.object({ id: keyParam })
const by = z.string().trim().min(1).max(100).default('operator').describe('who answers for it')
const importQuery = z.object({
  by,
  decimal: decimalParam,
  check: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .meta({ description: 'look at everything, store nothing' }),
})
const draftQuery = z.object({
  id: id.default('survey'),
  title: z.string().min(1).max(200).default('Survey'),
  universe: z.string().min(1).max(300).default('private households of the city'),
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
})

type Deps = Pick<ApiDeps, 'pool' | 'indicators' | 'clock'>

/** What a person does with surveys: bring in, replace, erase. All of it needs the key. */
export const surveyImportRoutes =
  (deps: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    acceptForms(app as unknown as FastifyInstance, BODY_BYTES)
    app.addContentTypeParser([...FILE_TYPES], { parseAs: 'buffer', bodyLimit: BODY_BYTES }, (_, body, done) =>
      done(null, body),
    )
    await app.register(importRoutes(deps))
    await app.register(eraseRoutes(deps))
  }

const importRoutes =
  ({ pool, indicators, clock }: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    app.put(
      '/surveys/:id',
      {
        compress: false,
        bodyLimit: BODY_BYTES,
        schema: {
          tags,
          summary: 'Import or replace a survey: the form parts codebook (JSON) and responses (CSV or XLSX)',
          consumes: ['multipart/form-data'],
          params: z.object({ id }),
          querystring: importQuery,
          response: { 200: surveyImported, 422: surveyRefused },
        },
      },
      async ({ params, query, body, url, headers, log }, reply) => {
        const [book, responses] = await partsOf(body, ['codebook', 'responses'])
        const codebook = utf8Of(book, 'codebook')
        const decimal = query.decimal && DECIMALS[query.decimal]
        const run = async (onProgress: OnProgress): Promise<Outcome> => {
          const outcome = await importSurvey(pool, { ...params, ...query, decimal, codebook, responses }, onProgress)
          if (outcome.ok && !query.check) indicators.refresh()
          return outcome
        }
        reply.header('cache-control', 'no-store')
        if (headers.accept?.includes(LINES))
          return reply
            .type(LINES)
            .serializer((payload: unknown) => payload as string)
            .send(
              Readable.from(
                lines(run, { instance: url, onFailure: (err) => log.error({ err }, 'survey import') }),
              ) as never,
            )
        const outcome = await run(() => {})
        if (outcome.ok) return outcome.imported
        return reply.status(422).send(refused(outcome.problems, url))
      },
    )
    app.post(
      '/surveys/draft',
      {
        bodyLimit: BODY_BYTES,
        schema: {
          tags,
          summary: 'A first codebook made of a CSV or XLSX; nothing is stored',
          consumes: [...FILE_TYPES],
          querystring: draftQuery,
          response: { 200: draftResponse },
        },
      },
      async ({ query, body }, reply) => {
        if (!Buffer.isBuffer(body)) throw new AppError('REQUEST_INVALID', 'send the file itself as CSV or XLSX')
        reply.header('cache-control', 'no-store')
        const today = clock().toISOString().slice(0, 10)
        return draftSurvey(pool, body, { ...query, from: query.from ?? today, to: query.to ?? today })
      },
    )
  }

const eraseRoutes =
  ({ pool, indicators }: Deps): FastifyPluginAsyncZod =>
  async (app) => {
    app.delete(
      '/surveys/:id',
      {
        schema: {
          tags,
          summary: 'Erase a survey with all its answers',
          params: byId,
          querystring: z.object({ by }),
          response: { 200: surveyErased },
        },
      },
      async ({ params, query }) => {
        const erased = await eraseSurvey(pool, params.id, query.by)
        indicators.refresh()
        return erased
      },
    )
    app.post(
      '/surveys/:id/respondents/erase',
      {
        schema: {
          tags,
          summary: 'Erase one respondent, who stays out of later imports too',
          params: byId,
          body: eraseRespondentBody,
          response: { 200: respondentErased },
        },
      },
      async ({ params, body }) => {
        const erased = await eraseRespondent(pool, params.id, body.respondent)
        indicators.refresh()
        return erased
      },
    )
  }

/** Progress and outcome as lines of JSON, written as they come. */
async function* lines(
  run: (onProgress: OnProgress) => Promise<Outcome>,
  { instance, onFailure }: { instance: string; onFailure: (error: unknown) => void },
): AsyncGenerator<string> {
  const waiting: ImportLine[] = []
  let wake = (): void => {}
  const push = (line: ImportLine): void => {
    waiting.push(line)
    wake()
  }
  let ended = false
  const done = run(push)
    .then((outcome) =>
      push(outcome.ok ? { imported: outcome.imported } : { refused: refused(outcome.problems, instance) }),
    )
    .catch((error: unknown) => {
      if (!(error instanceof AppError)) onFailure(error)
      push({ failed: failureOf(error) })
    })
    .finally(() => {
      ended = true
      wake()
    })
  while (!ended || waiting.length > 0) {
    for (const line of waiting.splice(0)) yield `${JSON.stringify(line)}\n`
    if (!ended && waiting.length === 0)
      await new Promise<void>((resolve) => {
        wake = resolve
      })
  }
  await done
}

/** The status line has been sent by then; the last line reports the failure. */
function failureOf(error: unknown): Extract<ImportLine, { failed: unknown }>['failed'] {
  if (error instanceof AppError) return { status: error.status, code: error.code, detail: error.message }
  return { status: 500, code: 'INTERNAL', detail: 'something went wrong inside; nothing was stored' }
}

const refused = (problems: readonly SurveyProblem[], instance: string): SurveyRefused => ({
  type: 'urn:citywell:error:SURVEY_INVALID',
  title: 'Survey invalid',
  status: 422,
  detail: `nothing was stored: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`,
  code: 'SURVEY_INVALID',
  instance,
  problems: problems.slice(0, SHOWN),
  total: problems.length,
})
