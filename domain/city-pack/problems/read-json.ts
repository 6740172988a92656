import { isUtf8 } from 'node:buffer'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isNestedDeeper, parseShallow } from '#model/text/nesting.ts'
import type { PackProblems } from './pack-problems.ts'

/** Of a pack of millions of Things; a longer text is no string of V8. */
const MAX_FILE_BYTES = 512_000_000

/**
 * The text of a file of the pack; undefined when it is not there, which is a problem only when it is `required`, and when
 * it is not UTF-8, which always is one.
 */
export async function readText(
  folder: string,
  file: string,
  problems: PackProblems,
  required = false,
): Promise<string | undefined> {
  const bytes = await readBytes(folder, file, problems, required)
  if (bytes === undefined) return undefined
  const other = formatOf(bytes)
  if (other !== undefined) {
    problems.add(file, '', `is ${other}; ${file.endsWith('json') ? 'export it as GeoJSON' : 'text is needed'}`)
    return undefined
  }
  const text = bytes.toString('utf8')
  if (!isUtf8(bytes) || utf16Of(bytes)) {
    const { where, what } = locateInvalid(bytes, text)
    problems.add(file, where, what)
    return undefined
  }
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

/** What a file of geodata is that is no text, or no JSON, by its first bytes. */
function formatOf(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, 400).toString('latin1')
  if (head.startsWith('\0\0\u0027\n')) return 'a shapefile (.shp)'
  if (head.startsWith('SQLite format 3')) return 'a GeoPackage or another SQLite database'
  if (head.startsWith('PK\u0003\u0004')) return 'a ZIP archive, such as a zipped shapefile, a KMZ or a workbook'
  if (head.startsWith('PAR1')) return 'a Parquet file'
  if (/^(\u00ef\u00bb\u00bf)?\s*<(\?xml|kml|gml|[a-z]+:)/i.test(head))
    return /kml/i.test(head) ? 'KML' : 'XML, such as GML'
  return undefined
}

/** The first byte that is no UTF-8: up to there, encoding what was decoded gives the same bytes again. */
function locateInvalid(bytes: Buffer, text: string): { where: string; what: string } {
  const utf16 = utf16Of(bytes)
  if (utf16) return { where: '', what: `is ${utf16}: save it as UTF-8` }
  const again = Buffer.from(text)
  let offset = 0
  while (offset < bytes.length && bytes[offset] === again[offset]) offset += 1
  const line = bytes.subarray(0, offset).toString('utf8').split('\n').length
  const byte = (bytes[offset] ?? 0).toString(16).padStart(2, '0')
  const around = new TextDecoder('windows-1252').decode(bytes.subarray(Math.max(0, offset - 12), offset + 12))
  const likely = `it is probably Windows-1252 or Latin-1 (${JSON.stringify(around.split(/[\r\n]/).find((part) => /[^\0-\x7f]/.test(part)) ?? around)})`
  const what = `is not UTF-8 (byte 0x${byte} at offset ${offset}); ${likely}: save it as UTF-8`
  return { where: `line ${line}`, what }
}

/** UTF-16 by its mark, or by the zero bytes of Latin letters. */
function utf16Of(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'UTF-16 (little-endian)'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'UTF-16 (big-endian)'
  const head = bytes.subarray(0, 1_000)
  const zeros = [0, 1].map((odd) => head.filter((byte, at) => at % 2 === odd && byte === 0).length)
  if (Math.max(...zeros) < head.length / 4) return undefined
  return zeros[0] === 0 ? 'UTF-16 (little-endian)' : 'UTF-16 (big-endian)'
}

/** A file of the pack as it is; see readText. */
export async function readBytes(
  folder: string,
  file: string,
  problems: PackProblems,
  required = false,
): Promise<Buffer | undefined> {
  const path = join(folder, file)
  try {
    // A pipe or a device has no end, and opening a pipe may wait for ever.
    const found = await stat(path)
    if (found.isFile() && found.size <= MAX_FILE_BYTES) return await readFile(path)
    const what = found.isFile() ? `has ${found.size} bytes; at most ${MAX_FILE_BYTES} are read` : 'is not a file'
    problems.add(file, '', what)
    return undefined
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    if (!missing || required)
      problems.add(file, '', missing ? 'is missing' : `cannot be read (${(error as Error).message})`)
    return undefined
  }
}

/** A JSON file of the pack. What does not parse is reported with its line and column. */
export async function readJson(
  folder: string,
  file: string,
  problems: PackProblems,
  required = false,
): Promise<unknown> {
  const text = await readText(folder, file, problems, required)
  if (text === undefined) return undefined
  try {
    return parseShallow(text)
  } catch (error) {
    if (isNestedDeeper(text)) {
      problems.add(file, '', `${(error as Error).message}`)
      return undefined
    }
    const { where, what } = locate(text, (error as Error).message)
    problems.add(file, where, `is not JSON: ${what}`)
    return undefined
  }
}

// V8 says where in three ways: "... in JSON at position 17 (line 2 column 3)", by a character ("Unexpected token '/', "// my"..."
// is the first one that it cannot read), or, at the end, without a position.
function locate(text: string, message: string): { where: string; what: string } {
  const position = /at position (\d+)/.exec(message)
  const quoted = /^Unexpected token '(.)', (?:\.\.\.)?"(.*?)"(?:\.\.\.)? is not valid JSON$/su.exec(message)
  const around = quoted ? text.indexOf(quoted[2] ?? '') : -1
  const named = around < 0 ? -1 : text.indexOf(quoted?.[1] ?? '', around)
  const offset = position ? Number(position[1]) : named < 0 ? text.length : named
  const before = text.slice(0, offset).split('\n')
  const what = message.replace(/ (in JSON )?at position \d+.*$/s, '')
  return { where: `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`, what }
}
