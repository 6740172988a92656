/**
 * InfluxDB line protocol: `measurement,tag=a field=1.5,count=3i 1465839830100400200`, one point per line. Commas, blanks and
 * equals signs in names are escaped with a backslash, text is quoted. Source: docs.influxdata.com, "Line protocol".
 */
export type InfluxPoint = {
  readonly measurement: string
  readonly tags: Readonly<Record<string, string>>
  readonly fields: Readonly<Record<string, number | string | boolean>>
  /** Unix time in the precision of the sender */
  readonly time?: string
}

const MAX_POINTS = 10_000

export function parseInflux(text: string): { readonly records: InfluxPoint[] } | { readonly problem: string } {
  const records: InfluxPoint[] = []
  const lines = text.split('\n')
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    if (records.length >= MAX_POINTS) return { problem: `more than ${MAX_POINTS} points in one message` }
    const point = parsePoint(line)
    if (!point) return { problem: `line ${index + 1} is not line protocol: ${line.slice(0, 60)}` }
    records.push(point)
  }
  return records.length === 0 ? { problem: 'the payload has no point' } : { records }
}

function parsePoint(line: string): InfluxPoint | undefined {
  const [head = '', fieldSet, time, ...more] = split(line, ' ').filter((part) => part !== '')
  if (fieldSet === undefined || more.length > 0) return undefined
  if (time !== undefined && !/^-?\d{1,20}$/.test(time)) return undefined
  const [measurement = '', ...tags] = split(head, ',')
  const fields = pairs(split(fieldSet, ','), fieldValue)
  const labels = pairs(tags, withoutEscapes)
  if (!fields || !labels || measurement === '') return undefined
  return { measurement: withoutEscapes(measurement), tags: labels, fields, ...(time !== undefined && { time }) }
}

/** Splits at a separator that is neither escaped nor inside quotes. */
function split(text: string, separator: string): string[] {
  const parts: string[] = []
  let start = 0
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]
    if (char === '\\') at += 1
    else if (char === '"') quoted = !quoted
    else if (char === separator && !quoted) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  parts.push(text.slice(start))
  return parts
}

function pairs<T>(parts: readonly string[], read: (text: string) => T | undefined): Record<string, T> | undefined {
  const found: [string, T][] = []
  for (const part of parts) {
    const [key = '', ...rest] = split(part, '=')
    const value = rest.length === 1 ? read(rest[0] ?? '') : undefined
    if (key === '' || value === undefined) return undefined
    found.push([withoutEscapes(key), value])
  }
  return Object.fromEntries(found)
}

const withoutEscapes = (text: string): string => text.replace(/\\([,= \\"])/g, '$1')

function fieldValue(text: string): number | string | boolean | undefined {
  if (text.startsWith('"') && text.endsWith('"') && text.length > 1) return withoutEscapes(text.slice(1, -1))
  if (/^(t|true)$/i.test(text)) return true
  if (/^(f|false)$/i.test(text)) return false
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[iu]?$/i.test(text) ? Number(text.replace(/[iu]$/, '')) : undefined
}
