import { z } from 'zod'
import { questionnaireAnswers } from '../questionnaire/answers.ts'
import { QUESTIONNAIRE_VERSION } from '../questionnaire/codebook.ts'

/** POST /api/v1/questionnaire/answers */
export const questionnaireReply = z.strictObject({
  /** from the invitation; works once */
  code: z.string().min(1).max(60),
  version: z.literal(QUESTIONNAIRE_VERSION),
  answers: questionnaireAnswers,
})
export type QuestionnaireReply = z.infer<typeof questionnaireReply>
export const keptResponse = z.object({ kept: z.literal(true) })
