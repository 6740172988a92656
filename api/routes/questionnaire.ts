import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { keptResponse, questionnaireReply } from '#model/api/questionnaire.ts'
import { HOUR_MS, limited } from '../http/limited.ts'
import { createRateLimit } from '../http/rate-limit.ts'
import { keepAnswers } from '../surveys/questionnaire-answer.ts'
import type { ApiDeps } from './deps.ts'

/** An interviewer's office types in paper answers from one address; codes cannot be guessed in any case. */
const REPLIES = { perAddress: 120, overall: 5_000 }
const BODY_LIMIT_BYTES = 16_384

/** The web form of the questionnaire sends here. There is no way to read an answer. */
export const questionnaireRoutes =
  ({ pool, clock }: Pick<ApiDeps, 'pool' | 'clock'>): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      '/questionnaire/answers',
      {
        bodyLimit: BODY_LIMIT_BYTES,
        preHandler: limited(createRateLimit({ ...REPLIES, windowMs: HOUR_MS, clock })),
        schema: {
          tags: ['surveys'],
          summary: 'Answers of an invited person, with the code of the invitation; kept as microdata, never read back',
          body: questionnaireReply,
          response: { 201: keptResponse },
        },
      },
      async ({ body }, reply) => {
        await keepAnswers(pool, body, clock())
        return reply.status(201).send({ kept: true as const })
      },
    )
  }
