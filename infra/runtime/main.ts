import { AppError } from '#model/basics/errors.ts'
import { createScope, type Scope } from './scope.ts'

/** A second signal means that somebody does not want to wait. */
const EXIT_AFTER_SIGNAL = 130

/**
 * Runs a process to its end: `work` opens things in the scope; SIGINT, SIGTERM, a failure or 'done' close it.
 * An expected failure (AppError) is one sentence on standard error, anything else its stack.
 */
export async function runMain(work: (scope: Scope) => Promise<'done' | 'runs'>): Promise<void> {
  const scope = createScope()
  const stop = (): void => {
    process.once('SIGINT', () => process.exit(EXIT_AFTER_SIGNAL))
    process.once('SIGTERM', () => process.exit(EXIT_AFTER_SIGNAL))
    finish(scope, 0)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    if ((await work(scope)) === 'done') finish(scope, 0)
  } catch (error) {
    complain(error)
    finish(scope, 1)
  }
}

function finish(scope: Scope, code: number): void {
  scope.close().then(
    // 0 leaves the word to what `work` has set as process.exitCode
    () => process.exit(code === 0 ? process.exitCode : code),
    (error) => {
      complain(error)
      process.exit(1)
    },
  )
}

function complain(error: unknown): void {
  const text =
    error instanceof AppError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`\n${text}\n`)
}
