import { OBSERVATION_RETENTION_DAYS } from '../basics/retention.ts'
/**
 * Why a message, or one of its fields, was rejected. The code is stored with the raw bytes in `rejected_message`; the
 * sentence says what to do next. Add codes freely, never rename one: they are stored and counted by.
 */
export const REJECT_REASONS = {
  // the message as a whole
  not_json:
    'The payload is no JSON. Look at the raw bytes; the device may need a payload formatter, or the source another format.',
  not_cbor: 'The payload is no CBOR. Look at the raw bytes; perhaps the source needs another format.',
  not_protobuf: 'The payload is no protobuf message of its format. Look at the raw bytes; perhaps it was cut.',
  too_large:
    'The message is larger, deeper or has more values than one message may carry. Send it in several messages; see docs/formats.md for the limits.',
  wrong_topic:
    'The topic is not one this format publishes measurements on. Check the topic of the device and the topic filter of the source.',
  wrong_shape:
    'The payload is JSON, but not built as its format says. Compare it with docs/formats.md, or name another format in the source.',
  unsupported_version: 'The payload uses a version or extension of its format that Citywell does not read yet.',
  bad_checksum:
    'The checksum does not match: the message was damaged on its way. Nothing to do unless it happens often.',
  personal_data:
    'The message is about a person or a device of a passer-by. It is counted, and its content is not kept.',
  no_measurement:
    'The message was understood and measures nothing (a status, a command, an event). Nothing to do, or narrow the topic filter of the source.',
  unknown_format:
    'No decoder recognises this topic and payload. Name a format in the source (docs/formats.md lists them).',
  not_discovered:
    'No discovery message says how to read this topic. Let the device publish its discovery again, then replay the message.',
  alias_unknown:
    'The metric is named by a number that no birth certificate has told. A rebirth was asked for; replay the message after it.',
  malformed_packet:
    'The broker delivered a packet that MQTT does not allow; the detail says what. Check the broker and any bridge to it.',
  // one value
  name_too_long:
    'The device or its channel is named by more characters than a name may have. Shorten the name; docs/formats.md has the limit.',
  bad_value:
    'The value is no number, or the code by which a device says that it has none (nan, null, -999, 65535). Check the sensor and its wiring.',
  unknown_property:
    'No observed property goes by this field name. Map it in the registry (or in `fields` of the source in city.json), then replay the message.',
  unknown_unit: 'The unit is none that Citywell knows. Use a UCUM code, or name the unit in `fields` of the source.',
  unit_mismatch:
    'The unit does not measure this property (a temperature in volts). Correct the unit, or map the field to another property.',
  unsupported_type:
    'The value is of a type that is no measurement (a template, a data set, bytes). Publish its numbers as metrics of their own.',
  unsupported_template:
    'The value template is more than a path into the message. Publish the value as it is, or map the field in `fields` of the source.',
  bad_time:
    'The time cannot be read. Send ISO 8601 with an offset (2026-05-31T12:00:00Z), or leave it out to use the time of arrival.',
  clock_ahead: 'The time lies more than an hour in the future. Set the clock of the device, or its time zone.',
  clock_behind: `The time lies before the year 2000 or more than ${OBSERVATION_RETENTION_DAYS} days back. Set the clock of the device; older history comes by import.`,
  bad_location:
    'The location is no [longitude, latitude] in degrees on the planet. Check the order and the GPS fix of the device.',
  // the way into the database
  retained_without_time:
    'The broker kept this message and nobody knows when it was measured. Let the device send its time, or publish without the retain flag.',
  decoder_failed: 'The decoder broke on this message. Report it with the raw bytes; replay it once that is mended.',
  no_source: 'No source of the city pack covers this topic. Add one to `sources` in city.json.',
  no_thing:
    'No Thing of the registry goes by this device name. Add a row to things.csv with this `device`, then replay the message.',
  registration_limit:
    'The device is not registered, and too many devices registered themselves. Confirm those that are yours or raise `registration` in city.json, then replay the message.',
  ignored:
    'The device or topic is on the list of ignored ones in the registry. Take it off the list, then replay the message.',
  awaiting_approval:
    'The device is not registered, and this city approves new devices first. Approve it in the registry: its messages are replayed.',
  store_failed:
    'The database refused this message while it took its neighbours. The detail says why; replay it once the cause is gone.',
} as const satisfies Record<string, string>

export type RejectReason = keyof typeof REJECT_REASONS
export const isRejectReason = (code: string): code is RejectReason => Object.hasOwn(REJECT_REASONS, code)
