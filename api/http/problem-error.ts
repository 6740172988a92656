import { AppError, type ErrorCode } from '#model/basics/errors.ts'

type FieldProblem = { readonly field: string; readonly value: string | null; readonly problem: string }

/** An expected failure that names several fields: `errors` of the problem document. */
export class ProblemError extends AppError {
  readonly fields: readonly FieldProblem[]

  constructor(code: ErrorCode, detail: string, fields: readonly FieldProblem[]) {
    super(code, detail)
    this.fields = fields
  }
}
