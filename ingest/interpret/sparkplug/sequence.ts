/**
 * Counts the messages of an edge node: each carries the next number, 0 to 255 and around again. Workers that share the
 * load get them in any order, so what comes before its turn waits; only what is missing for longer than the reorder
 * time is lost (Sparkplug 3.0.0, "Reorder Timeout" of host applications).
 */
export type Sequence = {
  /** the number that comes next; undefined while nothing is counted, from a loss until the next birth */
  readonly next: number | undefined
  /** [number, Unix ms] of what came before its turn */
  readonly ahead: readonly (readonly [seq: number, ms: number])[]
}

const ROUND = 256
/** More than this ahead of its turn is rather behind it: a late or repeated message. */
const HALF = ROUND / 2

export const isGap = (sequence: Sequence): boolean => sequence.ahead.length > 0

/** A message of the session came. */
export function count(sequence: Sequence, seq: number, ms: number): Sequence {
  const { next, ahead } = sequence
  if (next === undefined || !(seq >= 0 && seq < ROUND)) return sequence
  const distance = (seq - next + ROUND) % ROUND
  if (distance >= HALF || ahead.some(([waiting]) => waiting === seq)) return sequence
  if (distance > 0) return { next, ahead: [...ahead, [seq, ms]] }
  return settle({ next: (next + 1) % ROUND, ahead })
}

/** A birth opens a session with its own number. What was sent after it and came before it belongs to it. */
export function begin(before: Sequence, seq: number, bornMs: number): Sequence {
  return settle({ next: (seq + 1) % ROUND, ahead: before.ahead.filter(([, ms]) => ms >= bornMs) })
}

function settle(sequence: Sequence): Sequence {
  let { next, ahead } = sequence
  while (next !== undefined && ahead.some(([seq]) => seq === next)) {
    const turn: number = next
    ahead = ahead.filter(([seq]) => seq !== turn)
    next = (turn + 1) % ROUND
  }
  return { next, ahead }
}
