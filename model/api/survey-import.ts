import { z } from 'zod'
import { codebookSchema, surveyAreaSchema } from '../survey/codebook.ts'
import { surveyProblem } from '../survey-file/problem.ts'

/** PUT /api/v1/surveys/:id (key needed; multipart: codebook, responses): what came in, or would with check=true */
export const surveyImported = z.object({
  id: z.string(),
  respondents: z.int(),
  questions: z.int(),
  replaced: z.boolean(),
  /** only looked at: nothing was stored */
  checked: z.boolean(),
  /** respondents of the file who were erased earlier and stay out */
  erased: z.int(),
  /** respondents, drawn at random, who take part in no figure, because too few differ from the version before (docs/surveys.md) */
  setAside: z.int(),
  /** cells that are suppressed from now on, because too few of their respondents differ from the version before */
  keptBack: z.int(),
  /** columns of the file that the codebook does not name; they are not stored */
  ignored: z.array(z.string()),
  areas: z.array(surveyAreaSchema),
})
export type SurveyImported = z.infer<typeof surveyImported>

/** 422, with the fields of RFC 9457: nothing was stored */
export const surveyRefused = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  instance: z.string(),
  /** all that is wrong; of more than 1,000 problems the first 1,000 */
  problems: z.array(surveyProblem),
  total: z.int(),
})
export type SurveyRefused = z.infer<typeof surveyRefused>

/** With `accept: application/x-ndjson` the answer comes line by line: how far it is, then one of the two above. */
export const importLine = z.union([
  z.object({ step: z.enum(['check', 'store']), done: z.int(), of: z.int() }),
  z.object({ imported: surveyImported }),
  z.object({ refused: surveyRefused }),
  z.object({ failed: z.object({ status: z.int(), code: z.string(), detail: z.string() }) }),
])
export type ImportLine = z.infer<typeof importLine>

/** POST /api/v1/surveys/draft (key needed; the file as it is): a first codebook */
export const draftResponse = z.object({
  codebook: codebookSchema,
  notes: z.array(
    z.object({
      column: z.string(),
      note: z.enum([
        'no_respondent',
        'no_weight',
        'no_zone',
        'label_categories',
        'check_missing',
        'choose_counts',
        'check_group',
        'check_scale',
        'check_blank',
        'check_replicates',
        'left_out_text',
        'left_out_empty',
      ]),
    }),
  ),
  columns: z.array(z.object({ name: z.string(), distinct: z.int(), empty: z.int(), examples: z.array(z.string()) })),
})
export type DraftResponse = z.infer<typeof draftResponse>

/** DELETE /api/v1/surveys/:id (key needed) */
export const surveyErased = z.object({ id: z.string(), respondents: z.int() })
/** POST /api/v1/surveys/:id/respondents/erase (key needed): the name is in the body, because addresses are logged */
export const eraseRespondentBody = z.strictObject({ respondent: z.string().min(1).max(200) })
export const respondentErased = z.object({ id: z.string(), respondents: z.int() })
