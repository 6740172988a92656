import { parseArgs } from 'node:util'
import { AppError } from '#model/basics/errors.ts'

export const HELP = `Brings surveys into a running city, and takes them out again (docs/surveys.md).

  npm run survey -- list
  npm run survey -- draft ANSWERS [--id ID] [--title TEXT] [--out CODEBOOK.json]
                                          makes a first codebook of a CSV or XLSX, for you to complete
  npm run survey -- check CODEBOOK.json ANSWERS
                                          finds everything that is wrong, stores nothing
  npm run survey -- import CODEBOOK.json ANSWERS
                                          all or nothing; replaces the survey with the same id
  npm run survey -- erase ID              the survey and all its answers
  npm run survey -- erase-respondent ID RESPONDENT
                                          one person, who stays out of later imports too

  --url URL    the API; default: that on PORT of this machine
  --by NAME    who answers for it
  --decimal point|comma
               of the numbers in ANSWERS, where the file does not tell
  --all        every problem; default: the first 50
  --help       this text

Environment: CITYWELL_KEY, or the key that npm start keeps in DATA_DIR.
`
const COMMANDS = { list: 0, draft: 1, check: 2, import: 2, erase: 1, 'erase-respondent': 2 } as const
export type Command = keyof typeof COMMANDS
export type SurveyOptions = {
  readonly command: Command
  readonly args: readonly string[]
  readonly id: string | undefined
  readonly title: string | undefined
  readonly out: string | undefined
  readonly url: string | undefined
  readonly by: string | undefined
  readonly decimal: string | undefined
  readonly all: boolean
}

/** @throws AppError CONFIG_INVALID */
export function readOptions(argv: readonly string[]): SurveyOptions | 'help' {
  const { values, positionals } = parsed(argv)
  const [command, ...args] = positionals
  if (values.help || command === undefined) return 'help'
  if (!isCommand(command)) throw invalid(`"${command}" is none of ${Object.keys(COMMANDS).join(', ')}`)
  if (args.length !== COMMANDS[command])
    throw invalid(`${command} takes ${COMMANDS[command]} arguments, not ${args.length}`)
  const { id, title, out, url, by, decimal, all } = values
  return { command, args, id, title, out, url, by, decimal, all }
}

const isCommand = (text: string): text is Command => Object.hasOwn(COMMANDS, text)

function parsed(argv: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        id: text,
        title: text,
        out: text,
        url: text,
        by: text,
        decimal: text,
        all: flag,
        help: { ...flag, short: 'h' },
      },
    })
  } catch (cause) {
    throw invalid((cause as Error).message)
  }
}

const invalid = (why: string): AppError =>
  new AppError('CONFIG_INVALID', `${why}\nnpm run survey -- --help says what can be said`)
