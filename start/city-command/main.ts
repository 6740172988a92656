/** `npm run city -- ...`: makes and checks city packs, and their maps. docs/city-packs.md */
import { runMain } from '#infra/runtime/main.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import { check } from './check/check.ts'
import { makeMap } from './map/map.ts'
import { askNobody, askOnTerminal } from './new/ask.ts'
import { writePack } from './new/write-pack.ts'
import { type CityOptions, HELP, readOptions } from './options.ts'

await runMain(async (scope) => {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') {
    process.stdout.write(HELP)
    return 'done'
  }
  const { lines, isValid } = await run(options, scope)
  process.stdout.write(`${lines.join('\n')}\n`)
  if (!isValid) process.exitCode = 1
  return 'done'
})

function run(options: CityOptions, scope: Scope): Promise<{ lines: string[]; isValid: boolean }> {
  const { command, path } = options
  if (command === 'check') return check(path, options, scope)
  if (command === 'map') return makeMap(path, options.city ?? '')
  const ask = process.stdin.isTTY ? askOnTerminal(scope) : askNobody
  return writePack(path, { answers: options, ask, scope })
}
