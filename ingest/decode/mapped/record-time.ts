import { HOUR_MS } from '#model/basics/durations.ts'
import { isTimeZone, type PayloadMapping } from '#model/city/payload-mapping.ts'
import { compileTimePattern, type WallClock } from '#model/text/time-pattern.ts'
import { localAtArrival, readStated as readAtArrival, type Stated } from '../helpers/local-time.ts'
import { localInstant, readEpoch, readIso } from '../helpers/time.ts'
import type { Input } from '../helpers/types.ts'
import { type Found, findAround } from './walk.ts'

type Time = NonNullable<PayloadMapping['time']>
type Context = { readonly mapping: PayloadMapping; readonly input: Input; readonly known: Set<string> }

/** The time of a record; undefined where it is dated by its arrival. */
export function readRecordTime(
  record: Found,
  root: Found,
  { mapping: { time }, input, known }: Context,
): Stated | undefined | 'missing' | 'unreadable' {
  if (!time) return undefined
  const parts: string[] = []
  for (const path of [time.path].flat()) {
    const found = findAround(path, record, root)
    if (found) known.add(found.path)
    if (!found || found.value === null || found.value === '') return time.optional ? undefined : 'missing'
    parts.push(String(found.value))
  }
  const zone = time.timeZonePath === undefined ? undefined : findAround(time.timeZonePath, record, root)?.value
  const named = typeof zone === 'string' && isTimeZone(zone) ? zone : undefined
  return readStated(parts.join(' ').trim(), named ?? time.timeZone ?? input.timeZone, time, input) ?? 'unreadable'
}

function readStated(text: string, zone: string, time: Time, input: Input): Stated | undefined {
  if (time.repeatedHour !== 'arrival' || time.format === 'unix') {
    const at = readByRule(text, zone, time)
    return at && { time: at }
  }
  const { receivedAt, retained } = input
  const arrival = { timeZone: zone, receivedAt, retained }
  if (time.format === 'iso') return readAtArrival(text, arrival)
  const wall = patternOf(time.format)?.(text)
  return wall === undefined ? undefined : localAtArrival(wall, arrival)
}

/** Without regard to the arrival. */
function readByRule(text: string, zone: string, time: Time): Date | undefined {
  if (time.format === 'unix')
    return /^-?\d{1,20}(?:\.\d+)?(?:e[+]?\d+)?$/i.test(text) ? readEpoch(Number(text)) : undefined
  if (time.format === 'iso') {
    const first = readIso(text, zone)
    return time.repeatedHour === 'second' && first ? secondOf(first, (at) => readIso(text, zone, at)) : first
  }
  const wall = patternOf(time.format)?.(text)
  if (wall === undefined) return undefined
  const read = (near?: Date): Date | undefined => {
    const ms = localInstant(wall, zone, near?.getTime())
    return Number.isNaN(ms) ? undefined : new Date(ms)
  }
  const first = read()
  return time.repeatedHour === 'second' && first ? secondOf(first, read) : first
}

/** The later instant of an hour that occurs twice; the same one for any other. */
const secondOf = (first: Date, read: (near: Date) => Date | undefined): Date | undefined =>
  read(new Date(first.getTime() + HOUR_MS))

const patterns = new Map<string, WallClock | undefined>()
function patternOf(format: string): WallClock | undefined {
  if (!patterns.has(format)) {
    if (patterns.size > 200) patterns.clear()
    const read = compileTimePattern(format)
    patterns.set(format, 'problem' in read ? undefined : read)
  }
  return patterns.get(format)
}
