import type { Attribution } from '#model/city/base-map.ts'

const OPENSTREETMAP = 'https://www.openstreetmap.org/copyright'
const LINK = /<a\b[^>]*?href\s*=\s*["']([^"']*)["'][^>]*>([\s\S]*?)<\/a>/gi
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  copy: '©',
}

/**
 * What the makers of a map say of whose data it is: their text and their links, nothing else of their HTML. OpenStreetMap is
 * linked to its licence page also where they do not (https://osmfoundation.org/wiki/Licence/Attribution_Guidelines).
 */
export function readAttribution(html: string): Attribution {
  const parts: Attribution = []
  const add = (text: string, url: string | null): void => {
    const plain = plainText(text)
    if (plain.trim() !== '')
      parts.push({ text: plain, url: url ?? (/openstreetmap/i.test(plain) ? OPENSTREETMAP : null) })
  }
  let end = 0
  for (const { 0: match, 1: url = '', 2: text = '', index } of html.matchAll(LINK)) {
    add(html.slice(end, index), null)
    add(text, /^https?:\/\//i.test(url) ? url : null)
    end = index + match.length
  }
  add(html.slice(end), null)
  return parts
}

const plainText = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(?:#(\d+)|([a-z]+));/gi, (whole, code: string | undefined, name = '') =>
      code === undefined
        ? (ENTITIES[name.toLowerCase()] ?? whole)
        : String.fromCodePoint(Math.min(Number(code), 0x10ffff)),
    )
    .replaceAll(/\s+/g, ' ')
