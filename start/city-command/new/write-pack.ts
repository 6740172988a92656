import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Collection } from '#domain/city-pack/geometry/read-collection.ts'
import { withoutSecret } from '#infra/runtime/log.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import { AppError } from '#model/basics/errors.ts'
import type { Position } from '#model/basics/geo.ts'
import type { Domain } from '#model/things/domain.ts'
import { check } from '../check/check.ts'
import { listen } from '../check/listen.ts'
import type { Ask } from './ask.ts'
import { readDistricts, suggestAttributes, wholeNumber, withNumbers } from './districts.ts'
import { readSensors } from './sensors.ts'

/** Answers given on the command line. */
export type Answers = {
  readonly name: string | undefined
  readonly districts: string | undefined
  readonly crs: string | undefined
  readonly zoneKey: string | undefined
  readonly zoneName: string | undefined
  readonly zonePopulation: string | undefined
  readonly population: string | undefined
  readonly timeZone: string | undefined
  readonly sensors: string | undefined
  readonly domain: string | undefined
  readonly broker: string | undefined
  readonly seconds: number
}
type Step = { readonly answers: Answers; readonly ask: Ask; readonly scope: Scope }
type Source = { readonly name: string; readonly topic: string }

/** Writes a pack into a new folder and checks it. @returns lines for the person, and whether the city can start with it */
export async function writePack(folder: string, step: Step): Promise<{ lines: string[]; isValid: boolean }> {
  await assertEmpty(folder)
  const { answers, ask } = step
  const answer = (given: string | undefined, option: string, text: string, suggestion?: string): Promise<string> =>
    given === undefined ? ask({ option, text, suggestion }) : Promise.resolve(given)
  const name = await answer(answers.name, '--name', 'Name of the city')
  const path = await answer(answers.districts, '--districts', 'File of districts (GeoJSON)')
  const { collection, centre } = await readDistricts(path, answers.crs)
  const zones = await readAttributes(collection, answer, answers)
  const timeZone = await answer(
    answers.timeZone,
    '--time-zone',
    'Time zone',
    Intl.DateTimeFormat().resolvedOptions().timeZone,
  )
  const sensorFile = await answer(answers.sensors, '--sensors', 'List of sensors (CSV or XLSX; empty: none)', '')
  const sensors = sensorFile === '' ? undefined : await readSensors(sensorFile, answers.domain)
  const broker = await answer(answers.broker, '--broker', 'Address of the MQTT broker (empty: the embedded one)', '')
  const city = { name, timeZone, centre, population: zones.people, zoneFields: zones.fields }
  const { sources, notes, devices } = broker === '' ? NATIVE : await hear(broker, { city, ...step })
  const joined = sensors && devices.size > 0 ? await readSensors(sensorFile, answers.domain, devices) : sensors
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'city.json'), `${JSON.stringify({ id: nameOf(name), ...city, sources }, null, 2)}\n`)
  await writeFile(join(folder, 'zones.geojson'), lines(withNumbers(collection, zones.fields.population)))
  if (joined) await writeFile(join(folder, 'things.csv'), joined.csv)
  const checked = await check(folder, { broker: undefined, seconds: 1 }, step.scope)
  const next = checked.isValid
    ? [`start the city: ${startCommand(folder, broker)}`]
    : [`mend ${folder}, then: npm run city -- check ${folder}`]
  return {
    isValid: checked.isValid,
    lines: [...zones.notes, ...(joined?.notes ?? []), ...notes, ...checked.lines, ...next],
  }
}

/** Without the password: what a command prints ends up in logs and tickets. */
function startCommand(folder: string, broker: string): string {
  const start = `npm start -- --city ${folder}`
  if (broker === '') return start
  const shown = withoutSecret(broker)
  const hint = shown.includes('***') ? ' (the login of the broker in place of ***)' : ''
  return `MQTT_URL=${shown} ${start}${hint}`
}

async function assertEmpty(folder: string): Promise<void> {
  const present = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new AppError('CONFIG_INVALID', `${folder} cannot be used: ${error.message}`, { cause: error })
  })
  const [first] = present.filter((name) => !name.startsWith('.'))
  if (first !== undefined)
    throw new AppError('CONFIG_INVALID', `${folder} holds ${first} already; name a new or empty folder`)
}

type Answer = (given: string | undefined, option: string, text: string, suggestion?: string) => Promise<string>

/** Which attributes are key, name and population of a district, and how many people live in all of them. */
async function readAttributes(collection: Collection, answer: Answer, answers: Answers) {
  const found = suggestAttributes(collection)
  const key = await answer(answers.zoneKey, '--zone-key', 'Attribute with the key of a district', found.key)
  const name = await answer(answers.zoneName, '--zone-name', 'Attribute with its name', found.name)
  const text = 'Attribute with its population (empty: none)'
  const population = await answer(answers.zonePopulation, '--zone-population', text, found.population ?? '')
  const people = collection.features.reduce(
    (sum, { properties }) => sum + (wholeNumber(properties?.[population]) ?? 0),
    0,
  )
  const total = await answer(
    answers.population,
    '--population',
    'People in the city',
    people > 0 ? String(people) : undefined,
  )
  if (wholeNumber(total) === undefined || wholeNumber(total) === 0)
    throw new AppError('CONFIG_INVALID', `--population "${total}" is not valid; valid: a whole number above 0`)
  const fields = { key, name, ...(population !== '' && { population }) } as {
    key: string
    name: string
    population?: string
  }
  const used = Object.entries(fields).map(([ours, theirs]) => `${ours} is "${theirs}"`)
  return {
    fields,
    people: wholeNumber(total) ?? 0,
    notes: [`${collection.features.length} districts: ${used.join(', ')}`, ...unread(collection, population)],
  }
}

/** Populations that are no number of people, and become unknown. */
function unread(collection: Collection, attribute: string): string[] {
  const values = collection.features.map(({ properties }) => properties?.[attribute] ?? '')
  const wrong = values.filter((value) => String(value).trim() !== '' && wholeNumber(value) === undefined)
  if (attribute === '' || wrong.length === 0) return []
  const shown = [...new Set(wrong.map((value) => JSON.stringify(value)))].slice(0, 3).join(', ')
  return [`the population of ${wrong.length} districts is unknown, because it is no whole number: ${shown}`]
}

type HeardSources = { sources: Source[]; notes: string[]; devices: ReadonlyMap<string, Domain> }
const NATIVE: HeardSources = { sources: [{ name: 'native', topic: 'city/#' }], notes: [], devices: new Map() }
type City = { name: string; timeZone: string; centre: Position; population: number }

/** A source for each first level on which messages come; their formats are recognised message by message. */
async function hear(broker: string, { city, answers, scope }: Step & { city: City }): Promise<HeardSources> {
  const probe = { ...city, simulated: false, sources: [{ name: 'probe', topic: '#' }] }
  const heard = await listen(broker, probe, { seconds: answers.seconds, scope, devices: undefined })
  if (typeof heard === 'string') throw new AppError('BROKER_UNAVAILABLE', heard)
  const roots = [...new Set(heard.topics.map(rootOf))].filter((root) => !root.startsWith('$'))
  if (roots.length === 0) return { ...NATIVE, notes: [`no message within ${answers.seconds} s; the source is city/#`] }
  const sources = roots.map((root) => ({ name: nameOf(root), topic: `${root}/#` }))
  return {
    sources,
    devices: heard.devices,
    notes: [`messages come on ${sources.map(({ topic }) => topic).join(', ')}`],
  }
}

/** The first level; of a topic that begins with a slash, as ESP Easy has them, the second one too. */
const rootOf = (topic: string): string => /^\/?[^/]*/.exec(topic)?.[0] ?? ''

const nameOf = (root: string): string =>
  root
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '') || 'messages'

/** One feature a line, so that a change of one district is one line in version control. */
const lines = ({ features }: Collection): string =>
  `{"type":"FeatureCollection","features":[\n${features.map((feature) => JSON.stringify(feature)).join(',\n')}\n]}\n`
