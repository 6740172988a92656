import { AppError } from '#model/basics/errors.ts'
import { withoutPasswords } from './log.ts'
import { createScope, type Scope } from './scope.ts'

/** A second signal means that somebody does not want to wait. */
const EXIT_AFTER_SIGNAL = 130
/** Ctrl-C reaches a process twice when npm has started it: from the terminal, and from npm, which passes it on. */
const SAME_SIGNAL_MS = 500

/**
 * Runs a process to its end: `work` opens things in the scope; SIGINT, SIGTERM, a failure or 'done' close it.
 * An expected failure (AppError) is one sentence on standard error, anything else its stack. When nobody reads its output any
 * more (`| head -1`), it ends as it would on a signal, without a word.
 */
export async function runMain(work: (scope: Scope) => Promise<'done' | 'runs'>): Promise<void> {
  const scope = createScope()
  let stoppedAtMs: number | undefined
  const stop = (): void => {
    if (stoppedAtMs !== undefined && performance.now() - stoppedAtMs > SAME_SIGNAL_MS) process.exit(EXIT_AFTER_SIGNAL)
    stoppedAtMs ??= performance.now()
    finish(scope, 0)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  onUnread(() => finish(scope, 0))
  try {
    if ((await work(scope)) === 'done') finish(scope, 0)
  } catch (error) {
    complain(error)
    finish(scope, 1)
  }
}

/** Calls `end` once the output of this process is not read any more; without it Node would end with a stack trace. */
export function onUnread(end: () => void): void {
  for (const output of [process.stdout, process.stderr])
    output.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      end()
    })
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
  process.stderr.write(`\n${withoutPasswords(text)}\n`)
}
