/** What a browser loads before the first paint of the dashboard, counted in the built files. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { ensureDashboard } from '#start/dashboard.ts'

const DIST = resolve(import.meta.dirname, '../../dashboard/dist')
/** As sent: brotli, compressed at build time. */
const MAX_FIRST_BYTES = 150_000

beforeAll(async () => {
  await ensureDashboard()
})

/** What the page names, and the messages of one language, without which nothing is shown. */
const firstFiles = (): string[] => {
  const page = readFileSync(join(DIST, 'index.html'), 'utf8')
  const named = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.(?:js|css))"/g)].map(([, file]) => file as string)
  const catalogues = scripts().filter((file) => readFileSync(join(DIST, file), 'utf8').includes('"app.title"'))
  const largest = catalogues.toSorted((a, b) => sentBytes(b) - sentBytes(a))[0]
  if (largest === undefined) throw new Error('no built file holds messages')
  return [...new Set([...named, largest])]
}

const scripts = (): string[] =>
  readdirSync(join(DIST, 'assets'))
    .filter((name) => name.endsWith('.js'))
    .map((name) => `assets/${name}`)

const sentBytes = (file: string): number =>
  statSync(join(DIST, `${file}.br`), { throwIfNoEntry: false })?.size ?? statSync(join(DIST, file)).size

test('scripts and styles before the first paint stay within 150 kB as sent', () => {
  const sizes = firstFiles().map((file) => ({ file, bytes: sentBytes(file) }))
  expect(sizes.length).toBeGreaterThan(2)
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  expect(total, sizes.map(({ file, bytes }) => `${bytes} ${file}`).join('\n')).toBeLessThanOrEqual(MAX_FIRST_BYTES)
})

test('neither the map library, H3 nor the accessible controls are among them', () => {
  const first = firstFiles().map((file) => readFileSync(join(DIST, file), 'utf8'))
  for (const part of ['maplibregl', 'latLngToCell', 'react-aria-ListBox']) {
    expect(first.filter((text) => text.includes(part))).toEqual([])
    // otherwise the test would look for something that no longer exists
    expect(scripts().filter((file) => readFileSync(join(DIST, file), 'utf8').includes(part))).not.toEqual([])
  }
})
