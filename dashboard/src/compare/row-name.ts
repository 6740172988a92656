import type { ComparedRow } from '#model/api/compare.ts'
import { indicatorName } from '../brief/speaker.ts'
import type { Formatters } from '../i18n/formatters.ts'

/** Indicators in the language of the page, questions as the codebook words them. */
export const nameOfRow = ({ code, dataPoint, name }: ComparedRow, i18n: Formatters): string =>
  code === null ? name : indicatorName({ code, dataPoint, name }, i18n)
