import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { parseShallow } from '#model/text/nesting.ts'
import type { PackProblems } from '../city-pack/problems/pack-problems.ts'
import { filePath } from './paths.ts'

export type Style = Record<string, unknown> & { sources: Record<string, Source>; layers: unknown[] }
type Source = Record<string, unknown>

/** What a style may refer to. */
type References = {
  readonly files: ReadonlyMap<string, string>
  /** origins that the pack permits */
  readonly permitted: readonly string[]
  /** source of a tile archive in the folder, by the name of its file */
  readonly archiveSource: (file: string) => Source | undefined
}

/**
 * A MapLibre style in the folder with addresses of this server: what it names without a host lies in the folder, and what
 * it takes from another host must be permitted by `mapOrigins` of the pack. Undefined after a problem.
 */
export async function readStyle(
  file: string,
  references: References,
  problems: PackProblems,
): Promise<{ style: Style; origins: readonly string[] } | undefined> {
  const json = await parse(references.files.get(file) ?? '', file, problems)
  if (json === undefined) return undefined
  if (!isStyle(json)) {
    problems.add(`basemap/${file}`, '', 'is no MapLibre style: it needs "version": 8, "sources" and "layers"')
    return undefined
  }
  const before = problems.list.length
  const resolver = new Resolver(file, references, problems)
  const style: Style = { ...json, sources: {} }
  for (const [name, source] of Object.entries(json.sources))
    style.sources[name] = await resolver.source(source, `sources.${name}`)
  if (typeof json['glyphs'] === 'string') style['glyphs'] = resolver.address(json['glyphs'], 'glyphs')
  if (typeof json['sprite'] === 'string') style['sprite'] = resolver.address(json['sprite'], 'sprite')
  if (Array.isArray(json['sprite']))
    style['sprite'] = json['sprite'].map((sprite: { id: string; url: string }, index) => ({
      ...sprite,
      url: resolver.address(String(sprite.url), `sprite[${index}].url`),
    }))
  return problems.list.length > before ? undefined : { style, origins: [...resolver.origins] }
}

async function parse(path: string, file: string, problems: PackProblems): Promise<unknown> {
  try {
    return parseShallow(await readFile(path, 'utf8')) as unknown
  } catch (error) {
    problems.add(`basemap/${file}`, '', `is not JSON (${(error as Error).message})`)
    return undefined
  }
}

function isStyle(json: unknown): json is Style {
  const { version, sources, layers } = (json ?? {}) as { version?: unknown; sources?: unknown; layers?: unknown }
  return version === 8 && typeof sources === 'object' && sources !== null && Array.isArray(layers)
}

/** Turns what a style says into addresses of this server, and finds what it may not say. */
class Resolver {
  readonly origins = new Set<string>()
  readonly #file: string
  readonly #references: References
  readonly #problems: PackProblems

  constructor(file: string, references: References, problems: PackProblems) {
    this.#file = `basemap/${file}`
    this.#references = references
    this.#problems = problems
  }

  async source(source: Source, where: string): Promise<Source> {
    const resolved = { ...source }
    const { url, tiles, data } = source
    const archive = typeof url === 'string' ? /^(?:pm|mb)tiles:\/\/\/?(.+)$/.exec(url)?.[1] : undefined
    if (archive !== undefined && !/^https?:/i.test(archive)) return this.#archive(archive, resolved, `${where}.url`)
    if (typeof url === 'string' && source['type'] !== 'image' && !isExternal(url))
      return this.#tileJson(url, resolved, `${where}.url`)
    if (typeof url === 'string') resolved['url'] = this.address(url, `${where}.url`)
    if (typeof data === 'string') resolved['data'] = this.address(data, `${where}.data`)
    if (Array.isArray(tiles))
      resolved['tiles'] = tiles.map((one, index) => this.address(String(one), `${where}.tiles[${index}]`))
    return resolved
  }

  /** An address for the page. A path with placeholders must begin as some file of the folder does. */
  address(text: string, where: string): string {
    if (isExternal(text)) return this.#external(text, where)
    const path = posix.normalize(text).replace(/^(?:\.?\/)+/, '')
    const fixed = path.slice(0, path.search(/\{|$/))
    const isSprite = where.startsWith('sprite')
    const isThere = [...this.#references.files.keys()].some((file) =>
      fixed === path && !isSprite ? file === path : file.startsWith(fixed),
    )
    if (!isThere) this.#problems.add(this.#file, where, `"${text}" is not in the folder basemap/`)
    return filePath(path)
  }

  #external(text: string, where: string): string {
    const origin = /^https?:\/\/[^/{}?#]+/i.exec(text)?.[0]
    if (origin === undefined || !URL.canParse(origin)) {
      this.#problems.add(this.#file, where, `"${text}" is an address that a browser cannot open`)
      return text
    }
    const host = new URL(origin).origin
    this.origins.add(host)
    if (!this.#references.permitted.includes(host))
      this.#problems.add(this.#file, where, `${host} is not permitted; write "mapOrigins": ["${host}"] in city.json`)
    return text
  }

  #archive(file: string, { url: _, ...rest }: Source, where: string): Source {
    const source = this.#references.archiveSource(posix.normalize(file).replace(/^(?:\.?\/)+/, ''))
    if (!source) this.#problems.add(this.#file, where, `"${file}" is no archive of tiles in the folder basemap/`)
    return { ...source, ...rest }
  }

  /** TileJSON in the folder is put into the style: its own addresses are resolved with the others. */
  async #tileJson(text: string, { url: _, ...rest }: Source, where: string): Promise<Source> {
    const file = posix.normalize(text).replace(/^(?:\.?\/)+/, '')
    const path = this.#references.files.get(file)
    if (path === undefined) {
      this.#problems.add(this.#file, where, `"${text}" is not in the folder basemap/`)
      return rest
    }
    const json = (await parse(path, file, this.#problems)) as Source | undefined
    const tiles = Array.isArray(json?.['tiles']) ? json['tiles'].map(String) : []
    const { minzoom, maxzoom, bounds, attribution, scheme } = json ?? {}
    const known = Object.entries({ minzoom, maxzoom, bounds, attribution, scheme }).filter(
      ([, value]) => value !== undefined,
    )
    const relative = (one: string): string => (isExternal(one) ? one : posix.join(posix.dirname(file), one))
    return { ...Object.fromEntries(known), tiles: tiles.map((one) => this.address(relative(one), where)), ...rest }
  }
}

const isExternal = (text: string): boolean => /^[a-z][a-z0-9+.-]*:|^\/\//i.test(text)
