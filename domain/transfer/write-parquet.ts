import { closeSync, openSync } from 'node:fs'
import { fileWriter, ParquetWriter } from 'hyparquet-writer'
import { digestOf, PRIVATE, type Written } from './archive-file.ts'
import type { ParquetColumn } from './parquet-columns.ts'

/** A group of rows is in memory at once: so many rows, or so many characters of text. */
const GROUP_ROWS = 20_000
const GROUP_CHARACTERS = 16_000_000

export type Rows = readonly Readonly<Record<string, unknown>>[]

/** Writes rows as a Parquet file, compressed with Snappy, in groups as they come. */
export async function writeParquet(
  path: string,
  columns: readonly ParquetColumn[],
  batches: AsyncIterable<Rows>,
): Promise<Written> {
  closeSync(openSync(path, 'wx', PRIVATE))
  const schema = [{ name: 'root', num_children: columns.length }, ...columns.map(({ element }) => element)]
  const writer = new ParquetWriter({ writer: fileWriter(path), schema, createdBy: 'citywell' })
  let group = columns.map((): unknown[] => [])
  let [rows, inGroup, characters] = [0, 0, 0]
  const writeGroup = async (): Promise<void> => {
    if (inGroup === 0) return
    const columnData = columns.map(({ name }, at) => ({ name, data: group[at] ?? [] }))
    await writer.write({ columnData, rowGroupSize: inGroup })
    group = columns.map(() => [])
    inGroup = 0
    characters = 0
  }
  for await (const batch of batches) {
    for (const row of batch) {
      for (const [at, { name, value }] of columns.entries()) {
        const selected = row[name]
        if (typeof selected === 'string') characters += selected.length
        group[at]?.push(value(selected))
      }
      rows++
      inGroup++
      if (inGroup >= GROUP_ROWS || characters >= GROUP_CHARACTERS) await writeGroup()
    }
  }
  await writeGroup()
  await writer.finish()
  return { rows, sha256: await digestOf(path) }
}
