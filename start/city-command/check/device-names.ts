import type { ThingRow } from '#model/city/city-pack.ts'

/** How the messages of a Thing name it: the native format by its key, others as the column `device` says. */
export const deviceOf = ({ key, device }: Pick<ThingRow, 'key' | 'device'>): string => device ?? `key/${key}`

/** Digits alone are numbers of a list, and short texts are found anywhere. */
const MIN_LENGTH = 4

/** An id without case, punctuation and the prefix that The Things Stack gives an EUI: `A8-40-41` is `eui-a84041`. */
const plain = (id: string): string =>
  id
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .replace(/^eui(?=[0-9a-f]{6})/, '')

/** The devices by the ids that a list may have for them: all of the name behind its format, and its last level. */
export function byPlainId(devices: Iterable<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const device of devices) {
    const id = device.slice(device.indexOf('/') + 1)
    for (const name of [id.slice(id.lastIndexOf('/') + 1), id]) {
      const key = plain(name)
      if (key.length >= MIN_LENGTH) found.set(key, device)
    }
  }
  return found
}

export const deviceNamed = (cell: string, devices: ReadonlyMap<string, string>): string | undefined =>
  devices.get(plain(cell))
