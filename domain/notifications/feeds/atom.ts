/** Atom (RFC 4287) and RSS 2.0 of what is published to feeds; the Atom feed of CAP holds the alerts themselves. */
import { capAlert } from './cap.ts'
import type { FeedCity, FeedEntry } from './entry.ts'
import { element, escapeXml, XML_DECLARATION } from './xml.ts'

const PATH = '/api/v1/alerts'
const capUrl = ({ id }: FeedEntry, { baseUrl }: FeedCity): string => `${baseUrl}${PATH}/cap/${id}.xml`

/** @param withAlerts each entry contains its CAP alert; otherwise its text */
export function atomFeed(entries: readonly FeedEntry[], city: FeedCity, now: Date, withAlerts: boolean): string {
  const self = `${city.baseUrl}${PATH}/${withAlerts ? 'cap.xml' : 'atom.xml'}`
  const updated = entries[0]?.publishedAt ?? now
  const head = [
    element('id', self),
    element('title', city.name),
    element('updated', updated.toISOString()),
    `<author>${element('name', city.name)}</author>`,
    `<link rel="self" href="${escapeXml(self)}"/>`,
  ]
  const items = entries.map((entry) => {
    const content = withAlerts
      ? `<content type="application/cap+xml">${capAlert(entry, city)}</content>`
      : `<content type="text" xml:lang="${escapeXml(entry.language)}">${escapeXml(entry.body)}</content>`
    const parts = [
      element('id', capUrl(entry, city)),
      element('title', entry.title),
      element('updated', entry.publishedAt.toISOString()),
      `<link rel="alternate" type="application/cap+xml" href="${escapeXml(capUrl(entry, city))}"/>`,
      content,
    ]
    return `<entry>${parts.join('')}</entry>`
  })
  return `${XML_DECLARATION}<feed xmlns="http://www.w3.org/2005/Atom">${[...head, ...items].join('\n')}</feed>\n`
}

export function rssFeed(entries: readonly FeedEntry[], city: FeedCity): string {
  const items = entries.map((entry) => {
    const parts = [
      element('title', entry.title),
      element('link', entry.link ?? capUrl(entry, city)),
      element('description', entry.body),
      `<guid isPermaLink="true">${escapeXml(capUrl(entry, city))}</guid>`,
      element('pubDate', entry.publishedAt.toUTCString()),
    ]
    return `<item>${parts.join('')}</item>`
  })
  const head = [element('title', city.name), element('link', city.baseUrl), element('description', city.name)]
  return `${XML_DECLARATION}<rss version="2.0"><channel>${[...head, ...items].join('\n')}</channel></rss>\n`
}
