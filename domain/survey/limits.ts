import type { TableLimits } from '#infra/table/table.ts'

/** Largest file of answers: about 100,000 respondents with 40 questions. */
export const SURVEY_FILE_BYTES = 20_000_000
export const SURVEY_LIMITS: TableLimits = { maxRows: 200_000, maxColumns: 1_000, maxUnpackedBytes: 400_000_000 }
