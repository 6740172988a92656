import { type PayloadMappingInput, payloadMappingShape } from '#model/city/payload-mapping.ts'
import { matches } from '#model/mqtt/topic-filters.ts'
import { reject } from '../helpers/result.ts'
import type { Decoded, Format, Input } from '../helpers/types.ts'
import type { OtherNames } from '../mapped/others.ts'
import { readMapped } from '../mapped/read-mapped.ts'

/** A known system, described like any other payload (docs/payloads.md). Its devices are named `<name>/<id>`. */
type Profile = {
  readonly name: string
  /** documentation that the mappings were written from */
  readonly source: string
  readonly claims: (input: Input) => boolean
  /** of those for its topic, the first that finds a value applies */
  readonly mappings: readonly ProfileMapping[]
  /** every mapping applies: each is of another part of the message */
  readonly every?: true
  /** bits of REASONS of every value */
  readonly flags?: number
  /** what names that no mapping has mean; left out: they are unmapped */
  readonly others?: OtherNames
  /** the messages in a payload that no encoding opens */
  readonly roots?: (input: Input) => readonly unknown[] | undefined
}
export type ProfileMapping = PayloadMappingInput & { readonly topic?: string }
export type ProfileFormat = Format & { readonly mappings: readonly ProfileMapping[] }

export function profile(written: Profile): ProfileFormat {
  const { name, claims, every, flags, others, roots } = written
  const mappings = written.mappings.map(({ topic, ...mapping }) => ({
    topic,
    mapping: payloadMappingShape.parse(mapping),
  }))
  return {
    name,
    claims,
    mappings: written.mappings,
    decode: (input) => {
      const parts: Decoded[] = []
      for (const { topic, mapping } of mappings) {
        if (topic !== undefined && !matches(topic, input.topic)) continue
        const format = { mapping, prefix: `${name}/`, others, flags, roots: roots?.(input) }
        const decoded = readMapped(input, format)
        if (!every && decoded.ok) return decoded
        parts.push(decoded)
      }
      return together(parts) ?? reject('no_measurement', `no measurement of ${name} in the message`)
    },
  }
}

/** The parts of one message; undefined where none has a value. */
function together(parts: readonly Decoded[]): Decoded | undefined {
  const read = parts.filter((part) => part.ok)
  const unmapped = read.flatMap((part) => part.unmapped ?? [])
  if (read.length === 0) return parts.find((part) => !part.ok && part.reason !== 'no_measurement')
  return {
    ok: true,
    samples: read.flatMap(({ samples }) => samples),
    rejected: read.flatMap(({ rejected }) => rejected),
    ...(unmapped.length > 0 && { unmapped }),
  }
}
