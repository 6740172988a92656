import { parsePayloadPath } from '#model/text/payload-path.ts'
import { type Base, isNumeric, mappingOf, sampleOf, unmapped } from '../helpers/fields.ts'
import { type FieldRead, meaningInPath } from '../names/context.ts'
import { squeeze } from '../names/meaning.ts'
import { leavesOf } from './leaves.ts'
import type { Reader } from './record-values.ts'
import { type Found, pathIn } from './walk.ts'

/** The meaning of a value that the mapping does not mention, by its keys from the outside in. */
export type OtherNames = (keys: readonly string[], siblings: () => ReadonlySet<string>) => FieldRead

/** By names that are certain anywhere (names/vocabulary.ts); the keys around a value become its channel. */
export const certainNames: OtherNames = (keys, siblings) =>
  meaningInPath({ key: keys.at(-1) ?? '', parents: keys.slice(0, -1), siblings })

type Device = { readonly path: string; readonly device: string; readonly base: Base }
type Read = { readonly devices: readonly Device[]; readonly known: ReadonlySet<string> }

/** Numbers that the mapping does not mention: by the registry, else by their names, else as unmapped. */
export function reportOthers(root: Found, { devices, known }: Read, reader: Reader, names?: OtherNames): void {
  const owner = ownerIn(devices)
  const leaves = leavesOf(root.value, known)
  const siblings = (): ReadonlySet<string> => new Set(leaves.map(({ name }) => squeeze(name)))
  for (const leaf of leaves) {
    if (reader.out.full) return
    const record = owner(leaf.path)
    const device = record?.device ?? devices[0]?.device ?? ''
    const field = pathIn(leaf.path, record?.path ?? '')
    reportOther({ ...leaf, field, base: record?.base ?? { device } }, reader, (keys) => names?.(keys, siblings))
  }
}

type Other = { readonly field: string; readonly name: string; readonly value: unknown; readonly base: Base }

function reportOther(
  { field, name, value, base }: Other,
  { input, out }: Reader,
  read: (keys: readonly string[]) => FieldRead | undefined,
): void {
  const { device } = base
  const mapped = device === '' ? undefined : mappingOf(input.source, field, name, device)
  const { meaning, doubt }: FieldRead = mapped ? { meaning: mapped } : (read(keysOf(field)) ?? { meaning: undefined })
  if (meaning === 'housekeeping') return
  if (meaning && device !== '' && isNumeric(value)) out.addNamed(sampleOf(base, meaning, value, field))
  else unmapped(out, field, name, value, device, doubt)
}

function keysOf(path: string): string[] {
  const read = parsePayloadPath(path)
  return 'steps' in read
    ? read.steps.map((step) => ('key' in step ? step.key : 'index' in step ? String(step.index + 1) : '*'))
    : [path]
}

/** The record that a path lies in. */
function ownerIn(devices: readonly Device[]): (path: string) => Device | undefined {
  const byPath = new Map(devices.map((each) => [each.path, each]))
  if (byPath.size <= 1) return () => devices[0]
  return (path) => {
    for (let end = path.length; end > 0; end -= 1) {
      const next = path[end]
      if (next !== undefined && next !== '.' && next !== '[') continue
      const found = byPath.get(path.slice(0, end))
      if (found) return found
    }
    return byPath.get('')
  }
}
