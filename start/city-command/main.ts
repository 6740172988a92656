/** `npm run city -- ...`: makes and checks city packs. docs/city-packs.md */
import { runMain } from '#infra/runtime/main.ts'
import { check } from './check.ts'
import { HELP, readOptions } from './options.ts'

await runMain(async (scope) => {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') {
    process.stdout.write(HELP)
    return 'done'
  }
  const { lines, isValid } = await check(options.path, options, scope)
  process.stdout.write(`${lines.join('\n')}\n`)
  if (!isValid) process.exitCode = 1
  return 'done'
})
