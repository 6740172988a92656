import type { SortValue } from './table-model.ts'

type Described = {
  /** of the CSV file */
  readonly file: string
  readonly title: string
  readonly language: string
  /** of the page that the table was on */
  readonly address: string
  readonly timeZone: string
  readonly created: Date
  /** the heading, then the rows */
  readonly lines: readonly (readonly SortValue[])[]
  /** where each part of the rows comes from */
  readonly sources?: readonly Readonly<Record<string, string>>[]
}

/**
 * What a CSV file is, as W3C Tabular Metadata (https://www.w3.org/TR/tabular-metadata/), to lie next to it as
 * FILE-metadata.json: title, source, time zone, and for each column its heading and type.
 */
export function csvwOf({ lines, sources = [], ...about }: Described): string {
  const { file, title, language, address, timeZone, created } = about
  const [heading = [], ...rows] = lines
  const columns = heading.map((label, i) => ({
    name: `column_${i + 1}`,
    titles: { [language]: String(label ?? '') },
    datatype: rows.some((row) => typeof row[i] === 'string') ? 'string' : 'number',
    required: false,
  }))
  const metadata = {
    '@context': ['http://www.w3.org/ns/csvw', { '@language': language }],
    url: file,
    'dc:title': title,
    'dc:source': address,
    'dc:publisher': 'Citywell',
    'dc:created': created.toISOString(),
    'dc:coverage': `times in tables and periods are of ${timeZone}; instants are ISO 8601 with offset`,
    dialect: { encoding: 'utf-8', header: true },
    notes: [{ rows: rows.length, missing: 'an empty cell is a value that is not there, never zero' }, ...sources],
    tableSchema: { columns },
  }
  return `${JSON.stringify(metadata, null, 2)}\n`
}
