import type { CityPack } from '#model/city/city-pack.ts'
import type { RejectReason } from '../decode/helpers/types.ts'
import { createInterpreter } from '../interpret/interpret.ts'
import { OLDEST_MS } from '../observe/normalise.ts'

/** What an import read, and what the ingest will make of it, by the same decoders. */
export type Tally = {
  rows: number
  /** rows outside the bounds of the city */
  outside: number
  messages: number
  values: number
  things: Set<string>
  /** values older than raw observations are kept */
  old: number
  /** time of the earliest and latest value, ms */
  from: number
  to: number
  /** values and rows that will not be stored, by reason, with the first of each */
  problems: Map<RejectReason, { count: number; example: string }>
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

/** A whole message of another century: somebody forgot to say that this is history. */
export type Judged = { readonly onlyOld: boolean; readonly example: string }

const PAYLOAD_LIMIT = 1024 * 1024

/** Reads messages as an ingest worker would, and counts what it finds. */
export function createJudge(pack: Pick<CityPack, 'sources' | 'timeZone'>, now: () => Date) {
  const understand = createInterpreter(pack, PAYLOAD_LIMIT)
  return (topic: string, payload: Buffer, tally: Tally): Judged => {
    const receivedAt = now()
    const said = understand({
      ...{ topic, payload, receivedAt, fullBytes: payload.length, dup: false, retain: false },
      messageId: undefined,
      qos: 0,
      acknowledge: () => {},
    })
    tally.messages += 1
    if (said === 'own message') return { onlyOld: false, example: '' }
    for (const { device, phenomenonTime } of said.samples) {
      const ms = phenomenonTime.getTime()
      tally.things.add(device)
      tally.from = Math.min(tally.from, ms)
      tally.to = Math.max(tally.to, ms)
      if (receivedAt.getTime() - ms > OLDEST_MS) tally.old += 1
    }
    tally.values += said.samples.length
    if (said.failure) note(tally, said.failure.reason, said.failure.detail)
    for (const { field, reason, detail } of said.problems) note(tally, reason, `${field}: ${detail}`)
    const reasons = said.failure ? [said.failure.reason] : said.problems.map(({ reason }) => reason)
    return {
      onlyOld: said.samples.length === 0 && reasons.length > 0 && reasons.every((reason) => reason === 'clock_behind'),
      example: said.failure?.detail ?? said.problems[0]?.detail ?? '',
    }
  }
}

/** Counts what will not be stored; the first of each reason is its example. */
export function note(tally: Tally, reason: RejectReason, example: string): void {
  const known = tally.problems.get(reason)
  if (known) known.count += 1
  else tally.problems.set(reason, { count: 1, example })
}
