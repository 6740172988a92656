import type { FieldMappings } from '../decode/helpers/fields.ts'
import type { Meaning } from '../decode/names/meaning.ts'

/** A row of field_mapping; '' matches any value. */
export type MappingRow = {
  readonly field: string
  readonly format: string
  readonly device: string
  readonly profile: string
  readonly property: string
  readonly unit: string | null
  readonly channel: string
}

type Mapping = { readonly row: MappingRow; readonly meaning: Meaning }

/**
 * The field mappings of the registry, indexed for lookup of every field of every message. The full path takes precedence
 * over its last part; of several mappings the most specific applies: device, then profile, then format, then any.
 */
export class MappingTable implements FieldMappings {
  readonly #byField = new Map<string, Mapping[]>()
  readonly #profiles: ReadonlyMap<string, string>

  /** @param profiles by device name, for the devices that a mapping by profile may concern */
  constructor(rows: readonly MappingRow[], profiles: ReadonlyMap<string, string>) {
    this.#profiles = profiles
    for (const row of [...rows].sort((a, b) => specificity(b) - specificity(a))) {
      const mapping = { row, meaning: meaningOf(row) }
      const same = this.#byField.get(row.field)
      if (same) same.push(mapping)
      else this.#byField.set(row.field, [mapping])
    }
  }

  find(device: string, path: string, name: string): Meaning | undefined {
    if (this.#byField.size === 0) return undefined
    return this.#in(path, device) ?? (name === path ? undefined : this.#in(name, device))
  }

  #in(field: string, device: string): Meaning | undefined {
    return this.#byField.get(field)?.find(({ row }) => this.#covers(row, device))?.meaning
  }

  #covers({ device, profile, format }: MappingRow, sampleDevice: string): boolean {
    if (device !== '' && device !== sampleDevice) return false
    if (profile !== '' && this.#profiles.get(sampleDevice) !== profile) return false
    return format === '' || formatOf(sampleDevice) === format
  }
}

const specificity = ({ device, profile, format }: MappingRow): number =>
  (device === '' ? 0 : 4) + (profile === '' ? 0 : 2) + (format === '' ? 0 : 1)

function meaningOf({ property, unit, channel }: MappingRow): Meaning {
  return { property, ...(unit !== null && { unit }), ...(channel !== '' && { channel }) }
}

/** The format of a device name; `key/` names a Thing of the native format. */
export function formatOf(device: string): string {
  const at = device.indexOf('/')
  const format = at === -1 ? '' : device.slice(0, at)
  return format === 'key' ? 'native' : format
}
