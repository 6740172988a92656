import { basename } from 'node:path'
import { DAY_MS } from '#model/basics/durations.ts'
import { offsetAt } from '../decode/helpers/time.ts'
import type { Mapping } from './mapping.ts'
import { type ImportFile, textOf } from './open-file.ts'
import { readRows } from './read-table.ts'
import { timeReader } from './time-pattern.ts'

/** Where a table has its times, as a mapping says it. */
type LocalTimes = Pick<Mapping, 'time' | 'encoding' | 'delimiter' | 'skipLines' | 'header'>

type Found = { repeated: number; missing: number }

/**
 * What daylight saving does to the local times of a file, one line for each day on which clocks change and which has rows in
 * the hour that occurs twice, or in the one that does not occur. The file is read for it, before anything is published.
 */
export async function clockChanges(
  file: ImportFile,
  mapping: LocalTimes,
  { zone, headerOf }: { readonly zone: string; readonly headerOf: (first: readonly string[]) => readonly string[] },
): Promise<string[]> {
  const { time } = mapping
  if ('start' in time || time.format === 'unix') return []
  const classify = classifier(time.format, zone)
  const { rows } = await readRows(
    textOf(file, mapping.encoding, () => {}),
    mapping,
  )
  const days = new Map<string, Found>()
  let at: number[] | undefined
  for await (const cells of rows) {
    if (!at) {
      const header = headerOf(cells).map((name) => name.trim())
      at = [time.column].flat().map((name) => header.indexOf(name.trim()))
      if (mapping.header === true) continue
    }
    const kind = classify(at.map((index) => cells[index] ?? '').join(' '))
    if (!kind) continue
    const found = days.get(kind.day) ?? { repeated: 0, missing: 0 }
    found[kind.what] += 1
    days.set(kind.day, found)
  }
  const lines = [...days].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([day, found]) => lineOf(day, found))
  return lines.length === 0 ? [] : [`${basename(file.name)}: times without an offset are taken for ${zone}`, ...lines]
}

const number = new Intl.NumberFormat('en')

const lineOf = (day: string, { repeated, missing }: Found): string => {
  const said = [
    repeated > 0 &&
      `clocks go back: ${number.format(repeated)} in the hour that occurs twice; the first or the second by the order of rows of a Thing, the first where that does not tell`,
    missing > 0 &&
      `clocks go forward: ${number.format(missing)} in the hour that does not occur, taken for the time before the change`,
  ]
  return `  ${day}: ${said.filter(Boolean).join('; ')}`
}

/** Two clocks far apart: a text that is the same instant on both states its offset. */
const [WEST, EAST] = ['Etc/GMT+12', 'Etc/GMT-12']

/** What is special about the local time in a text; undefined for most. */
function classifier(format: string, zone: string) {
  const [read, west, east] = [timeReader(format, zone), timeReader(format, WEST), timeReader(format, EAST)]
  return (text: string): { day: string; what: keyof Found } | undefined => {
    const instant = read(text)?.getTime()
    const wall = west(text)?.getTime()
    if (instant === undefined || wall === undefined || wall === east(text)?.getTime()) return undefined
    // most days have one offset, which is looked up in a cache
    if (offsetAt(instant - DAY_MS, zone) === offsetAt(instant + DAY_MS, zone)) return undefined
    const local = wall + offsetAt(wall, WEST)
    const day = new Date(local).toISOString().slice(0, 10)
    if (instant + offsetAt(instant, zone) !== local) return { day, what: 'missing' }
    const again = [-1, 1].some((direction) => {
      const change = direction * Math.abs(offsetAt(instant - DAY_MS, zone) - offsetAt(instant + DAY_MS, zone))
      return instant + change + offsetAt(instant + change, zone) === local
    })
    return again ? { day, what: 'repeated' } : undefined
  }
}
