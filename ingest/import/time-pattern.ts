import { AppError } from '#model/basics/errors.ts'
import { localInstant, readEpoch, readIso } from '../decode/helpers/time.ts'

/** Reads a local time; `near` decides between the two instants of a repeated hour. Undefined when the text is not a time. */
export type TimeReader = (text: string, near?: Date) => Date | undefined

const TOKENS = {
  yyyy: '(?<year>\\d{4})',
  yy: '(?<shortYear>\\d{2})',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  dd: '(?<day>\\d{2})',
  d: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{2})',
  H: '(?<hour>\\d{1,2})',
  hh: '(?<half>\\d{2})',
  h: '(?<half>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
  SSS: '(?<ms>\\d{3})',
  a: '(?<noon>[AaPp])\\.?[Mm]\\.?',
} as const
const TOKEN = /yyyy|yy|MM|M|dd|d|HH|H|hh|h|mm|ss|SSS|a|[^A-Za-z]|T/g

/**
 * A reader for `iso`, `unix` (seconds or milliseconds), or a pattern such as `dd/MM/yyyy HH:mm` (tokens and their letters
 * follow Unicode TS 35). Text without an offset is local to `zone`.
 * @throws AppError CONFIG_INVALID for a pattern that does not determine an instant
 */
export function timeReader(format: string, zone: string): TimeReader {
  if (format === 'iso') return (text, near) => readIso(text.replace(/ (?=[+-]\d\d)/, ''), zone, near)
  if (format === 'unix') return (text) => (/^\d+(?:\.\d+)?$/.test(text) ? readEpoch(Number(text)) : undefined)
  const pattern = compile(format)
  return (text, near) => {
    const match = pattern.exec(text.trim())
    const wall = match?.groups && wallClock(match.groups)
    if (wall === undefined) return undefined
    const instant = localInstant(wall, zone, near?.getTime())
    return Number.isNaN(instant) ? undefined : new Date(instant)
  }
}

function compile(format: string): RegExp {
  const parts = format.match(TOKEN) ?? []
  const problem = (reason: string): AppError =>
    new AppError('CONFIG_INVALID', `time format "${format}" ${reason}; example: dd/MM/yyyy HH:mm:ss`)
  if (parts.join('') !== format) throw problem('has letters that are not tokens')
  const source = parts.map((part) =>
    Object.hasOwn(TOKENS, part)
      ? TOKENS[part as keyof typeof TOKENS]
      : part.replace(/[.*+?^${}()|[\]\\/-]/g, (mark) => `\\${mark}`),
  )
  const names = [...source.join('').matchAll(/\?<(\w+)>/g)].map(([, name]) => name)
  if (new Set(names).size !== names.length) throw problem('has the same part twice')
  if (!names.includes('day') || !names.includes('month') || !names.some((name) => /year/i.test(name ?? '')))
    throw problem('needs a year, a month and a day')
  return new RegExp(`^${source.join('')}$`)
}

type Groups = Record<string, string | undefined>

/** The fields as if they were UTC, in ms; undefined for a 31st of February or a 25th hour. */
function wallClock(groups: Groups): number | undefined {
  const part = (name: string): number => Number(groups[name] ?? 0)
  const year = groups['year'] === undefined ? 2000 + part('shortYear') : part('year')
  const hour = hourOf(groups)
  if (hour > 24 || part('minute') > 59 || part('second') > 60) return undefined
  const at = new Date(0)
  at.setUTCFullYear(year, part('month') - 1, part('day'))
  if (at.getUTCMonth() !== part('month') - 1 || at.getUTCDate() !== part('day')) return undefined
  return at.getTime() + ((hour * 60 + part('minute')) * 60 + part('second')) * 1000 + part('ms')
}

/** 12 a.m. is midnight and 12 p.m. noon. */
function hourOf(groups: Groups): number {
  if (groups['half'] === undefined) return Number(groups['hour'] ?? 0)
  const afternoon = /p/i.test(groups['noon'] ?? '') ? 12 : 0
  return (Number(groups['half']) % 12) + afternoon
}
