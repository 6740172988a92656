import { AppError } from '#model/basics/errors.ts'
import { compileTimePattern } from '#model/text/time-pattern.ts'
import { localInstant, readEpoch, readIso } from '../decode/helpers/time.ts'

/** Reads a local time; `near` decides between the two instants of a repeated hour. Undefined when the text is not a time. */
export type TimeReader = (text: string, near?: Date) => Date | undefined

/**
 * A reader for `iso`, `unix` (seconds or milliseconds), or a pattern such as `dd/MM/yyyy HH:mm`. Text without an offset is
 * local to `zone`.
 * @throws AppError CONFIG_INVALID for a pattern that does not determine an instant
 */
export function timeReader(format: string, zone: string): TimeReader {
  if (format === 'iso') return (text, near) => readIso(text.replace(/ (?=[+-]\d\d)/, ''), zone, near)
  if (format === 'unix') return (text) => (/^\d+(?:\.\d+)?$/.test(text) ? readEpoch(Number(text)) : undefined)
  const wallClock = compileTimePattern(format)
  if ('problem' in wallClock)
    throw new AppError('CONFIG_INVALID', `time format "${format}" ${wallClock.problem}; example: dd/MM/yyyy HH:mm:ss`)
  return (text, near) => {
    const wall = wallClock(text)
    if (wall === undefined) return undefined
    const instant = localInstant(wall, zone, near?.getTime())
    return Number.isNaN(instant) ? undefined : new Date(instant)
  }
}
