import { readFile } from 'node:fs/promises'
import { expectedDecimalOf, readTableFile } from '#infra/table/read-table-file.ts'
import type { Table } from '#infra/table/table.ts'
import { AppError } from '#model/basics/errors.ts'
import { THING_COLUMNS } from '#model/city/city-pack.ts'
import { suggestionFor } from '#model/text/suggest.ts'
import { DOMAINS, type Domain } from '#model/things/domain.ts'
import { byPlainId, deviceNamed } from '../check/device-names.ts'
import { someOf } from '../check/lines.ts'

const LIMITS = { maxRows: 1_000_000, maxColumns: 200, maxUnpackedBytes: 200 * 1024 * 1024 }
/** What other lists call our columns. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  key: [
    'key',
    'id',
    'sensor_id',
    'sensorid',
    'device_id',
    'deviceid',
    'station_id',
    'code',
    'serial',
    'eui',
    'dev_eui',
    'sensor',
    'device_name',
    ...'sensor_nr sensor_no sensornummer nummer nr numero num codigo code_capteur capteur identificador identifiant tunnus kennung'.split(
      ' ',
    ),
  ],
  name: [
    ...['name', 'label', 'title', 'station', 'location', 'site', 'description', 'address', 'street'],
    ...'nom nombre nome naam nimi navn namn standort bezeichnung beschreibung adresse adres indirizzo endereco ubicacion direccion emplacement lieu luogo lugar plaats omschrijving beskrivelse beskrivning kuvaus descripcion descricao descrizione estacion estacao stazione'.split(
      ' ',
    ),
  ],
  domain: ['domain', 'theme', 'category', 'tema', 'thema', 'domaine'],
  kind: ['kind', 'type', 'sensor_type', 'model'],
  lon: 'lon longitude lng long longitud longitudine langengrad laengengrad lengtegraad pituusaste lengdegrad gps_lon coordinates.longitude x easting'.split(
    ' ',
  ),
  lat: 'lat latitude latitud latitudine breitengrad breedtegraad leveysaste breddegrad gps_lat coordinates.latitude y northing'.split(
    ' ',
  ),
  expected_interval_s: ['expected_interval_s', 'interval', 'interval_s', 'period_s'],
  device: ['device'],
  grade: ['grade'],
}
const KIND: Readonly<Record<string, string>> = {
  air: 'air_station',
  weather: 'weather_station',
  noise: 'noise_meter',
  mobility: 'traffic_counter',
  energy: 'household_meter',
  water: 'water_meter',
  connectivity: 'probe',
}

export type Sensors = { readonly csv: string; readonly count: number; readonly notes: readonly string[] }

/**
 * A list of sensors (CSV or XLSX, any of the usual headings) as things.csv. `domain`: of rows that state none; left out: that of what their device measures, else air; `devices`: those that
 * send, of which the list may have the ids in any column.
 */
export async function readSensors(
  path: string,
  domain: string | undefined,
  devices: ReadonlyMap<string, Domain> = new Map(),
): Promise<Sensors> {
  const bytes = await readFile(path).catch(() => {
    throw new AppError('CONFIG_INVALID', `${path} cannot be read`)
  })
  const table = await readTableFile(bytes, LIMITS).catch((error: Error) => {
    throw new AppError('CONFIG_INVALID', `${path}: ${error.message}`)
  })
  const heading = (table[0] ?? []).map((cell) => String(cell ?? '').trim())
  const rows = table.slice(1).filter((row) => row.some((cell) => String(cell ?? '') !== ''))
  const columns = columnsOf(heading)
  const sending = joinDevices(rows, heading, devices)
  if (columns.get('key') === undefined) {
    const what = `${path} has no column that names its sensors; its columns: ${heading.join(', ')}; name one "key"`
    throw new AppError('CONFIG_INVALID', what)
  }
  const hasComma = expectedDecimalOf(bytes) === ','
  const others = heading.flatMap((name, at) =>
    [...columns.values()].includes(at) || name === '' ? [] : [{ name, at }],
  )
  const lines = rows.map((row) => [
    ...thingCells(row, { columns, hasComma, ...ofDevice(sending.byRow.get(row), domain, devices) }),
    ...others.map(({ at }) => text(row[at])),
  ])
  const taken = [...columns].flatMap(([column, at]) =>
    heading[at] === column ? [] : [`column "${heading[at]}" is taken for ${column}`],
  )
  const notes = [...taken, ...notesOn(rows, columns, heading), ...sending.notes]
  return {
    csv: [[...THING_COLUMNS, ...others.map(({ name }) => name)], ...lines].map(csvLine).join(''),
    count: rows.length,
    notes,
  }
}

type Row = Table[number]
type Joined = { readonly byRow: ReadonlyMap<Row, string>; readonly notes: readonly string[] }

/** A row is in the domain that was asked for, else in that of what its device measures. */
const ofDevice = (device: string | undefined, domain: string | undefined, devices: ReadonlyMap<string, Domain>) => ({
  device,
  domain: domain ?? devices.get(device ?? '') ?? 'air',
})

/**
 * Which row is which device that sends: by the column that names most of them.
 */
function joinDevices(rows: readonly Row[], heading: readonly string[], devices: ReadonlyMap<string, Domain>): Joined {
  if (devices.size === 0) return { byRow: new Map(), notes: [] }
  const known = byPlainId(devices.keys())
  const named = heading.map((_, at) => rows.map((row) => deviceNamed(text(row[at]), known)))
  const counts = named.map((found) => new Set(found.filter((device) => device !== undefined)).size)
  const most = Math.max(...counts)
  const at = counts.indexOf(most)
  if (most <= 0) return { byRow: new Map(), notes: [nothingNamed(devices)] }
  const found = rows.flatMap((row, index): [Row, string][] => {
    const device = named[at]?.[index]
    return device === undefined ? [] : [[row, device]]
  })
  const names = new Set(found.map(([, device]) => device))
  const strangers = [...devices.keys()].filter((device) => !names.has(device))
  return {
    byRow: new Map(found),
    notes: [
      `column "${heading[at]}" names the devices in messages: ${found.length} of ${rows.length} sensors send`,
      ...(strangers.length > 0 ? [`devices that send and are not in the list: ${someOf(strangers)}`] : []),
    ],
  }
}

const NATIVE = 'key/'
const nothingNamed = (devices: ReadonlyMap<string, Domain>): string =>
  `no column names a device that sends, such as ${someOf([...devices.keys()])}; write these names into a column "device", or the devices register themselves without a place`

/** What the list does not say, or says in another way than the pack. */
function notesOn(rows: Table, columns: ReadonlyMap<string, number>, heading: readonly string[]): string[] {
  if (rows.length === 0) return ['the list has no sensor']
  const cell = (row: Table[number], column: string): string => text(row[columns.get(column) ?? -1])
  const renamed = rows.map((row) => cell(row, 'key')).filter((key) => keyOf(key) !== key)
  const [first = ''] = renamed
  const placeless = rows.filter((row) => cell(row, 'lon') === '' || cell(row, 'lat') === '').length
  const isMissing = !columns.has('lon') || !columns.has('lat')
  return [
    ...(renamed.length > 0
      ? [`the keys of ${renamed.length} sensors are written as MQTT topics allow, "${first}" as "${keyOf(first)}"`]
      : []),
    ...(isMissing
      ? [`no column is longitude and latitude, so that the sensors have no place; its columns: ${heading.join(', ')}`]
      : placeless > 0
        ? [`${placeless} of ${rows.length} sensors have no place`]
        : []),
  ]
}

const keyOf = (name: string): string => name.replace(/[^A-Za-z0-9_.:-]+/g, '-')

function columnsOf(heading: readonly string[]): Map<string, number> {
  const plain = heading.map((name) =>
    name
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[\s-]+/g, '_'),
  )
  const found = new Map<string, number>()
  for (const [column, names] of Object.entries(NAMES)) {
    const at = names
      .map((name) => plain.indexOf(name))
      .find((index) => index >= 0 && ![...found.values()].includes(index))
    if (at !== undefined) found.set(column, at)
  }
  return found
}

type Reading = {
  readonly columns: ReadonlyMap<string, number>
  readonly domain: string
  readonly hasComma: boolean
  readonly device: string | undefined
}

function thingCells(row: Table[number], { columns, domain: usual, hasComma, device }: Reading): string[] {
  const cell = (column: string): string => text(row[columns.get(column) ?? -1])
  const number = (column: string): string => (hasComma ? cell(column).replace(',', '.') : cell(column))
  const domain = cell('domain') === '' ? usual : (suggestionFor(cell('domain'), DOMAINS) ?? cell('domain'))
  const values: Readonly<Record<string, string>> = {
    // the native format names a Thing by its key
    key: device?.startsWith(NATIVE) ? device.slice(NATIVE.length) : keyOf(cell('key')),
    name: cell('name') || cell('key'),
    domain,
    kind: cell('kind') || (KIND[domain] ?? 'sensor'),
    grade: cell('grade'),
    device: cell('device') || (device?.startsWith(NATIVE) ? '' : (device ?? '')),
    lon: number('lon'),
    lat: number('lat'),
    geometry: '',
    expected_interval_s: cell('expected_interval_s'),
  }
  return THING_COLUMNS.map((column) => values[column] ?? '')
}

const text = (cell: Table[number][number] | undefined): string => String(cell ?? '').trim()
const csvLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => (/[",\n\r;]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`
