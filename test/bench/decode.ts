import { decode } from '#ingest/decode/index.ts'
import { normalise } from '#ingest/observe/normalise.ts'
import { createHistoryEvaluator } from '#ingest/quality/history.ts'
import type { Source } from '#model/city/city-pack.ts'
import { FIXTURES, type Fixture } from '../unit/ingest/decode/fixtures.ts'

const source: Source = { name: 'bench', topic: '#' }
const ROUND_MS = 40
const ROUNDS = 5

export type DecodeFigure = {
  format: string
  topic: string
  bytes: number
  values: number
  decodeUs: number
  normaliseUs: number
  qualityUs: number
}

/** CPU microseconds a message, per format: bytes to samples, samples to observations, and the tests with history. Prints a table. */
export async function benchDecode(): Promise<void> {
  const figures = FIXTURES.map(measure)
  console.log('decode, CPU microseconds a message (best of five rounds)')
  console.table(
    figures.map((figure) => ({
      format: figure.format,
      topic: figure.topic,
      bytes: figure.bytes,
      values: figure.values,
      'decode us': figure.decodeUs.toFixed(1),
      'normalise us': figure.normaliseUs.toFixed(1),
      'quality us': figure.qualityUs.toFixed(1),
    })),
  )
}

/** One format, as numbers. */
export function measure({ format, topic, payload, context }: Fixture): DecodeFigure {
  const message = { topic, payload: Buffer.from(payload), receivedAt: new Date('2026-05-31T12:00:00Z') }
  const readAs = (as: Source) => () => decode(message, as, { timeZone: 'Europe/Berlin', context })
  // Found by topic and shape, as most are; a few have to be named by their source.
  const byShape = readAs(source)
  const read = byShape().ok ? byShape : readAs({ ...source, format })
  const decoded = read()
  if (!decoded.ok) throw new Error(`the fixture of ${format} is rejected: ${decoded.reason}, ${decoded.detail}`)
  const options = { receivedAt: message.receivedAt, source }
  const { samples } = normalise(decoded.samples, options)
  const control = createHistoryEvaluator()
  let clock = Date.parse('2026-05-31T00:00:00Z')
  return {
    format,
    topic,
    bytes: message.payload.length,
    values: decoded.samples.length,
    decodeUs: best(read),
    normaliseUs: best(() => normalise(decoded.samples, options)),
    qualityUs: best(() => {
      clock += 60_000
      for (const [id, { property, result }] of samples.entries())
        control.evaluate(id, property, new Date(clock), result)
    }),
  }
}

/** CPU microseconds of this thread a call, the best of ROUNDS: other work on the machine does not count. */
function best(call: () => unknown): number {
  let fastest = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    const before = process.threadCpuUsage()
    let calls = 0
    for (; performance.now() - start < ROUND_MS; calls += 50) for (let n = 0; n < 50; n++) call()
    const used = process.threadCpuUsage(before)
    fastest = Math.min(fastest, (used.user + used.system) / calls)
  }
  return fastest
}
