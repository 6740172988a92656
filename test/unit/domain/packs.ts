/** City packs for tests, in folders of their own. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const folders: string[] = []
/** Removes the packs of a test. */
export async function removePacks(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
}

/** The invented town of Smallport, one square degree. */
export const city = {
  name: 'Smallport',
  timeZone: 'Europe/Lisbon',
  centre: [0.5, 0.5],
  population: 900,
  sources: [{ name: 'native', topic: 'city/#', format: 'native' }],
}
const square = [
  [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
    [0, 0],
  ],
]
export const zones = (properties: object) => ({
  type: 'FeatureCollection',
  features: [{ type: 'Feature', geometry: { type: 'Polygon', coordinates: square }, properties }],
})
export const good = {
  'city.json': JSON.stringify(city),
  'zones.geojson': JSON.stringify(zones({ key: 'old-town', name: 'Old town', population: 900 })),
}

/** Writes a pack into a new folder. */
export async function pack(files: Record<string, string | Buffer>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pack-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return folder
}
