import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { AppError } from '#model/basics/errors.ts'
import { OBSERVATION_RETENTION_DAYS } from '#model/basics/retention.ts'
import { DECIMALS, type Decimal } from '#model/text/numbers.ts'

export const HELP = `Imports files: publishes their values to the broker, from where the ingest stores them like those of devices.

  npm run import -- FILE...                  formats recognised by their header or shape
  npm run import -- FILE --mapping MAP.json  a table with any column names (docs/import.md)

  --format NAME      format of the file (docs/formats.md); default: recognised by header and shape
  --mapping FILE     meaning of the columns, as JSON
  --decimal point|comma
                     decimal separator, where the file is ambiguous
  --thing KEY        Thing of the values, where the file has none
  --source NAME      name of the data set, in topics and device names; default: from the name of the file
  --time-zone ZONE   time zone of times without an offset; default: the city's
  --history          times may be older than ${OBSERVATION_RETENTION_DAYS} days, the retention of raw observations
  --type fixed|mobile --quarter 2022-Q3
                     of Ookla tiles, where the path has neither
  --everywhere       includes rows outside the bounds of the city
  --things FILE      output file for OpenCelliD cells, as rows of things.csv
  --rejected FILE    output file for every row and value that is not stored, with line and reason (CSV)
  --rows N           rows per message; default: 500
  --dry-run          reads everything and reports what would be stored; publishes nothing
  --help             this text

gz and zip are unpacked. The same file may be imported again: stored values count as duplicates.

Environment: MQTT_URL (default: the broker of npm start on this machine), CITY (bounds and time zone), and for the outcome
of the messages DATABASE_URL, or else the API on PORT of this machine.
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
  readonly rejected: string | undefined
  readonly rows: number
  readonly dryRun: boolean
}

const ROWS = 500
const MAX_ROWS = 5_000

/** @throws AppError CONFIG_INVALID for unknown or contradictory options */
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
        rejected: text,
        rows: text,
        'dry-run': flag,
        help: { ...flag, short: 'h' },
      },
    })
  }
  const { values, positionals } = parsed
  if (values.help) return 'help'
  if (positionals.length === 0) throw invalid('no file given')
  const rows = Number(values.rows ?? ROWS)
  if (!Number.isInteger(rows) || rows < 1 || rows > MAX_ROWS) throw invalid(`--rows must be 1 to ${MAX_ROWS}`)
  if (values.source !== undefined && values.source !== slug(values.source))
    throw invalid(`invalid --source "${values.source}"; allowed are lower-case letters, digits, - and _`)
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
    rejected: values.rejected,
    rows,
    dryRun: values['dry-run'],
  }
}

function readDecimal(name: string | undefined): Decimal | undefined {
  if (name === undefined) return undefined
  const found = Object.entries(DECIMALS).find((names) => (names as string[]).includes(name))
  if (!found) throw invalid(`invalid --decimal "${name}"; use point or comma`)
  return found[1]
}

const invalid = (problem: string): AppError =>
  new AppError('CONFIG_INVALID', `${problem}\nnpm run import -- --help lists the options`)

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^-+|-+$/g, '')

/** Name of a data set from the name of its file: `air_quality long.csv.gz` -> air_quality-long */
export const sourceOfFile = (path: string): string =>
  slug(basename(path).replace(/(\.[A-Za-z0-9]{1,8}){1,2}$/, '')) || 'file'
