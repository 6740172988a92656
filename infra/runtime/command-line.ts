import { type ParseArgsConfig, parseArgs } from 'node:util'
import { AppError } from '#model/basics/errors.ts'

type OptionsConfig = NonNullable<ParseArgsConfig['options']>
type Values<O extends OptionsConfig> = ReturnType<typeof parseArgs<{ options: O; strict: true }>>['values']

const HELP_OPTION = { type: 'boolean', short: 'h', default: false } as const

/**
 * Reads the command line of a command without positional arguments. `--help` prints the help text.
 * @returns the values of the options; undefined when the help was printed and there is nothing left to do
 * @throws AppError CONFIG_INVALID for an option that does not exist, with the help text
 */
export function readCommandLine<O extends OptionsConfig>(
  help: string,
  options: O,
  argv = process.argv.slice(2),
): Values<O> | undefined {
  try {
    const { help: isAsked, ...values } = parseArgs({
      args: [...argv],
      options: { ...options, help: HELP_OPTION } as OptionsConfig,
      strict: true,
    }).values
    if (!isAsked) return values as Values<O>
    process.stdout.write(help)
    return undefined
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', `${(cause as Error).message}\n\n${help}`, { cause })
  }
}
