import { AppError } from '#model/basics/errors.ts'
import { centreOfQuadkey } from '../decode/formats/connectivity/quadkey.ts'
import { isFormatName } from '../decode/index.ts'

/** Formats whose files are tables: rows are sent with their header, many per message. */
type TableFormat = {
  /** matches the header in lower case */
  readonly header: RegExp
  /** [longitude, latitude] of a row, so that a file of an entire country can be limited to the city */
  readonly place?: (cell: (name: string) => string) => readonly [number, number] | undefined
  /** the column with times by the clock on the wall, in lower case, and their pattern; absent: times have offsets or are UTC */
  readonly localTime?: { readonly column: string; readonly format: string }
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
    // An invalid quadkey has no place: the row is sent, to be rejected for that reason.
    place: (cell) => (/^[0-3]{16}$/.test(cell('quadkey')) ? centreOfQuadkey(cell('quadkey')) : undefined),
  },
  'rtr-nettest': { header: /open_test_uuid.*download_kbit/, place: placeIn('long', 'lat') },
  gnettrack: {
    header: /^timestamp,longitude,latitude,.*networkmode/,
    place: placeIn('longitude', 'latitude'),
    localTime: { column: 'timestamp', format: 'yyyy.MM.dd_HH.mm.ss' },
  },
  'sensor-community': { header: /^sensor_id;sensor_type;/, place: placeIn('lon', 'lat') },
  opencellid: {
    header: /^(radio,mcc,net,area,cell|(gsm|umts|lte|cdma|nr),\d+,\d+,\d+,\d+,)/,
    place: placeIn('lon', 'lat'),
  },
}

/** Column names of files without a header: OpenCelliD's dumps of one country. */
export const OPENCELLID_COLUMNS =
  'radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal'.split(',')

export type FileKind =
  | { kind: 'table'; format: string }
  | { kind: 'json' | 'lines'; format: string | undefined }
  | { kind: 'binary'; format: string }

/**
 * The kind of a file: as requested, else recognised by its start.
 * @throws AppError CONFIG_INVALID when it is not recognised
 */
export function kindOf(name: string, head: string, requested: string | undefined): FileKind {
  if (requested !== undefined && !isFormatName(requested))
    throw new AppError('CONFIG_INVALID', `unknown format "${requested}"; docs/formats.md lists all formats`)
  if (requested !== undefined && Object.hasOwn(TABLE_FORMATS, requested) && !/^\s*[[{]/.test(head))
    return { kind: 'table', format: requested }
  if (/^\s*[[{]/.test(head)) return { kind: isLines(name, head) ? 'lines' : 'json', format: requested }
  if (requested !== undefined) return { kind: 'binary', format: requested }
  const header = (head.split('\n')[0] ?? '').toLowerCase()
  const found = Object.entries(TABLE_FORMATS).find(([, table]) => table.header.test(header))
  if (found) return { kind: 'table', format: found[0] }
  throw new AppError(
    'CONFIG_INVALID',
    `${name}: header not recognised ("${header.slice(0, 80)}"); use --format, or describe the columns with --mapping (docs/import.md)`,
  )
}

/** NDJSON: by its name, or because its first line is a complete object and another one follows. */
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

/** Topic levels with the type and quarter of Ookla's rows, from the options or from the path. */
export function tileOptions(
  path: string,
  requested: { type: string | undefined; quarter: string | undefined },
): string[] {
  const type =
    requested.type ?? /(?:type=|_)(fixed|mobile)(?=[/_.-]|$)/.exec(path)?.[1] ?? /\b(fixed|mobile)/.exec(path)?.[1]
  const quarter =
    /^(\d{4})-?[qQ]([1-4])$/.exec(requested.quarter ?? '') ??
    /year=(\d{4})[/\\]quarter=([1-4])/.exec(path) ??
    /(\d{4})-?[qQ]([1-4])/.exec(path) ??
    ofMonth(path)
  if ((type !== 'fixed' && type !== 'mobile') || !quarter)
    throw new AppError(
      'CONFIG_INVALID',
      `${path}: type and quarter of the tiles unknown; use --type fixed or mobile, and --quarter 2022-Q3`,
    )
  return [`type=${type}`, `year=${quarter[1]}`, `quarter=${quarter[2]}`]
}

/** Ookla names files by the first day of the quarter: 2022-07-01_performance_fixed_tiles */
function ofMonth(path: string): readonly [string, string, string] | undefined {
  const match = /(\d{4})-(01|04|07|10)-01_performance/.exec(path)
  return match ? [match[0], match[1] ?? '', String((Number(match[2]) + 2) / 3)] : undefined
}
