import { z } from 'zod'
import { ANSWERS, ITEMS, type Item } from './items.ts'

/** A price as people write it, in whole money or with cents. */
const PRICE = /^\d{1,7}(?:[.,]\d{1,2})?$/

const answerOf = ({ answers }: Item) =>
  answers === null
    ? z
        .string()
        .regex(PRICE, 'must be a number, e.g. 30')
        .transform((text) => text.replace(',', '.'))
    : z.enum(ANSWERS[answers])

/** What one respondent answered, by column; what was left out is not there. */
export const questionnaireAnswers = z
  .strictObject(Object.fromEntries(ITEMS.map((item) => [item.column, answerOf(item).optional()])))
  .refine((given) => Object.values(given).some((answer) => answer !== undefined), 'must answer at least one question')
  .meta({ minProperties: 1 })
