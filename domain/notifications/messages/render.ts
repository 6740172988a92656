import { MINUTE_MS } from '#model/basics/durations.ts'
import { type NotificationEvent, SEVERITIES, type Severity } from '#model/notifications/event.ts'
import { MAX_LISTED_EVENTS, type MessageContent, type MessageLanguage } from '#model/notifications/message.ts'
import { fillTemplate } from '#model/notifications/template.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { ruleNameOf, subjectNameIn, textOf } from './texts.ts'

export type MessageContext = {
  readonly language: MessageLanguage
  /** the receiver's own text for an event; absent: the one of the catalogue */
  readonly template: string | null
  readonly city: string
  readonly timeZone: string
  readonly simulated: boolean
  /** where the dashboard is reached from outside; absent: messages have no link */
  readonly publicUrl: string | undefined
}

/** The highest of several severities. */
export const highestSeverity = (severities: readonly Severity[]): Severity =>
  SEVERITIES.findLast((severity) => severities.includes(severity)) ?? 'info'

/** One message about one or several incidents, each with its newest event. */
export function renderMessage(events: readonly NotificationEvent[], context: MessageContext): MessageContent {
  const { language, city, timeZone, simulated } = context
  const listed = events.slice(0, MAX_LISTED_EVENTS)
  const test = events.every((event) => event.test === true)
  const [only] = events
  const title = events.length === 1 && only ? titleOf(only, context) : groupTitle(events, context)
  const blocks = listed.map((event) => (events.length === 1 ? bodyOf(event, context) : entryOf(event, context)))
  const link = events.length === 1 && only ? linkOf(only, context) : (context.publicUrl ?? null)
  const notes = [
    events.length > listed.length && textOf(language, 'more', { n: events.length - listed.length }),
    test && textOf(language, 'note.test'),
    simulated && textOf(language, 'note.simulated'),
    context.template === null || events.length > 1 ? link : null,
  ].filter((note) => typeof note === 'string')
  return {
    title: oneLine(test ? textOf(language, 'title.test', { title }) : title),
    body: [...blocks, ...notes].join('\n'),
    ...{ language, link, test, simulated, city, timeZone },
    incidents: events.length,
    affectedThings: events.reduce((sum, { affectedThings }) => sum + affectedThings, 0),
    events: listed,
  }
}

function titleOf({ kind, severity, rule, subject }: NotificationEvent, { language }: MessageContext): string {
  const names = {
    rule: ruleNameOf(language, rule),
    subject: subjectNameIn(language, subject),
    severity: textOf(language, `severity.${severity}`),
  }
  return textOf(language, `title.${kind}`, names)
}

function groupTitle(events: readonly NotificationEvent[], { language, city }: MessageContext): string {
  const critical = events.filter(({ severity, kind }) => severity === 'critical' && kind !== 'resolved').length
  return textOf(language, 'title.group', { city, n: events.length, critical })
}

/** The lines about the one event of a message. */
function bodyOf(event: NotificationEvent, context: MessageContext): string {
  if (context.template !== null) return fillTemplate(context.template, fieldsOf(event, context))
  const { language } = context
  const lines = [
    valueLine(event, context),
    timeLine(event, context),
    event.closedReason && textOf(language, `closed.${event.closedReason}`),
    event.affectedThings > 1 && textOf(language, 'affected', { n: event.affectedThings }),
  ]
  return lines.filter((line) => typeof line === 'string').join('\n')
}

/** One event of several: title and value on one line. */
function entryOf(event: NotificationEvent, context: MessageContext): string {
  if (context.template !== null) return fillTemplate(context.template, fieldsOf(event, context))
  const value = valueLine(event, context)
  return `- ${titleOf(event, context)}${value ? `. ${value}` : ''}. ${timeLine(event, context)}`
}

function valueLine(event: NotificationEvent, { language }: MessageContext): string | undefined {
  const value = amount(event, event.value, language)
  if (value === '') return undefined
  if (event.kind === 'resolved') return textOf(language, 'value.now', { value })
  const threshold = amount(event, event.threshold, language)
  return threshold === '' ? textOf(language, 'value.only', { value }) : textOf(language, 'value', { value, threshold })
}

function timeLine(event: NotificationEvent, context: MessageContext): string {
  const { language, timeZone } = context
  const from = localTime(event.startedAt, language, timeZone)
  if (event.endedAt === undefined) return textOf(language, 'since', { time: from })
  const to = localTime(event.endedAt, language, timeZone)
  return textOf(language, 'lasted', { duration: durationOf(event, language), from, to })
}

function fieldsOf(event: NotificationEvent, context: MessageContext) {
  const { language, timeZone, city } = context
  const time = (at: string | undefined) => (at === undefined ? '' : localTime(at, language, timeZone))
  return {
    city,
    kind: event.kind,
    severity: textOf(language, `severity.${event.severity}`),
    rule: ruleNameOf(language, event.rule),
    subject: subjectNameIn(language, event.subject),
    zone: event.zoneId ?? '',
    owner: event.owner ?? '',
    property: event.property ?? '',
    value: amount(event, event.value, language),
    threshold: amount(event, event.threshold, language),
    started: time(event.startedAt),
    ended: time(event.endedAt),
    duration: event.endedAt === undefined ? '' : durationOf(event, language),
    affected: String(event.affectedThings),
    link: linkOf(event, context) ?? '',
  }
}

/** A value with its unit; empty where there is none. */
function amount({ property, unit }: NotificationEvent, value: number | undefined, language: MessageLanguage): string {
  if (value === undefined) return ''
  const known = property === undefined ? undefined : PROPERTIES.get(property)
  const label = known && (unit === undefined || unit === known.unit) ? known.unitLabel : (unit ?? '')
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(value)}${label && ` ${label}`}`
}

const localTime = (at: string, language: MessageLanguage, timeZone: string): string =>
  new Intl.DateTimeFormat(language, {
    ...{ timeZone, dateStyle: 'medium' as const, timeStyle: 'short' as const, hourCycle: 'h23' as const },
  }).format(new Date(at))

/** The true duration, to the minute; below one minute in seconds. */
function durationOf({ startedAt, endedAt = startedAt }: NotificationEvent, language: MessageLanguage): string {
  const ms = Math.max(0, Date.parse(endedAt) - Date.parse(startedAt))
  if (ms < MINUTE_MS) return unitText(Math.round(ms / 1000), 'second', language)
  const minutes = Math.round(ms / MINUTE_MS)
  const parts = [
    [Math.floor(minutes / 1440), 'day'],
    [Math.floor(minutes / 60) % 24, 'hour'],
    [minutes % 60, 'minute'],
  ] as const
  return parts.flatMap(([n, unit]) => (n > 0 ? [unitText(n, unit, language)] : [])).join(' ')
}

const unitText = (n: number, unit: 'day' | 'hour' | 'minute' | 'second', language: MessageLanguage): string =>
  new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(n)

const linkOf = ({ incidentId }: NotificationEvent, { publicUrl }: MessageContext): string | null =>
  publicUrl === undefined
    ? null
    : `${publicUrl.replace(/\/$/, '')}/?view=now&select=incident:${encodeURIComponent(incidentId)}`

/** A title is a mail's subject and a header of others: control characters would end it. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, 200)
