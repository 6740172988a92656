import { parseArgs } from 'node:util'
import { AppError } from '#model/basics/errors.ts'
import { DOMAINS } from '#model/things/domain.ts'
import type { Answers } from './new/write-pack.ts'

export const HELP = `Makes and checks city packs (docs/city-packs.md, docs/first-city.md).

  npm run city -- new FOLDER      asks a few questions and writes a pack that passes the check
  npm run city -- check FOLDER    finds everything that is wrong with the pack in FOLDER, without starting the city.
                                  Exit code 0: the city can start with it; 1: it cannot
  npm run city -- map EXTRACT --city FOLDER
                                  makes the base map of the pack in FOLDER (streets, water, green areas, buildings) from an
                                  OpenStreetMap extract: .osm.pbf, .osm (XML) or .geojson. Nothing is fetched

  --broker URL   connects to the broker too: check waits for a message of each source, new makes the sources
  --seconds N    how long they wait; default: 20
  --help         this text

new asks for what these do not answer; without a terminal it takes its own suggestions:
  --name TEXT              name of the city
  --districts FILE         GeoJSON of the districts
  --crs EPSG:CODE          reference system of the districts, where the file does not state it
  --zone-key ATTRIBUTE     attribute with the key of a district
  --zone-name ATTRIBUTE    attribute with its name
  --zone-population ATTRIBUTE
                           attribute with its population
  --population N           people in the city; default: the sum of the districts
  --time-zone ZONE         IANA time zone; default: that of this machine
  --sensors FILE           list of sensors, CSV or XLSX
  --domain DOMAIN          of sensors whose list does not say; default: that of what they measure, else air
`
const COMMANDS = ['new', 'check', 'map'] as const
type Command = (typeof COMMANDS)[number]

export type CityOptions = Answers & {
  readonly command: Command
  readonly path: string
  /** of the pack that gets a map */
  readonly city: string | undefined
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
  if (command === 'map' && values.city === undefined)
    throw invalid('map needs --city FOLDER, the pack that gets the map')
  const { name, districts, crs, population, sensors, domain, broker, city } = values
  if (domain !== undefined && !(DOMAINS as readonly string[]).includes(domain))
    throw invalid(`--domain "${domain}" is not valid; valid: ${DOMAINS.join(', ')}`)
  const zones = {
    zoneKey: values['zone-key'],
    zoneName: values['zone-name'],
    zonePopulation: values['zone-population'],
  }
  const rest = { city, name, districts, crs, population, sensors, domain, broker, timeZone: values['time-zone'] }
  return { command, path, seconds, ...zones, ...rest }
}

const isCommand = (text: string): text is Command => (COMMANDS as readonly string[]).includes(text)

function parsed(argv: readonly string[]) {
  const text = { type: 'string' } as const
  const help = { type: 'boolean', default: false, short: 'h' } as const
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...{ name: text, districts: text, crs: text, population: text, sensors: text, domain: text, help },
        ...{ 'zone-key': text, 'zone-name': text, 'zone-population': text, 'time-zone': text },
        ...{ broker: text, seconds: text, city: text },
      },
    })
  } catch (cause) {
    throw invalid((cause as Error).message)
  }
}

const invalid = (problem: string): AppError =>
  new AppError('CONFIG_INVALID', `${problem}\nnpm run city -- --help lists commands and options`)
