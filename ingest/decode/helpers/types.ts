import type { Position } from '#model/basics/geo.ts'
import type { Source } from '#model/city/city-pack.ts'
import type { Domain } from '#model/observation/domain.ts'
import type { RejectReason } from '#model/observation/reject-reasons.ts'
import type { Memory } from './memory.ts'

export type { RejectReason } from '#model/observation/reject-reasons.ts'

/** A decoder's reading of one value, before anyone checked it. */
export type Sample = {
  /** `<format>/<device id>`, or `key/<thing key>` for the native format */
  device: string
  /** canonical property name, or the raw field name when nothing maps it */
  property: string
  /** tells apart what shares a property on one device; '' where there is one only */
  channel: string
  /** a number or a numeric string; normalise checks */
  value: unknown
  /** as the device or its format states it; left out: the property's canonical unit */
  unit?: string | undefined
  /** event time, of a value that covers an interval its start; left out: the time of arrival */
  time?: Date | undefined
  /** where the interval ends that the value covers: what a meter reads, it reads then */
  end?: Date | undefined
  /** as sent, unchecked; NaN where it could not be read */
  location?: Position | undefined
  domain?: Domain | undefined
  /** bits of REASONS */
  flags?: number
  /** the raw key, for messages to people */
  field: string
}

export type FieldProblem = {
  field: string
  reason: RejectReason
  detail: string
  /** the device it is about, where the message says so */
  device?: string
}

/** A number that nothing maps to a property: kept, shown, and replayed once somebody maps it. */
export type UnmappedField = {
  /** full path in the payload */
  field: string
  /** its last part */
  name: string
  device: string
  /** as sent, cut short */
  value: string
}

/** What became of a message. `ok` has at least one sample; `rejected` names the fields that did not make it. */
export type Decoded =
  | { ok: true; samples: Sample[]; rejected: FieldProblem[]; unmapped?: readonly UnmappedField[] }
  | { ok: false; reason: RejectReason; detail: string; unmapped?: readonly UnmappedField[] }

export type Message = { topic: string; payload: Uint8Array; receivedAt: Date }

/** What a decoder gets: one message, opened on demand, and what its source says of it. */
export type Input = {
  readonly topic: string
  /** the topic split at `/` */
  readonly levels: readonly string[]
  readonly bytes: Uint8Array
  /** the payload as UTF-8 text without byte order mark */
  readonly text: string
  /** the payload as JSON; `undefined` when it is none (JSON itself has no undefined) */
  readonly json: unknown
  readonly receivedAt: Date
  readonly source: Source
  /** IANA zone of devices that send local time */
  readonly timeZone: string
  /** what earlier messages said, for formats that need it */
  readonly memory: Memory | undefined
}

/** One payload format. Decoders are pure: no clock, no I/O, no state. */
export type Format = {
  readonly name: string
  /** recognises a message whose source names no format */
  readonly claims: (input: Input) => boolean
  readonly decode: (input: Input) => Decoded
}
