import { createInterface } from 'node:readline/promises'
import type { Scope } from '#infra/runtime/scope.ts'
import { AppError } from '#model/basics/errors.ts'

export type Question = {
  /** the option that answers it, as --name */
  readonly option: string
  readonly text: string
  /** the answer to an empty line; '' where the question may stay open, undefined where it may not */
  readonly suggestion?: string | undefined
}
/** Answers a question that no option has answered. */
export type Ask = (question: Question) => Promise<string>

/** Asks on a terminal. */
export function askOnTerminal(scope: Scope): Ask {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  scope.defer(() => terminal.close())
  return async ({ text, suggestion }) => {
    for (;;) {
      const answer = (await terminal.question(`${text}${suggestion ? ` [${suggestion}]` : ''}: `)).trim() || suggestion
      if (answer !== undefined) return answer
    }
  }
}

/** Without a terminal suggestions are taken, and what has none is an error that names the option. */
export const askNobody: Ask = async ({ option, text, suggestion }) => {
  if (suggestion !== undefined) return suggestion
  throw new AppError(
    'CONFIG_INVALID',
    `${option} is needed: ${text}\nnpm run city -- --help lists commands and options`,
  )
}
