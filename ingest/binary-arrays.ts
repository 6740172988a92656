/**
 * PostgreSQL arrays in binary form, for parameters that `pg` sends as they are when they are a Buffer. Text arrays cost
 * the worker and the server a formatting and a parsing of every number; these halve the time of a large insert.
 * Layout: array_send in the PostgreSQL sources (src/backend/utils/adt/arrayfuncs.c): dimensions, has-nulls flag, element
 * type, then length and lower bound of the dimension, then each element with its length before it.
 */
const OID = { int8: 20, int2: 21, int4: 23, float4: 700, float8: 701, timestamptz: 1184 } as const
const HEADER = 20
/** PostgreSQL counts microseconds from 2000-01-01. */
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1)
const TWO_32 = 2 ** 32

type Values = ArrayLike<number>

export const int2Array = (values: Values): Buffer =>
  encode(OID.int2, 2, values.length, (out, at, i) => out.writeInt16BE(values[i] ?? 0, at))

export const int4Array = (values: Values): Buffer =>
  encode(OID.int4, 4, values.length, (out, at, i) => out.writeInt32BE(values[i] ?? 0, at))

export const int8Array = (values: readonly bigint[]): Buffer =>
  encode(OID.int8, 8, values.length, (out, at, i) => out.writeBigInt64BE(values[i] ?? 0n, at))

/** Whole numbers up to 2^53. */
export const int8ArrayOfNumbers = (values: Values): Buffer =>
  encode(OID.int8, 8, values.length, (out, at, i) => writeInt64(out, at, values[i] ?? 0))

export const float4Array = (values: Values): Buffer =>
  encode(OID.float4, 4, values.length, (out, at, i) => out.writeFloatBE(values[i] ?? 0, at))

export const float8Array = (values: Values): Buffer =>
  encode(OID.float8, 8, values.length, (out, at, i) => out.writeDoubleBE(values[i] ?? 0, at))

/** Instants in milliseconds since 1970. */
export const timestamptzArray = (milliseconds: Values): Buffer =>
  encode(OID.timestamptz, 8, milliseconds.length, (out, at, i) =>
    writeInt64(out, at, Math.round(((milliseconds[i] ?? 0) - POSTGRES_EPOCH_MS) * 1000)),
  )

/** Faster than BigInt by far. */
function writeInt64(out: Buffer, at: number, value: number): void {
  const high = Math.floor(value / TWO_32)
  out.writeInt32BE(high, at)
  out.writeUInt32BE(value - high * TWO_32, at + 4)
}

function encode(oid: number, size: number, count: number, write: (out: Buffer, at: number, i: number) => void): Buffer {
  if (count === 0) {
    const empty = Buffer.alloc(12)
    empty.writeInt32BE(oid, 8)
    return empty
  }
  const out = Buffer.allocUnsafe(HEADER + count * (4 + size))
  out.writeInt32BE(1, 0)
  out.writeInt32BE(0, 4)
  out.writeInt32BE(oid, 8)
  out.writeInt32BE(count, 12)
  out.writeInt32BE(1, 16)
  for (let i = 0, at = HEADER; i < count; i += 1, at += 4 + size) {
    out.writeInt32BE(size, at)
    write(out, at + 4, i)
  }
  return out
}
