/** Writes Sparkplug B payloads byte by byte after sparkplug_b.proto and the protobuf encoding, for tests. */
const varint = (value: bigint | number): number[] => {
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest > 0n ? low | 0x80 : low)
  } while (rest > 0n)
  return bytes
}
const field = (number: number, wire: number): number[] => varint((number << 3) | wire)
const block = (number: number, bytes: readonly number[]): number[] => [
  ...field(number, 2),
  ...varint(bytes.length),
  ...bytes,
]
const text = (number: number, value: string): number[] => block(number, [...Buffer.from(value)])
const whole = (number: number, value: bigint | number): number[] => [...field(number, 0), ...varint(value)]
const double = (value: number): number[] => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return [...bytes]
}

export type TestMetric = {
  name?: string
  alias?: number
  at?: number
  datatype?: number
  isNull?: true
  unit?: string
  int?: number
  long?: bigint
  double?: number
  boolean?: boolean
  string?: string
  template?: true
}

function metricBytes(metric: TestMetric): number[] {
  const { name, alias, at, datatype, isNull, unit, int, long, boolean, string } = metric
  return [
    ...(name === undefined ? [] : text(1, name)),
    ...(alias === undefined ? [] : whole(2, alias)),
    ...(at === undefined ? [] : whole(3, at)),
    ...(datatype === undefined ? [] : whole(4, datatype)),
    ...(isNull ? whole(7, 1) : []),
    // PropertySet { keys = 1, values = 2 }, PropertyValue { type = 1, string_value = 8 }
    ...(unit === undefined ? [] : block(9, [...text(1, 'engUnit'), ...block(2, [...whole(1, 12), ...text(8, unit)])])),
    ...(int === undefined ? [] : whole(10, int >>> 0)),
    ...(long === undefined ? [] : whole(11, long)),
    ...(metric.double === undefined ? [] : [...field(13, 1), ...double(metric.double)]),
    ...(boolean === undefined ? [] : whole(14, boolean ? 1 : 0)),
    ...(string === undefined ? [] : text(15, string)),
    ...(metric.template ? block(18, []) : []),
  ]
}

export function payload(at: number | undefined, seq: number | undefined, metrics: readonly TestMetric[]): Buffer {
  return Buffer.from([
    ...(at === undefined ? [] : whole(1, at)),
    ...metrics.flatMap((metric) => block(2, metricBytes(metric))),
    ...(seq === undefined ? [] : whole(3, seq)),
  ])
}
export const bdSeq = (session: number): TestMetric => ({ name: 'bdSeq', datatype: 4, long: BigInt(session) })
