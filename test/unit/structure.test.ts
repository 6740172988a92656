import { expect, test } from 'vitest'
import { folderCycles, foreignStyles, looseIngestFiles, ownTables, readImports, readStyles } from '../structure.ts'

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

test('every component of the dashboard imports the styles that it uses', () => {
  const styles = readStyles()
  expect(styles.components.size).toBeGreaterThan(100)
  expect(foreignStyles(styles)).toEqual([])
})

test('a class of another component is found, one of the base styles is not', () => {
  const sheets = new Map([
    ['dashboard/src/ui/styles/base.css', '.note { color: red }'],
    ['dashboard/src/map/legend.css', '@media print { .legend, .legend__step--wide { color: red } }'],
  ])
  const source = (imports: string) =>
    new Map([['dashboard/src/map/key.tsx', `${imports}<p className={open ? 'note legend' : ''} />`]])
  expect(foreignStyles({ components: source(''), sheets })).toEqual([
    'dashboard/src/map/key.tsx uses .legend, which is defined in a style sheet that it does not import',
  ])
  expect(foreignStyles({ components: source("import './legend.css'\n"), sheets })).toEqual([])
})

test('tables are those of ui/table, but for a key and an editor', () => {
  expect(ownTables(readStyles())).toEqual([])
  const files = ['ui/table/table.tsx', 'map/controls/legend-grid.tsx', 'now/list.tsx', 'now/tables.tsx']
  const components = new Map(files.map((file) => [`dashboard/src/${file}`, '<table className="mini">']))
  components.set('dashboard/src/now/tables.tsx', '<Table /> and not <tables>')
  expect(ownTables({ components })).toEqual([
    'dashboard/src/now/list.tsx has a <table> of its own instead of Table of ui/table',
    expect.stringMatching(/^dashboard\/src\/people\/surveys\/question-form.tsx has no <table> any more/),
  ])
})
