import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { AppError } from '#model/basics/errors.ts'
import { OBSERVATION_RETENTION_DAYS } from '#model/basics/retention.ts'
import { DECIMALS, type Decimal } from '#model/text/numbers.ts'

export const HELP = `Imports files through the same door as devices: they are published to the broker, and the ingest takes them.

  npm run import -- FILE...                  formats that are recognised by their header or shape
  npm run import -- FILE --mapping MAP.json  a table with any column names (docs/import.md)

  --format NAME      how to read it (docs/formats.md); left out: by header and shape
  --mapping FILE     which column is what, as JSON
  --decimal point|comma
                     what numbers have before their decimals, where the whole file does not tell
  --thing KEY        the Thing whose values these are, where the file does not say
  --source NAME      names the data set: part of the topic and of device names; default: from the name of the file
  --time-zone ZONE   of times without an offset; default: the city's
  --history          times may be older than the ${OBSERVATION_RETENTION_DAYS} days that raw observations are kept
  --type fixed|mobile --quarter 2022-Q3
                     of Ookla tiles, where the path does not say
  --everywhere       rows outside the bounds of the city too
  --things FILE      where OpenCelliD cells go, as rows of things.csv
  --rows N           rows of the file in one message; default 500
  --dry-run          reads everything, says what would be stored, publishes nothing
  --help             this text

gz and zip are unpacked. The same file may be imported again: what is there already is counted as known.

Environment: MQTT_URL (default: the broker of npm start on this machine), CITY (bounds and time zone), and to see what
became of the messages DATABASE_URL, or else the API on PORT of this machine.
`

export type ImportOptions = {
  readonly files: readonly string[]
  readonly format: string | undefined
  readonly mapping: string | undefined
  readonly thing: string | undefined
  readonly decimal: Decimal | undefined
  readonly source: string | undefined
  readonly timeZone: string | undefined
  readonly history: boolean
  readonly type: string | undefined
  readonly quarter: string | undefined
  readonly everywhere: boolean
  readonly things: string | undefined
  readonly rows: number
  readonly dryRun: boolean
}

const ROWS = 500
const MOST_ROWS = 5_000

/** @throws AppError CONFIG_INVALID for what does not exist or does not fit together */
export function readOptions(args: readonly string[]): ImportOptions | 'help' {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const parsed = ((): ReturnType<typeof parse> => {
    try {
      return parse()
    } catch (cause) {
      throw invalid((cause as Error).message)
    }
  })()
  function parse() {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        format: text,
        mapping: text,
        thing: text,
        decimal: text,
        source: text,
        'time-zone': text,
        history: flag,
        type: text,
        quarter: text,
        everywhere: flag,
        things: text,
        rows: text,
        'dry-run': flag,
        help: { ...flag, short: 'h' },
      },
    })
  }
  const { values, positionals } = parsed
  if (values.help) return 'help'
  if (positionals.length === 0) throw invalid('which file?')
  const rows = Number(values.rows ?? ROWS)
  if (!Number.isInteger(rows) || rows < 1 || rows > MOST_ROWS) throw invalid(`--rows is 1 to ${MOST_ROWS}`)
  if (values.source !== undefined && values.source !== slug(values.source))
    throw invalid(`--source "${values.source}": lower-case letters, digits, - and _`)
  return {
    files: positionals,
    format: values.format,
    mapping: values.mapping,
    thing: values.thing,
    decimal: readDecimal(values.decimal),
    source: values.source,
    timeZone: values['time-zone'],
    history: values.history,
    type: values.type,
    quarter: values.quarter,
    everywhere: values.everywhere,
    things: values.things,
    rows,
    dryRun: values['dry-run'],
  }
}

function readDecimal(said: string | undefined): Decimal | undefined {
  if (said === undefined) return undefined
  const found = Object.entries(DECIMALS).find((names) => (names as string[]).includes(said))
  if (!found) throw invalid(`--decimal "${said}": point or comma`)
  return found[1]
}

const invalid = (why: string): AppError =>
  new AppError('CONFIG_INVALID', `${why}\nnpm run import -- --help says what can be said`)

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^-+|-+$/g, '')

/** Name of a data set from that of its file: `air_quality long.csv.gz` -> air_quality-long */
export const sourceOfFile = (path: string): string =>
  slug(basename(path).replace(/(\.[A-Za-z0-9]{1,8}){1,2}$/, '')) || 'file'
