import { Reader } from 'protobufjs/minimal.js'
import { MAX_SAMPLES } from '../../helpers/result.ts'

/** Datatypes of Sparkplug B (specification 3.0.0, section 6.4.16, "DataType"). */
export const DATATYPE = {
  ...{ Int8: 1, Int16: 2, Int32: 3, Int64: 4, UInt8: 5, UInt16: 6, UInt32: 7, UInt64: 8, Float: 9, Double: 10 },
  ...{ Boolean: 11, String: 12, DateTime: 13, Text: 14, UUID: 15, DataSet: 16, Bytes: 17, File: 18, Template: 19 },
} as const

/** A value as transmitted: its kind follows from the field, and the datatype defines how to read integers. */
export type WireValue =
  | { readonly kind: 'int' | 'float' | 'double'; readonly value: number }
  | { readonly kind: 'long'; readonly value: bigint }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bytes' | 'dataset' | 'template' | 'extension' }

export type Metric = {
  name?: string
  /** decimal digits */
  alias?: string
  /** Unix ms */
  timestamp?: number
  datatype?: number
  isNull: boolean
  unit?: string
  value?: WireValue
}
export type SparkplugPayload = { timestamp?: number; seq?: number; metrics: Metric[] }

/**
 * Reads a Payload (sparkplug_b.proto, package org.eclipse.tahu.protobuf). Unused fields are skipped.
 * @throws when the bytes are not a payload, or contain more than MAX_SAMPLES metrics
 */
export function readPayload(bytes: Uint8Array): SparkplugPayload {
  const reader = Reader.create(bytes)
  const payload: SparkplugPayload = { metrics: [] }
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === 0x08) payload.timestamp = Number(unsigned(reader))
    else if (tag === 0x12) {
      if (payload.metrics.length > MAX_SAMPLES) throw new RangeError(`more than ${MAX_SAMPLES} metrics`)
      payload.metrics.push(readMetric(Reader.create(reader.bytes())))
    } else if (tag === 0x18) payload.seq = Number(unsigned(reader))
    else skip(reader, tag)
  }
  return payload
}

function readMetric(reader: Reader): Metric {
  const metric: Metric = { isNull: false }
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    const value = readValue(reader, tag)
    if (value) metric.value = value
    else readHead(reader, tag, metric)
  }
  return metric
}

/** Description of a metric, without its value. */
function readHead(reader: Reader, tag: number, metric: Metric): void {
  if (tag === 0x0a) metric.name = reader.string()
  else if (tag === 0x10) metric.alias = unsigned(reader).toString()
  else if (tag === 0x18) metric.timestamp = Number(unsigned(reader))
  else if (tag === 0x20) metric.datatype = reader.uint32()
  else if (tag === 0x38) metric.isNull = reader.bool()
  else if (tag === 0x4a) {
    const unit = readUnit(Reader.create(reader.bytes()))
    if (unit !== undefined) metric.unit = unit
  } else skip(reader, tag)
}

/** Fields 10 to 19 of a metric, one of which is its value. */
function readValue(reader: Reader, tag: number): WireValue | undefined {
  if (tag === 0x50) return { kind: 'int', value: reader.uint32() }
  if (tag === 0x58) return { kind: 'long', value: unsigned(reader) }
  if (tag === 0x65) return { kind: 'float', value: reader.float() }
  if (tag === 0x69) return { kind: 'double', value: reader.double() }
  if (tag === 0x70) return { kind: 'boolean', value: reader.bool() }
  if (tag === 0x7a) return { kind: 'string', value: reader.string() }
  const kind =
    tag === 0x82
      ? 'bytes'
      : tag === 0x8a
        ? 'dataset'
        : tag === 0x92
          ? 'template'
          : tag === 0x9a
            ? 'extension'
            : undefined
  if (!kind) return undefined
  reader.bytes()
  return { kind }
}

const UNIT_KEYS: ReadonlySet<string> = new Set(['engunit', 'engineeringunit', 'engineeringunits', 'unit', 'units'])

/** The engineering unit among the properties of a metric: keys and values are two lists of the same length. */
function readUnit(reader: Reader): string | undefined {
  const keys: string[] = []
  const values: (string | undefined)[] = []
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === 0x0a) keys.push(reader.string())
    else if (tag === 0x12) values.push(readText(Reader.create(reader.bytes())))
    else skip(reader, tag)
  }
  const at = keys.findIndex((key) => UNIT_KEYS.has(key.toLowerCase().replace(/[^a-z]/g, '')))
  return at === -1 ? undefined : values[at]
}

function readText(reader: Reader): string | undefined {
  let text: string | undefined
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === 0x42) text = reader.string()
    else skip(reader, tag)
  }
  return text
}

function skip(reader: Reader, tag: number): void {
  if (tag >>> 3 === 0) throw new Error('field number 0')
  reader.skipType(tag & 7)
}

/** Unsigned 64-bit integer, read as two halves. */
function unsigned(reader: Reader): bigint {
  const value = reader.uint64() as number | { low: number; high: number }
  if (typeof value === 'number') return BigInt(value)
  return (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0)
}

/**
 * The number of a metric. Integers are transmitted unsigned, negative ones in two's complement of their width
 * (specification 3.0.0, section 6.4.16). Undefined for anything but a number.
 */
export function numberOf(value: WireValue, datatype: number): number | undefined {
  if (value.kind === 'float' || value.kind === 'double') return value.value
  if (value.kind === 'int') {
    if (datatype === DATATYPE.Int8) return (value.value << 24) >> 24
    if (datatype === DATATYPE.Int16) return (value.value << 16) >> 16
    return datatype === DATATYPE.Int32 ? value.value | 0 : value.value
  }
  if (value.kind !== 'long') return undefined
  const signed = datatype <= DATATYPE.Int64 && datatype > 0
  return Number(signed ? BigInt.asIntN(64, value.value) : value.value)
}
