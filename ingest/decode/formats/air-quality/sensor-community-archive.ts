import { addReading, type Base } from '../../helpers/fields.ts'
import { clip } from '../../helpers/input.ts'
import { positionOf } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import { readIso } from '../../helpers/time.ts'
import type { Decoded, Input } from '../../helpers/types.ts'
import { type Meaning, meaningOf } from '../../names/meaning.ts'

const HEAD = 'sensor_id;sensor_type;'
const DESCRIPTION: ReadonlySet<string> = new Set(['sensor_id', 'sensor_type', 'location', 'lat', 'lon', 'timestamp'])
const COLUMNS: Readonly<Record<string, Meaning>> = {
  P0: { property: 'pm1', unit: 'ug/m3' },
  P1: { property: 'pm10', unit: 'ug/m3' },
  P2: { property: 'pm2_5', unit: 'ug/m3' },
  temperature: { property: 'temperature', unit: 'Cel' },
  humidity: { property: 'relative_humidity', unit: '%' },
  pressure: { property: 'pressure', unit: 'Pa' },
  noise_LAeq: { property: 'sound_level', unit: 'dB{A}' },
  noise_LA_max: { property: 'sound_level_max', unit: 'dB{A}' },
}
/** durP1, ratioP2, pressure_sealevel, ...: intermediate values of the sensor. */
const INTERNAL = /^(dur|ratio)|sealevel$|^noise_LA_min$/

/**
 * A day of one sensor from archive.sensor.community: semicolons, a header, UTC without a zone, empty fields where the
 * sensor has no such column. Devices are named by the number of the sensor, not of the station.
 */
export const isArchive = (text: string): boolean => text.startsWith(HEAD)

export function decodeArchive({ text }: Input): Decoded {
  const [head = '', ...rows] = text.split(/\r?\n/)
  const columns = head.split(';')
  const out = new Collector()
  for (const [index, row] of rows.entries()) {
    if (row.trim() === '') continue
    readRow(row.split(';'), columns, index + 2, out)
    if (out.full) break
  }
  return columns.includes('timestamp') ? out.finish('no rows') : reject('wrong_shape', 'no column "timestamp"')
}

function readRow(cells: readonly string[], columns: readonly string[], line: number, out: Collector): void {
  const cell = (name: string): string => cells[columns.indexOf(name)] ?? ''
  if (cells.length !== columns.length) {
    out.problem(`line ${line}`, 'wrong_shape', `${cells.length} fields under ${columns.length} columns`)
    return
  }
  const time = readIso(cell('timestamp'), 'UTC')
  if (!time) {
    out.problem(`line ${line}`, 'bad_time', `"${clip(cell('timestamp'))}" is not a time`)
    return
  }
  const base: Base = { device: `sensor-community/sensor-${clip(cell('sensor_id'), 20)}`, time }
  if (cell('lon') !== '' && cell('lat') !== '') base.location = positionOf(cell('lon'), cell('lat'))
  for (const [at, name] of columns.entries()) {
    const value = cells[at] ?? ''
    if (DESCRIPTION.has(name) || INTERNAL.test(name) || value === '') continue
    const meaning = Object.hasOwn(COLUMNS, name) ? COLUMNS[name] : meaningOf(name)
    if (typeof meaning === 'object') addReading(out, base, meaning, value, `line ${line} ${name}`)
    else if (meaning === undefined)
      out.problem(`line ${line} ${clip(name)}`, 'unknown_property', 'not mapped to a property')
  }
}
