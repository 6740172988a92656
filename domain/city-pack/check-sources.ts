import type { CityPack, Source } from '#model/city/city-pack.ts'
import { textProblem } from '#model/mqtt/topic-filters.ts'
import { PROPERTIES, PROPERTY_NAMES } from '#model/observation/properties.ts'
import { toCanonical, UNIT_CODES, ucum } from '#model/observation/units.ts'
import { didYouMean } from '#model/text/suggest.ts'
import { notListed, shown } from './problems/describe-issue.ts'
import type { PackProblems } from './problems/pack-problems.ts'

const FILE = 'city.json'

/** Names, topics, formats, properties and units of sources and feeds. `formats`: the decoders that there are. */
export function checkSources(city: CityPack, formats: readonly string[] | undefined, problems: PackProblems): void {
  checkNames('sources', city.sources, problems)
  checkNames('feeds', city.feeds ?? [], problems)
  checkNames('brokers', city.brokers ?? [], problems)
  for (const [index, { format }] of (city.feeds ?? []).entries())
    checkFormat(`feeds[${index}]`, format, formats, problems)
  for (const [index, source] of city.sources.entries()) {
    const where = `sources[${index}]`
    checkFormat(where, source.format, formats, problems)
    const wrong = filterProblem(source.topic)
    if (wrong) problems.add(FILE, `${where}.topic`, `${shown(source.topic)} ${wrong}`)
    checkBroker(where, source, city, problems)
    const same = city.sources.findIndex(({ topic, broker }) => topic === source.topic && broker === source.broker)
    if (same < index)
      problems.add(FILE, `${where}.topic`, `${shown(source.topic)} is the topic of sources[${same}] already`)
    const { timeZone } = source
    if (timeZone !== undefined && !isTimeZone(timeZone)) problems.add(FILE, `${where}.timeZone`, noTimeZone(timeZone))
    checkJson(where, source, problems)
    checkFields(where, source, problems)
  }
}

function checkNames(list: string, items: readonly { name: string }[], problems: PackProblems): void {
  for (const [index, { name }] of items.entries())
    if (items.findIndex((item) => item.name === name) < index)
      problems.add(FILE, `${list}[${index}].name`, `"${name}" appears twice`)
}

function checkBroker(where: string, { broker }: Source, { brokers = [] }: CityPack, problems: PackProblems): void {
  const names = brokers.map(({ name }) => name)
  if (broker !== undefined && !names.includes(broker)) problems.add(FILE, `${where}.broker`, notListed(broker, names))
}

function checkFormat(
  where: string,
  format: string | undefined,
  formats: readonly string[] | undefined,
  problems: PackProblems,
): void {
  if (format === undefined || !formats || formats.includes(format)) return
  problems.add(FILE, `${where}.format`, notListed(format, formats))
}

/** What is wrong with an MQTT topic filter (MQTT 3.1.1, 4.7), or undefined. */
function filterProblem(filter: string): string | undefined {
  if (/^[a-z+]+:\/\//i.test(filter))
    return 'is the address of a broker; write the topic alone, and the address in MQTT_URL'
  const wrong = textProblem(filter)
  if (wrong !== undefined) return wrong
  if (filter.startsWith('$share/'))
    return `is a shared subscription; write ${shown(filter.split('/').slice(2).join('/'))}: several workers share by themselves`
  if (filter.includes('*')) return `has no wildcard *; write ${shown(filter.replace(/\*+$/, '#').replaceAll('*', '+'))}`
  const levels = filter.split('/')
  if (levels.some((level, at) => level.includes('#') && (level !== '#' || at < levels.length - 1)))
    return '# must be the last level, alone: "tele/#"'
  if (levels.some((level) => level.includes('+') && level !== '+')) return '+ must be a level alone: "tele/+/SENSOR"'
  if (filter !== filter.trim()) return 'begins or ends with a space'
  return undefined
}

/** A zone that the runtime does not know, with the nearest that it does. */
export function noTimeZone(zone: unknown): string {
  const near = didYouMean(String(zone), Intl.supportedValuesOf('timeZone'))
  return `${shown(zone)} is no IANA time zone${near || '; valid: such as "Europe/Lisbon"'}`
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined
  } catch {
    return false
  }
}

/** A source with a description of its messages has the format that uses it, and the other way round. */
function checkJson(where: string, { format, json, fields }: Source, problems: PackProblems): void {
  if (format === 'json' && !json)
    problems.add(FILE, where, 'has the format json: describe its messages in `json` (docs/formats.md, "Any payload")')
  if (json && format !== 'json')
    problems.add(FILE, `${where}.format`, `is ${format ?? 'missing'}: a source with \`json\` has the format json`)
  if (json && fields) problems.add(FILE, `${where}.fields`, 'belongs into `json.fields`')
}

function checkFields(where: string, { fields, endsInterval }: Source, problems: PackProblems): void {
  for (const [field, { property, unit }] of Object.entries(fields ?? {})) {
    const at = `${where}.fields.${field}`
    const observed = PROPERTIES.get(property)
    if (!observed) problems.add(FILE, `${at}.property`, notListed(property, PROPERTY_NAMES))
    if (unit === undefined) continue
    if (ucum(unit) === undefined) problems.add(FILE, `${at}.unit`, unknownUnit(unit, observed?.unit))
    else if (observed && toCanonical(1, unit, observed) === undefined) {
      const what = `${shown(unit)} does not convert to ${observed.unit}, the unit of ${property}`
      problems.add(FILE, `${at}.unit`, what)
    }
  }
  for (const [index, property] of (endsInterval?.properties ?? []).entries())
    if (!PROPERTIES.has(property))
      problems.add(FILE, `${where}.endsInterval.properties[${index}]`, notListed(property, PROPERTY_NAMES))
}

const unknownUnit = (unit: string, canonical: string | undefined): string =>
  `${shown(unit)} is not a known UCUM unit${didYouMean(unit, UNIT_CODES)}${canonical ? `; values of this property are stored in ${canonical}` : ''}`
