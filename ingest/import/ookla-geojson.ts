import { AppError } from '#model/basics/errors.ts'
import { jsonItems } from './split-json.ts'

const COLUMNS = ['quadkey', 'avg_d_kbps', 'avg_u_kbps', 'avg_lat_ms', 'tests', 'devices'] as const

/** Whether a file is Ookla's tiles as GeoJSON: the same attributes as in the CSV file, as properties. */
export const isOoklaGeoJson = (head: string): boolean =>
  /^\s*\{/.test(head) && /"features"\s*:\s*\[/.test(head) && /"quadkey"/.test(head) && /"avg_d_kbps"/.test(head)

/** The tiles as rows under a heading, a feature in memory at a time. Geometries are left out: the quadkey says where a tile is. */
export async function* ooklaRows(text: AsyncIterable<string>): AsyncIterable<string[]> {
  yield [...COLUMNS]
  for await (const item of jsonItems(featuresOf(text))) {
    const { properties } = parsed(item)
    yield COLUMNS.map((name) => String(properties?.[name] ?? ''))
  }
}

/** The text from the list of features on. */
async function* featuresOf(text: AsyncIterable<string>): AsyncIterable<string> {
  let head = ''
  let found = false
  for await (const chunk of text) {
    if (found) {
      yield chunk
      continue
    }
    head += chunk
    const start = /"features"\s*:\s*\[/.exec(head)
    if (!start) continue
    found = true
    yield head.slice(start.index + start[0].length - 1)
  }
}

type Feature = { readonly properties?: Readonly<Record<string, unknown>> | null }

function parsed(item: string): Feature {
  try {
    return JSON.parse(item) as Feature
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', `a feature of the file is not JSON: ${(cause as Error).message}`, { cause })
  }
}
