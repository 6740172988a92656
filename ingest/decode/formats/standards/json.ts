import { reject } from '../../helpers/result.ts'
import type { Format } from '../../helpers/types.ts'
import { readMapped } from '../../mapped/read-mapped.ts'

/** Any payload, as the `json` of its source describes it (model/city/payload-mapping.ts). Never recognised by itself. */
export const json: Format = {
  name: 'json',
  claims: () => false,
  decode: (input) => {
    const { name, json: mapping } = input.source
    if (!mapping)
      return reject('unknown_format', `source "${name}" has the format json and no \`json\` that describes it`)
    return readMapped(input, { mapping, prefix: `json/${name}.` })
  },
}
