import type { CityPack } from '#model/city/city-pack.ts'
import type { RejectReason } from '../decode/helpers/types.ts'
import { createInterpreter } from '../interpret/interpret.ts'
import { OLDEST_MS } from '../observe/normalise.ts'

/** Counts of an import, and a preview of the outcome in the ingest by the same decoders. */
export type Tally = {
  rows: number
  /** rows outside the bounds of the city */
  outside: number
  messages: number
  values: number
  things: Set<string>
  /** values older than the retention of raw observations */
  old: number
  /** time of the earliest and latest value, ms */
  from: number
  to: number
  /** values and rows that will not be stored, by reason, with the first example of each */
  problems: Map<RejectReason, { count: number; example: string }>
  /** called for each of them */
  onProblem?: (reason: RejectReason, example: string) => void
}

export const newTally = (): Tally => ({
  rows: 0,
  outside: 0,
  messages: 0,
  values: 0,
  things: new Set(),
  old: 0,
  from: Number.POSITIVE_INFINITY,
  to: Number.NEGATIVE_INFINITY,
  problems: new Map(),
})

/** `onlyOld`: all values of the message are too old, so --history is probably missing. */
export type Preview = { readonly onlyOld: boolean; readonly example: string }

const PAYLOAD_LIMIT = 1024 * 1024

/** Interprets messages as an ingest worker does, and counts the results. */
export function createPreview(pack: Pick<CityPack, 'sources' | 'timeZone'>, now: () => Date) {
  const interpret = createInterpreter(pack, PAYLOAD_LIMIT)
  return (topic: string, payload: Buffer, tally: Tally, lines: Lines = []): Preview => {
    const receivedAt = now()
    const message = interpret({
      ...{ topic, payload, receivedAt, fullBytes: payload.length, dup: false, retain: false },
      messageId: undefined,
      qos: 0,
      acknowledge: () => {},
    })
    tally.messages += 1
    if (message === 'own message') return { onlyOld: false, example: '' }
    for (const { device, phenomenonTime } of message.samples) {
      const ms = phenomenonTime.getTime()
      tally.things.add(device)
      tally.from = Math.min(tally.from, ms)
      tally.to = Math.max(tally.to, ms)
      if (receivedAt.getTime() - ms > OLDEST_MS) tally.old += 1
    }
    tally.values += message.samples.length
    if (message.failure) note(tally, message.failure.reason, message.failure.detail)
    for (const { field, reason, detail } of message.problems) note(tally, reason, `${inFile(field, lines)}: ${detail}`)
    const reasons = message.failure ? [message.failure.reason] : message.problems.map(({ reason }) => reason)
    return {
      onlyOld:
        message.samples.length === 0 && reasons.length > 0 && reasons.every((reason) => reason === 'clock_behind'),
      example: message.failure?.detail ?? message.problems[0]?.detail ?? '',
    }
  }
}

type Lines = readonly (number | undefined)[]

/** A field of a message as a place in the file: `[7].no2` and `line 9 no2` of a payload become `line 1009, no2`. */
function inFile(field: string, lines: Lines): string {
  const [, index, line, rest = ''] = /^(?:\[(\d+)\]\.?|line (\d+) ?)(.*)$/s.exec(field) ?? []
  // The heading is the first line of a table in a message.
  const at = index === undefined ? line && lines[Number(line) - 2] : lines[Number(index)]
  return at ? `line ${at}${rest && `, ${rest}`}` : field
}

/** Counts a problem; the first of each reason is its example. */
export function note(tally: Tally, reason: RejectReason, example: string): void {
  tally.onProblem?.(reason, example)
  const known = tally.problems.get(reason)
  if (known) known.count += 1
  else tally.problems.set(reason, { count: 1, example })
}
