/**
 * Sequence numbers of an edge node: each message carries the next number, modulo 256. Workers that share the load receive
 * them in any order, so a number that arrives early is recorded; only one that is missing for longer than the reorder
 * time is lost (Sparkplug 3.0.0, "Reorder Timeout" of host applications).
 */
export type Sequence = {
  /** the next number; undefined while nothing is counted, from a loss until the next birth */
  readonly next: number | undefined
  /** [number, Unix ms] of messages that arrived early */
  readonly ahead: readonly (readonly [seq: number, ms: number])[]
}

const MODULUS = 256
/** A number further ahead than this is rather behind: a late or repeated message. */
const HALF = MODULUS / 2

export const isGap = (sequence: Sequence): boolean => sequence.ahead.length > 0

/** Counts a message of the session. */
export function count(sequence: Sequence, seq: number, ms: number): Sequence {
  const { next, ahead } = sequence
  if (next === undefined || !(seq >= 0 && seq < MODULUS)) return sequence
  const distance = (seq - next + MODULUS) % MODULUS
  if (distance >= HALF || ahead.some(([waiting]) => waiting === seq)) return sequence
  if (distance > 0) return { next, ahead: [...ahead, [seq, ms]] }
  return advance({ next: (next + 1) % MODULUS, ahead })
}

/** A birth opens a session with its own number; early messages that were sent after it belong to it. */
export function begin(before: Sequence, seq: number, bornMs: number): Sequence {
  return advance({ next: (seq + 1) % MODULUS, ahead: before.ahead.filter(([, ms]) => ms >= bornMs) })
}

function advance(sequence: Sequence): Sequence {
  let { next, ahead } = sequence
  while (next !== undefined && ahead.some(([seq]) => seq === next)) {
    const current: number = next
    ahead = ahead.filter(([seq]) => seq !== current)
    next = (current + 1) % MODULUS
  }
  return { next, ahead }
}
