import { expect, test } from 'vitest'
import { folderCycles, looseIngestFiles, readImports } from '../structure.ts'

const imports = readImports()

test('no folder reaches itself through the imports of others', () => {
  expect(imports.size).toBeGreaterThan(700)
  expect(folderCycles(imports)).toEqual([])
})

test('a cycle of three folders is found, and a chain is none', () => {
  const cycle = new Map([
    ['a/x.ts', ['b/y.ts']],
    ['b/y.ts', ['c/z.ts']],
    ['c/z.ts', ['a/w.ts']],
  ])
  expect(folderCycles(cycle)).toHaveLength(3)
  cycle.set('c/z.ts', [])
  expect(folderCycles(cycle)).toEqual([])
})

test('ingest/ has no loose file but main and worker', () => {
  expect(looseIngestFiles([...imports.keys()])).toEqual([])
  expect(looseIngestFiles(['ingest/main.ts', 'ingest/loose.ts', 'ingest/receive/window.ts'])).toEqual([
    'ingest/loose.ts',
  ])
})
