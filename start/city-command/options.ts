import { parseArgs } from 'node:util'
import { AppError } from '#model/basics/errors.ts'

export const HELP = `Makes and checks city packs (docs/city-packs.md).

  npm run city -- check FOLDER    finds everything that is wrong with the pack in FOLDER, without starting the city.
                                  Exit code 0: the city can start with it; 1: it cannot

  --broker URL   connects to the broker too, and waits for a message of each source
  --seconds N    how long it waits; default: 20
  --help         this text
`
const COMMANDS = ['check'] as const
type Command = (typeof COMMANDS)[number]

export type CityOptions = {
  readonly command: Command
  readonly path: string
  readonly broker: string | undefined
  readonly seconds: number
}
const SECONDS = 20
const MAX_SECONDS = 86_400

/** @throws AppError CONFIG_INVALID */
export function readOptions(argv: readonly string[]): CityOptions | 'help' {
  const { values, positionals } = parsed(argv)
  const [command, path, ...more] = positionals
  if (values.help || command === undefined) return 'help'
  if (!isCommand(command)) throw invalid(`"${command}" is none of ${COMMANDS.join(', ')}`)
  if (path === undefined || more.length > 0)
    throw invalid(`${command} takes one argument, not ${positionals.length - 1}`)
  const seconds = values.seconds === undefined ? SECONDS : Number(values.seconds)
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_SECONDS)
    throw invalid(`--seconds "${values.seconds}" is not valid; valid: 1 to ${MAX_SECONDS}`)
  return { command, path, broker: values.broker, seconds }
}

const isCommand = (text: string): text is Command => (COMMANDS as readonly string[]).includes(text)

function parsed(argv: readonly string[]) {
  const text = { type: 'string' } as const
  const help = { type: 'boolean', default: false, short: 'h' } as const
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: { broker: text, seconds: text, help } })
  } catch (cause) {
    throw invalid((cause as Error).message)
  }
}

const invalid = (problem: string): AppError =>
  new AppError('CONFIG_INVALID', `${problem}\nnpm run city -- --help lists commands and options`)
