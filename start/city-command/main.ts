/** `npm run city -- ...`: makes and checks city packs. docs/city-packs.md */
import { runMain } from '#infra/runtime/main.ts'
import { check } from './check/check.ts'
import { askNobody, askOnTerminal } from './new/ask.ts'
import { writePack } from './new/write-pack.ts'
import { HELP, readOptions } from './options.ts'

await runMain(async (scope) => {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') {
    process.stdout.write(HELP)
    return 'done'
  }
  const { lines, isValid } =
    options.command === 'check'
      ? await check(options.path, options, scope)
      : await writePack(options.path, {
          answers: options,
          ask: process.stdin.isTTY ? askOnTerminal(scope) : askNobody,
          scope,
        })
  process.stdout.write(`${lines.join('\n')}\n`)
  if (!isValid) process.exitCode = 1
  return 'done'
})
