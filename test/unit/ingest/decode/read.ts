import { expect } from 'vitest'
import type { Decoded, Sample } from '#ingest/decode/helpers/types.ts'
import { decode } from '#ingest/decode/index.ts'
import type { Source } from '#model/city/city-pack.ts'
import { PROPERTIES } from '#model/observation/properties.ts'

export const receivedAt = new Date('2026-05-31T12:00:00Z')
const source: Source = { name: 'test', topic: '#' }

export type Options = { source?: Partial<Source>; receivedAt?: Date; timeZone?: string; retain?: boolean }

/** Decodes a payload (text, bytes, or anything JSON) that arrived on a topic, by default with the clock of Berlin. */
export function read(topic: string, payload: unknown, options: Options = {}): Decoded {
  const bytes =
    payload instanceof Uint8Array
      ? payload
      : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
  return decode(
    { topic, payload: bytes, receivedAt: options.receivedAt ?? receivedAt, retain: options.retain ?? false },
    { ...source, ...options.source },
    { timeZone: options.timeZone ?? 'Europe/Berlin' },
  )
}

/** A line of an expected table: property, channel, value, unit ('' where the property's own), time ('' on arrival). */
export type Row = [property: string, channel: string, value: number | null | string, unit: string, time: string]

const unitOf = (property: string): string => PROPERTIES.get(property)?.unit ?? ''
const inFull = ([property, channel, value, unit, time]: Row): Row => [
  property,
  channel,
  value,
  unit || unitOf(property),
  time,
]

export const rowOf = (sample: Sample): Row => [
  sample.property,
  sample.channel,
  sample.value === null ? null : Number.isFinite(Number(sample.value)) ? Number(sample.value) : String(sample.value),
  sample.unit ?? unitOf(sample.property),
  sample.time?.toISOString() ?? '',
]

const sorted = (rows: Row[]): Row[] => [...rows].sort((a, b) => (a.join() < b.join() ? -1 : 1))

/** Everything a message says, in any order, and nothing else; `problems` are the rejected fields, "field reason". */
export function expectRead(decoded: Decoded, device: string, rows: Row[], problems: string[] = []): void {
  if (!decoded.ok) throw new Error(`rejected: ${decoded.reason}, ${decoded.detail}`)
  expect(new Set(decoded.samples.map((sample) => sample.device))).toEqual(new Set([device]))
  expect(sorted(decoded.samples.map(rowOf))).toEqual(sorted(rows.map(inFull)))
  expect(decoded.rejected.map(({ field, reason }) => `${field} ${reason}`)).toEqual(problems)
}

export function expectRejected(decoded: Decoded, reason: string, detail = ''): void {
  expect(decoded).toMatchObject({ ok: false, reason, detail: expect.stringContaining(detail) })
}
