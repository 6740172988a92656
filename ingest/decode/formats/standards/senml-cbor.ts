import { decode as decodeCbor } from 'cborg'
import { clip } from '../../helpers/input.ts'
import { reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { decodePack } from './senml.ts'

/** Labels of the CBOR form (RFC 8428, table 4). */
const LABELS: ReadonlyMap<number, string> = new Map([
  [-1, 'bver'],
  [-2, 'bn'],
  [-3, 'bt'],
  [-4, 'bu'],
  [-5, 'bv'],
  [-6, 'bs'],
  [0, 'n'],
  [1, 'u'],
  [2, 'v'],
  [3, 'vs'],
  [4, 'vb'],
  [5, 's'],
  [6, 't'],
  [7, 'ut'],
  [8, 'vd'],
])

/**
 * RFC 8428 packs in CBOR (section 6, application/senml+cbor): the same records under integer labels. Devices have the
 * same name in both forms. Numbers may be integers, floats of any width, or decimal fractions (tag 4).
 */
export const senmlCbor: Format = {
  name: 'senml-cbor',
  claims: ({ bytes }) => startsLikePack(bytes),
  decode,
}

const SELF_DESCRIBED = [0xd9, 0xd9, 0xf7] as const

/** An array whose first item is a map, by its heads (RFC 8949, section 3). No text starts with such a byte. */
function startsLikePack(bytes: Uint8Array): boolean {
  const start = SELF_DESCRIBED.every((byte, i) => bytes[i] === byte) ? SELF_DESCRIBED.length : 0
  const head = bytes[start]
  if (head === undefined || head >> 5 !== 4) return false
  const length = head & 31
  const item = bytes[start + 1 + (length >= 24 && length <= 27 ? 2 ** (length - 24) : 0)]
  return item !== undefined && item >> 5 === 5
}

function decode(input: Input): Decoded {
  let pack: unknown
  try {
    pack = decodeCbor(input.bytes, { useMaps: true, rejectDuplicateMapKeys: true, tags: TAGS })
  } catch (error) {
    // Hostile nesting causes a stack overflow (RangeError); other errors are those of the reader.
    return reject('not_cbor', `the payload is not CBOR: ${clip((error as Error).message, 120)}`)
  }
  return decodePack(Array.isArray(pack) ? pack.map(inJsonNames) : pack, input)
}

const TAGS = {
  4: (content: () => unknown) => decimalFraction(content()),
  55799: (content: () => unknown) => content(),
}

/** [exponent, mantissa] stands for mantissa * 10^exponent (RFC 8949, section 3.4.4). */
function decimalFraction(content: unknown): number {
  const [exponent, mantissa] = Array.isArray(content) ? content : []
  const isInteger = typeof mantissa === 'bigint' || typeof mantissa === 'number'
  // Converted through text, so that 231 * 10^-1 is exactly 23.1.
  return isInteger && Number.isInteger(exponent) ? Number(`${mantissa}e${exponent}`) : Number.NaN
}

/** A record under its JSON names; unassigned labels are ignored, as the RFC requires, and text labels stay. */
function inJsonNames(record: unknown): unknown {
  if (!(record instanceof Map)) return record
  const named: Record<string, unknown> = {}
  for (const [label, value] of record as Map<unknown, unknown>) {
    const name = typeof label === 'number' ? LABELS.get(label) : label
    if (typeof name !== 'string') continue
    const number = typeof value === 'bigint' ? Number(value) : value
    Object.defineProperty(named, name, { value: number, enumerable: true })
  }
  return named
}
