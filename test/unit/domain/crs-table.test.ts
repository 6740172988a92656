import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { crsTable } from '#domain/city-pack/geometry/write-crs-table.ts'

test('the table of reference systems is that of epsg-index', async () => {
  const file = await readFile(new URL('../../../domain/city-pack/geometry/crs-table.tsv', import.meta.url), 'utf8')
  expect(file === (await crsTable()), 'run: node domain/city-pack/geometry/write-crs-table.ts').toBe(true)
})
