import type { FieldProblem, RejectReason, UnmappedField } from '../decode/helpers/types.ts'
import type { NormalSample } from '../observe/normalise.ts'
import type { Amendment } from '../quality/amendments.ts'

/** A message between receipt and commit: what it contains, what is wrong with it, and how to acknowledge it. */
export type IngestMessage = {
  /** name of the source in the city pack, by which the ledger counts */
  readonly source: string
  readonly topic: string
  /** as received, or without personal data where it will be stored */
  readonly payload: Buffer
  /** length of the payload as sent; greater than `payload.length` when the payload was truncated */
  readonly fullBytes: number
  readonly receivedAt: Date
  /** packet identifier in the session; undefined at QoS 0 */
  readonly messageId: number | undefined
  /** DUP flag: the broker may have delivered it before */
  readonly dup: boolean
  readonly samples: readonly NormalSample[]
  /** fields that were not usable while others were */
  readonly problems: readonly FieldProblem[]
  /** numbers without a mapping to a property */
  readonly unmapped?: readonly UnmappedField[] | undefined
  /** why nothing in the message is usable */
  readonly failure: { readonly reason: RejectReason; readonly detail: string } | undefined
  /** retention in the archive, when its source is archived */
  readonly archiveDays?: number | undefined
  /** the topic filter of the registry because of which it is ignored */
  readonly ignoredBy?: string | undefined
  /** values of devices that wait for approval */
  readonly pending?: readonly NormalSample[] | undefined
  /** it describes other messages (a discovery config), and is stored as part of the decoding context */
  readonly isDescription?: true
  /** set by the quality evaluation: changes to flags of earlier observations */
  amendments?: readonly Amendment[]
  /** Sends the acknowledgement to the broker. Only after COMMIT. */
  readonly acknowledge: () => void
}

/** Outcome of one message of a committed batch, with the number of its observations by outcome. */
export type Outcome = {
  readonly kind: 'stored' | 'duplicate' | 'rejected'
  readonly stored: number
  readonly duplicate: number
  /** same Datastream and time, another result: the first one stays */
  readonly conflict: number
  readonly rejected: number
}

export type CommittedMessage = { readonly message: IngestMessage; readonly outcome: Outcome }
