import type { Queryable } from '#infra/db/pool.ts'
import { hashOfCode } from '#infra/runtime/personal-code.ts'
import type { QuestionnaireReply } from '#model/api/questionnaire.ts'
import { AppError, type ErrorCode } from '#model/basics/errors.ts'

const KEEP = `select questionnaire_answer($1, $2, $3, $4) as outcome`

const REFUSED: Readonly<Record<string, ErrorCode>> = {
  unknown: 'INVITATION_UNKNOWN',
  used: 'INVITATION_USED',
  closed: 'FIELDWORK_CLOSED',
  version: 'FIELDWORK_CLOSED',
}

/**
 * Keeps what an invited person answered, where the API itself cannot read it again (migration 019).
 * @throws AppError INVITATION_UNKNOWN, INVITATION_USED, FIELDWORK_CLOSED
 */
export async function keepAnswers(db: Queryable, reply: QuestionnaireReply, now: Date): Promise<void> {
  const values = [hashOfCode(reply.code), reply.version, JSON.stringify(reply.answers), now.toISOString().slice(0, 10)]
  const outcome = (await db.query<{ outcome: string }>(KEEP, values)).rows[0]?.outcome ?? 'unknown'
  const code = REFUSED[outcome]
  if (code) throw new AppError(code)
}
