/** `npm start`: a whole city in one process. The composition root: the only folder that may import every other. */
import { resolve } from 'node:path'
import { loadConfig } from '#infra/runtime/config.ts'
import { runMain } from '#infra/runtime/main.ts'
import { runCity } from './city.ts'
import { HELP, readOptions } from './options.ts'
import { createScreen } from './screen.ts'

await runMain(async (scope) => {
  const options = readOptions(process.argv.slice(2))
  if (options.help) {
    process.stdout.write(HELP)
    return 'done'
  }
  const loaded = loadConfig()
  const config = options.city ? { ...loaded, city: resolve(options.city) } : loaded
  await runCity(config, createScreen(process.stdout), scope, { dashboard: options.dashboard })
  return 'runs'
})
