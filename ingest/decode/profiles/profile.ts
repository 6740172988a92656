import { type PayloadMappingInput, payloadMappingSchema } from '#model/city/payload-mapping.ts'
import { reject } from '../helpers/result.ts'
import type { Format, Input } from '../helpers/types.ts'
import { readMapped } from '../mapped/read-mapped.ts'

/** A known system, described like any other payload (docs/payloads.md). Its devices are named `<name>/<id>`. */
type Profile = {
  readonly name: string
  /** documentation that the mappings were written from */
  readonly source: string
  readonly claims: (input: Input) => boolean
  /** the first whose `only` agrees with the message applies */
  readonly mappings: readonly PayloadMappingInput[]
}

export function profile({ name, claims, mappings: written }: Profile): Format {
  const mappings = written.map((mapping) => payloadMappingSchema.parse(mapping))
  return {
    name,
    claims,
    decode: (input) => {
      for (const mapping of mappings) {
        const decoded = readMapped(input, { mapping, prefix: `${name}/` })
        if (decoded.ok || decoded.reason !== 'no_measurement') return decoded
      }
      return reject('no_measurement', `no measurement of ${name} in the message`)
    },
  }
}
