import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { THING_COLUMNS } from '#model/city/city-pack.ts'
import { round } from './geometry/geometry.ts'
import { goalsCsv } from './goals.ts'
import { peersCsv } from './peers.ts'
import type { CityPlan } from './plan/city-plan.ts'
import { ORIGIN } from './plan/create-plan.ts'
import { baseMap, type Collection, cityData, zoneFeatures } from './plan/features.ts'
import { CITY_NAME, COUNTRY } from './plan/names.ts'
import { reportedCsv, reportedHistoryCsv } from './reported.ts'
import { codebookOf } from './survey/codebook.ts'
import { ROUNDS } from './survey/rounds.ts'
import { surveyCsv } from './survey/survey.ts'
import type { NewThing } from './things/placement.ts'
import { createThings } from './things/things.ts'

/** Which messages each decoder reads; `sensor.community` and others need no more, as their topics tell them apart. */
const SOURCES = [
  { name: 'native', topic: 'city/#', format: 'native' },
  { name: 'senml', topic: 'senml/#', format: 'senml' },
  { name: 'things-stack', topic: 'v3/#', format: 'things-stack' },
  { name: 'tasmota', topic: 'tele/#', format: 'tasmota' },
  { name: 'zigbee2mqtt', topic: 'zigbee2mqtt/#', format: 'zigbee2mqtt' },
  { name: 'sensor-community', topic: 'sensor.community/#', format: 'sensor-community' },
]

/** The files of a city pack as text, by their path in the folder. The same plan gives the same bytes. */
export function packFiles(plan: CityPlan): Map<string, string> {
  const files = new Map<string, string>()
  files.set('city.json', `${JSON.stringify(cityJson(plan), null, 2)}\n`)
  files.set('zones.geojson', lines(zoneFeatures(plan)))
  files.set('map.geojson', lines(baseMap(plan)))
  files.set('city-data.geojson', lines(cityData(plan)))
  files.set('things.csv', thingsCsv(plan, createThings(plan)))
  files.set('reported/2026.csv', reportedCsv(plan))
  files.set('reported/2022-2025.csv', reportedHistoryCsv())
  files.set('goals.csv', goalsCsv())
  files.set('peers.csv', peersCsv())
  for (const round of ROUNDS) {
    files.set(`surveys/${round.id}/codebook.json`, `${JSON.stringify(codebookOf(round), null, 2)}\n`)
    files.set(`surveys/${round.id}/responses.csv`, surveyCsv(plan, round))
  }
  return files
}

function cityJson(plan: CityPlan): Record<string, unknown> {
  return {
    name: CITY_NAME,
    country: COUNTRY,
    description: `${CITY_NAME} is a fictional port on an invented island in the ocean west of Portugal. Its map, its people and its readings come from a generator (seed ${plan.seed}).`,
    timeZone: 'Europe/Lisbon',
    centre: [...ORIGIN],
    population: plan.districts.reduce((sum, d) => sum + d.population, 0),
    households: plan.districts.reduce((sum, d) => sum + d.households, 0),
    landAreaKm2: round(plan.districts.reduce((sum, d) => sum + d.areaM2, 0) / 1e6, 2),
    income: { currency: 'EUR', per: 'year', year: 2025 },
    validFrom: '2026-01-01',
    simulated: true,
    seed: plan.seed,
    sources: SOURCES,
  }
}

/** One feature a line, so that a change of the city can be read in a diff. */
const lines = (collection: Collection): string =>
  `{"type":"FeatureCollection","features":[\n${collection.features.map((f) => JSON.stringify(f)).join(',\n')}\n]}\n`

export function thingsCsv(plan: CityPlan, things: readonly NewThing[]): string {
  const attributes = [...new Set(things.flatMap((t) => Object.keys(t.attributes)))]
  const header = [...THING_COLUMNS, ...attributes]
  const rows = things.map((t) => {
    const [lon, lat] = t.at ? plan.projection.toLonLat(t.at, 6) : ['', '']
    const line = t.line
      ? JSON.stringify({ type: 'LineString', coordinates: t.line.map((p) => plan.projection.toLonLat(p, 6)) })
      : ''
    return [
      t.key,
      t.name,
      t.domain,
      t.kind,
      t.grade,
      t.device ?? '',
      lon,
      lat,
      line,
      t.interval,
      ...attributes.map((a) => t.attributes[a] ?? ''),
    ]
      .map(cell)
      .join(',')
  })
  return `${[header.join(','), ...rows].join('\n')}\n`
}
const cell = (value: string | number | boolean): string => {
  const text = String(value)
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export async function writePack(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of files) {
    const parts = path.split('/')
    await mkdir(join(folder, ...parts.slice(0, -1)), { recursive: true })
    await writeFile(join(folder, ...parts), text)
  }
}
