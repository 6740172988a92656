import { readdir } from 'node:fs/promises'
import type { PackProblems } from '#domain/city-pack/problems/pack-problems.ts'
import type { LoadedPack } from '#domain/city-pack/read-pack.ts'
import { FORMAT_NAMES } from '#ingest/decode/index.ts'
import { didYouMean, suggestionFor } from '#model/text/suggest.ts'

/** Formats whose devices have another name in front: a key, and version 3 of ChirpStack. */
const DEVICE_PREFIXES = [...FORMAT_NAMES, 'key', 'chirpstack-v3']
/** Kinds that layers and indicators know (docs/indicators.md); a pack may have others. */
const KINDS =
  'air_station bike_counter bike_dock bike_lane building car_station district_meter drain_basin feeder field_probe grid_intake household_meter intersection mast mobility park pedestrian_area probe pumping_station reservoir solar_plant sound_meter stop street_segment traffic_counter transit_line water_district water_intake weather_station wifi_hotspot wind_plant'.split(
    ' ',
  )
const FILES =
  'city.json zones.geojson map.geojson basemap things.csv city-data.geojson reported peers.csv goals.csv languages air-standards.json surveys'.split(
    ' ',
  )
/** People that the districts may have beyond those of the city: counted in another year, or rounded. */
const TOLERANCE = 1.1

/** What a city starts with, and what is probably a mistake: nothing of it could be told from a wish when the city starts. */
export async function checkProbable(pack: LoadedPack, problems: PackProblems): Promise<void> {
  checkDevices(pack, problems)
  checkKinds(pack, problems)
  checkPeople(pack, problems)
  for (const name of await readdir(pack.folder)) {
    const near = FILES.includes(name) ? undefined : suggestionFor(name, FILES)
    if (near !== undefined && !(await readdir(pack.folder)).includes(near))
      problems.add(name, '', `is not read; did you mean "${near}"?`)
  }
}

/** A device that no message names stays silent without a word, and of two Things with one device only the first has it. */
function checkDevices({ things }: LoadedPack, problems: PackProblems): void {
  const taken = new Map<string, string>()
  for (const { key, device } of things) {
    if (device === undefined) continue
    const [format = '', id] = device.split('/', 2)
    const where = `Thing "${key}", column device`
    if (id === undefined || id === '') {
      const what = `"${device}" is not <format>/<device id>, such as "tasmota/${device}"; docs/formats.md has the names of each format`
      problems.add('things.csv', where, what, 'device without a format')
    } else if (!DEVICE_PREFIXES.includes(format)) {
      const what = `"${device}" begins with no known format${didYouMean(format, DEVICE_PREFIXES)}`
      problems.add('things.csv', where, what, `device of ${format}`)
    }
    const other = taken.get(device)
    if (other === undefined) taken.set(device, key)
    else problems.add('things.csv', where, `"${device}" is the device of Thing "${other}" already`, 'device twice')
  }
}

const plain = (kind: string): string => kind.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
const BY_PLAIN = new Map(KINDS.map((kind) => [plain(kind), kind]))

function checkKinds({ things }: LoadedPack, problems: PackProblems): void {
  for (const { key, kind } of things) {
    const known = BY_PLAIN.get(plain(kind))
    if (known === undefined || known === kind) continue
    problems.add('things.csv', `Thing "${key}", column kind`, `"${kind}" is not "${known}"; write it so`, kind)
  }
}

function checkPeople({ city, zones }: LoadedPack, problems: PackProblems): void {
  const people = zones.reduce((sum, { population }) => sum + (population ?? 0), 0)
  if (people <= city.population * TOLERANCE) return
  const what = `${city.population} people, fewer than the ${people} of its districts together`
  problems.add('city.json', 'population', what)
}
