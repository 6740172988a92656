import { AppError } from '#model/basics/errors.ts'
import { centreOfQuadkey } from '../decode/formats/connectivity/quadkey.ts'
import { isFormatName } from '../decode/index.ts'

/** Formats whose files are tables: rows go out under their header, many a message. */
type TableFormat = {
  /** recognises the header, in lower case */
  readonly header: RegExp
  /** [longitude, latitude] of a row, so that a file of a whole country can be cut to the city */
  readonly place?: (cell: (name: string) => string) => readonly [number, number] | undefined
}

const placeIn =
  (lon: string, lat: string): NonNullable<TableFormat['place']> =>
  (cell) => {
    const [x, y] = [cell(lon), cell(lat)]
    return x === '' || y === '' ? undefined : [Number(x), Number(y)]
  }

export const TABLE_FORMATS: Readonly<Record<string, TableFormat>> = {
  'ookla-tiles': {
    header: /quadkey.*avg_d_kbps/,
    // What is no quadkey has no place: it goes out, to be rejected for that reason.
    place: (cell) => (/^[0-3]{16}$/.test(cell('quadkey')) ? centreOfQuadkey(cell('quadkey')) : undefined),
  },
  'rtr-nettest': { header: /open_test_uuid.*download_kbit/, place: placeIn('long', 'lat') },
  gnettrack: { header: /^timestamp,longitude,latitude,.*networkmode/ },
  'sensor-community': { header: /^sensor_id;sensor_type;/ },
  opencellid: {
    header: /^(radio,mcc,net,area,cell|(gsm|umts|lte|cdma|nr),\d+,\d+,\d+,\d+,)/,
    place: placeIn('lon', 'lat'),
  },
}

/** Column names of files that come without: OpenCelliD's dumps of one country. */
export const OPENCELLID_COLUMNS =
  'radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal'.split(',')

export type FileKind =
  | { kind: 'table'; format: string }
  | { kind: 'json' | 'lines'; format: string | undefined }
  | { kind: 'binary'; format: string }

/**
 * How a file is read: as it was told, else by the start of it.
 * @throws AppError CONFIG_INVALID when nobody can tell
 */
export function kindOf(name: string, head: string, told: string | undefined): FileKind {
  if (told !== undefined && !isFormatName(told))
    throw new AppError('CONFIG_INVALID', `"${told}" is no format; docs/formats.md lists them`)
  if (told !== undefined && Object.hasOwn(TABLE_FORMATS, told) && !/^\s*[[{]/.test(head))
    return { kind: 'table', format: told }
  if (/^\s*[[{]/.test(head)) return { kind: isLines(name, head) ? 'lines' : 'json', format: told }
  if (told !== undefined) return { kind: 'binary', format: told }
  const header = (head.split('\n')[0] ?? '').toLowerCase()
  const found = Object.entries(TABLE_FORMATS).find(([, table]) => table.header.test(header))
  if (found) return { kind: 'table', format: found[0] }
  throw new AppError(
    'CONFIG_INVALID',
    `${name}: its first line is none that is known ("${header.slice(0, 80)}"); say --format, or describe its columns with --mapping (docs/import.md)`,
  )
}

/** NDJSON: by its name, or because its first line is a whole object and another begins after it. */
function isLines(name: string, head: string): boolean {
  if (/\.(ndjson|jsonl)$/i.test(name)) return true
  const [first = '', second = ''] = head.split('\n')
  if (!/^\s*\{/.test(second)) return false
  try {
    JSON.parse(first)
    return true
  } catch {
    return false
  }
}

/** Levels of the topic that say what Ookla's rows do not: type and quarter, from options or from the path. */
export function tileOptions(path: string, told: { type: string | undefined; quarter: string | undefined }): string[] {
  const type =
    told.type ?? /(?:type=|_)(fixed|mobile)(?=[/_.-]|$)/.exec(path)?.[1] ?? /\b(fixed|mobile)/.exec(path)?.[1]
  const quarter =
    /^(\d{4})-?[qQ]([1-4])$/.exec(told.quarter ?? '') ??
    /year=(\d{4})[/\\]quarter=([1-4])/.exec(path) ??
    /(\d{4})-?[qQ]([1-4])/.exec(path) ??
    ofMonth(path)
  if ((type !== 'fixed' && type !== 'mobile') || !quarter)
    throw new AppError(
      'CONFIG_INVALID',
      `${path}: tiles do not say what they are of; say --type fixed or mobile, and --quarter 2022-Q3`,
    )
  return [`type=${type}`, `year=${quarter[1]}`, `quarter=${quarter[2]}`]
}

/** Ookla names files by the first day of the quarter: 2022-07-01_performance_fixed_tiles */
function ofMonth(path: string): readonly [string, string, string] | undefined {
  const match = /(\d{4})-(01|04|07|10)-01_performance/.exec(path)
  return match ? [match[0], match[1] ?? '', String((Number(match[2]) + 2) / 3)] : undefined
}
