import type { Plugin, Rollup } from 'vite'

/** Modules whose files the map needs, next to those that index.html names. */
const MAP = ['/src/app/view-frame.tsx', '/src/map/map-view.tsx', '/src/map/canvas/city-map.tsx']

/**
 * Writes map-preload.json: the addresses of the files that the map needs, relative to the page. The server names them in the header of the page,
 * so that a browser asks for them at once and not after it has read the first ones (api/http/dashboard.ts).
 */
export const mapPreload: Plugin = {
  name: 'map-preload',
  apply: 'build',
  generateBundle(_options, bundle) {
    const chunks = Object.values(bundle).filter((file): file is Rollup.OutputChunk => file.type === 'chunk')
    const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]))
    const withImports = (chunk: Rollup.OutputChunk, found = new Set<string>()): Set<string> => {
      if (found.has(chunk.fileName)) return found
      found.add(chunk.fileName)
      for (const name of chunk.imports) {
        const imported = byName.get(name)
        if (imported) withImports(imported, found)
      }
      return found
    }
    const first = chunks.find(({ isEntry, facadeModuleId }) => isEntry && facadeModuleId?.endsWith('/index.html'))
    const inPage = first ? withImports(first) : new Set<string>()
    const map = MAP.flatMap((path) => chunks.filter(({ facadeModuleId }) => facadeModuleId?.endsWith(path)))
    if (!first || map.length !== MAP.length) throw new Error('map-preload: the modules of the map have moved')
    const scripts = new Set(map.flatMap((chunk) => [...withImports(chunk)]).filter((name) => !inPage.has(name)))
    const addresses = [...scripts]
    this.emitFile({ type: 'asset', fileName: 'map-preload.json', source: JSON.stringify(addresses) })
  },
}
