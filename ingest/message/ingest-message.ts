import type { FieldProblem, RejectReason, UnmappedField } from '../decode/helpers/types.ts'
import type { NormalSample } from '../observe/normalise.ts'
import type { Amendment } from '../quality/amendments.ts'

/** A message between its arrival and its commit: what it says, what is wrong with it, and how to let go of it. */
export type IngestMessage = {
  /** name of the pack's source, which the ledger counts by */
  readonly source: string
  readonly topic: string
  /** of what is kept, without personal data */
  readonly payload: Buffer
  /** length of the payload as it was sent; longer than `payload` when that was cut */
  readonly fullBytes: number
  readonly receivedAt: Date
  /** its identifier in the session; undefined at QoS 0 */
  readonly messageId: number | undefined
  /** the broker says that it may have delivered it before */
  readonly dup: boolean
  readonly samples: readonly NormalSample[]
  /** fields that were not usable while others were */
  readonly problems: readonly FieldProblem[]
  /** numbers that nothing maps to a property */
  readonly unmapped?: readonly UnmappedField[] | undefined
  /** why nothing of it is usable */
  readonly failure: { readonly reason: RejectReason; readonly detail: string } | undefined
  /** its source is archived: for how long */
  readonly archiveDays?: number | undefined
  /** it describes other messages, and is kept for them */
  readonly kept?: true
  /** set once the history of its Datastreams was asked: what it says of earlier observations */
  amendments?: readonly Amendment[]
  /** Acknowledges it. Only after COMMIT. */
  readonly settle: () => void
}

/** What became of one message of a committed batch. */
export type Outcome = {
  readonly kind: 'stored' | 'duplicate' | 'rejected'
  readonly stored: number
  readonly duplicate: number
  /** same Datastream and time, another result: the first is kept */
  readonly conflict: number
  readonly rejected: number
}
