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

/** What to write of each item; numbers are written as they are. */
type Of<Item> = (item: Item) => number
type Encode = <Item = number>(items: ArrayLike<Item>, of?: Of<Item>) => Buffer

export const int2Array: Encode = (items, of) =>
  encode(OID.int2, 2, items, of, (out, at, value) => out.writeInt16BE(value, at))

export const int4Array: Encode = (items, of) =>
  encode(OID.int4, 4, items, of, (out, at, value) => out.writeInt32BE(value, at))

/** Whole numbers up to 2^53; faster than BigInt by far. */
export const int8ArrayOfNumbers: Encode = (items, of) => encode(OID.int8, 8, items, of, writeInt64)

export function int8Array(values: readonly bigint[]): Buffer {
  const out = frame(OID.int8, 8, values.length)
  for (const [i, value] of values.entries()) out.writeBigInt64BE(value, HEADER + i * 12 + 4)
  return out
}

export const float4Array: Encode = (items, of) =>
  encode(OID.float4, 4, items, of, (out, at, value) => out.writeFloatBE(value, at))

export const float8Array: Encode = (items, of) =>
  encode(OID.float8, 8, items, of, (out, at, value) => out.writeDoubleBE(value, at))

/** Instants in milliseconds since 1970. */
export const timestamptzArray: Encode = (items, of) =>
  encode(OID.timestamptz, 8, items, of, (out, at, ms) =>
    writeInt64(out, at, Math.round((ms - POSTGRES_EPOCH_MS) * 1000)),
  )

function writeInt64(out: Buffer, at: number, value: number): void {
  const high = Math.floor(value / TWO_32)
  out.writeInt32BE(high, at)
  out.writeUInt32BE(value - high * TWO_32, at + 4)
}

function encode<Item>(
  oid: number,
  size: number,
  items: ArrayLike<Item>,
  of: Of<Item> = Number,
  write: (out: Buffer, at: number, value: number) => void,
): Buffer {
  const out = frame(oid, size, items.length)
  for (let i = 0, at = HEADER + 4; i < items.length; i += 1, at += 4 + size) write(out, at, of(items[i] as Item))
  return out
}

/** Everything but the values themselves. */
function frame(oid: number, size: number, count: number): Buffer {
  const out = count === 0 ? Buffer.alloc(12) : Buffer.allocUnsafe(HEADER + count * (4 + size))
  out.writeInt32BE(count === 0 ? 0 : 1, 0)
  out.writeInt32BE(0, 4)
  out.writeInt32BE(oid, 8)
  if (count === 0) return out
  out.writeInt32BE(count, 12)
  out.writeInt32BE(1, 16)
  for (let i = 0, at = HEADER; i < count; i += 1, at += 4 + size) out.writeInt32BE(size, at)
  return out
}
