/** Common Alerting Protocol 1.2 (OASIS Standard, 1 July 2010): one alert per event, in the order of the schema. */
import { isEnding, type NotificationEvent, type Severity } from '#model/notifications/event.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { ruleNameOf, textOf } from '../messages/texts.ts'
import type { FeedCity, FeedEntry } from './entry.ts'
import { element, escapeXml, XML_DECLARATION } from './xml.ts'

const NAMESPACE = 'urn:oasis:names:tc:emergency:cap:1.2'
/** 3.2.2: "category" by the domain of the observed property. */
const CATEGORIES: Readonly<Record<string, string>> = {
  air: 'Env',
  noise: 'Env',
  weather: 'Met',
  water: 'Env',
  energy: 'Infra',
  connectivity: 'Infra',
  mobility: 'Transport',
}
const SEVERITIES: Readonly<Record<Severity, string>> = { critical: 'Severe', warning: 'Moderate', info: 'Minor' }
const URGENCIES: Readonly<Record<Severity, string>> = { critical: 'Immediate', warning: 'Expected', info: 'Unknown' }
/** "dateTime" with an offset; Z is not allowed (3.3.2). */
const capTime = (at: Date | string): string => new Date(at).toISOString().replace(/\.\d{3}Z$/, '-00:00')

export const capIdentifier = (id: string, { host }: FeedCity): string => `${host}.${id}`

export function capAlert(entry: FeedEntry, city: FeedCity): string {
  const { event, before, publishedAt } = entry
  const messageType = before.length === 0 ? 'Alert' : isEnding(event) ? 'Cancel' : 'Update'
  const references = before.map((one) => `${city.host},${capIdentifier(one.id, city)},${capTime(one.publishedAt)}`)
  const isExercise = event.test === true || city.simulated
  const parts = [
    element('identifier', capIdentifier(entry.id, city)),
    element('sender', city.host),
    element('sent', capTime(publishedAt)),
    element('status', isExercise ? 'Test' : 'Actual'),
    element('msgType', messageType),
    element('scope', 'Public'),
    element('note', city.simulated ? textOf(entry.language, 'note.simulated') : null),
    element('references', references.join(' ')),
    element('incidents', event.incidentId.replaceAll(/\s/g, '-')),
    infoOf(entry, city),
  ]
  return `<alert xmlns="${NAMESPACE}">${parts.join('')}</alert>`
}

export const capDocument = (entry: FeedEntry, city: FeedCity): string => `${XML_DECLARATION}${capAlert(entry, city)}\n`

function infoOf(entry: FeedEntry, city: FeedCity): string {
  const { event, language, title, body, link } = entry
  const ended = isEnding(event)
  const domain = event.property === undefined ? undefined : PROPERTIES.get(event.property)?.domain
  const parts = [
    element('language', language),
    element('category', CATEGORIES[domain ?? ''] ?? (event.subject.kind === 'system' ? 'Infra' : 'Other')),
    element('event', ruleNameOf(language, event.rule)),
    element('responseType', ended ? 'AllClear' : 'Monitor'),
    element('urgency', ended ? 'Past' : URGENCIES[event.severity]),
    element('severity', SEVERITIES[event.severity]),
    element('certainty', 'Observed'),
    element('onset', capTime(event.startedAt)),
    element('senderName', city.name),
    element('headline', [...title].slice(0, 160).join('')),
    element('description', body),
    element('web', link),
    ...parametersOf(event),
    areaOf(entry, city),
  ]
  return `<info>${parts.join('')}</info>`
}

function parametersOf({ property, value, unit, threshold }: NotificationEvent): string[] {
  const parameter = (name: string, given: number | undefined) =>
    given === undefined
      ? ''
      : `<parameter>${element('valueName', name)}${element('value', `${given} ${unit ?? ''}`.trim())}</parameter>`
  return property === undefined ? [] : [parameter(property, value), parameter(`${property} threshold`, threshold)]
}

function areaOf({ event, zone }: FeedEntry, city: FeedCity): string {
  const place = event.subject.kind === 'thing' || event.subject.kind === 'zone' ? event.subject.name : city.name
  const description = zone && zone.name !== place ? `${place}, ${zone.name}` : place
  // 3.3.1: "lat,lon" pairs, the last equal to the first
  const polygon = zone?.ring?.map(([lon, lat]) => `${lat},${lon}`).join(' ')
  const geocode =
    event.zoneId === undefined
      ? ''
      : `<geocode>${element('valueName', `${escapeXml(city.host)} zone`)}${element('value', event.zoneId)}</geocode>`
  return `<area>${element('areaDesc', description)}${element('polygon', polygon)}${geocode}</area>`
}
