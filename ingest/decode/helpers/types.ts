import type { Position } from '#model/basics/geo.ts'
import type { Source } from '#model/city/city-pack.ts'
import type { RejectReason } from '#model/observation/reject-reasons.ts'
import type { Domain } from '#model/things/domain.ts'
import type { DecodingContext } from './decoding-context.ts'

export type { RejectReason } from '#model/observation/reject-reasons.ts'

/** One value as decoded, before any check. */
export type Sample = {
  /** `<format>/<device id>`, or `key/<thing key>` for the native format */
  device: string
  /** canonical property name, or the raw field name when nothing maps it */
  property: string
  /** distinguishes values of the same property on one device; '' where there is only one */
  channel: string
  /** a number or a numeric string; normalise checks */
  value: unknown
  /** as stated by the device or its format; default: the property's canonical unit */
  unit?: string | undefined
  /** event time; start of the interval for a value that covers one; default: the time of arrival */
  time?: Date | undefined
  /** end of the interval that the value covers; the time of a meter reading */
  end?: Date | undefined
  /** as sent, unchecked; NaN where it is not a number */
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
  /** the device concerned, where the message names it */
  device?: string
}

/** A number without a mapping to a property: stored, displayed, and replayed once it is mapped. */
export type UnmappedField = {
  /** full path in the payload */
  field: string
  /** its last part */
  name: string
  device: string
  /** as sent, truncated */
  value: string
}

/** Result of decoding a message. `ok` has at least one sample; `rejected` names the fields that were not usable. */
export type Decoded =
  | { ok: true; samples: Sample[]; rejected: FieldProblem[]; unmapped?: readonly UnmappedField[] }
  | { ok: false; reason: RejectReason; detail: string; unmapped?: readonly UnmappedField[] }

export type Message = {
  topic: string
  payload: Uint8Array
  receivedAt: Date
  /** kept by the broker for new subscriptions: its arrival says nothing about its time */
  retain?: boolean
}

/** Input of a decoder: one message, parsed on demand, and the settings of its source. */
export type Input = {
  readonly topic: string
  /** the topic split at `/` */
  readonly levels: readonly string[]
  readonly bytes: Uint8Array
  /** the payload as UTF-8 text without byte order mark */
  readonly text: string
  /** the payload as JSON; `undefined` when it is not JSON (which has no undefined) */
  readonly json: unknown
  readonly receivedAt: Date
  readonly retained: boolean
  readonly source: Source
  /** IANA zone of devices that send local time */
  readonly timeZone: string
  /** context from earlier messages, for formats that need it */
  readonly context: DecodingContext | undefined
}

/** One payload format. Decoders are pure: no clock, no I/O, no state. */
export type Format = {
  readonly name: string
  /** recognises a message whose source names no format */
  readonly claims: (input: Input) => boolean
  readonly decode: (input: Input) => Decoded
}
